"""How pages on a worked example begin: title, source, what network it is, how it is computed, what is to be noted."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from backprop_trace.files.source import printable
from backprop_trace.files.spec import Example
from backprop_trace.formulas.expr import Name, Number, names_in
from backprop_trace.render.blocks import Block, Listed, Math, Naming, Own, Prose, Title
from backprop_trace.render.view import View, chosen, described, engine, givens, long_fraction_note, notes, zeros
from backprop_trace.run.step import Trace

MOST_GIVEN = 200


def title_of(example: Example) -> str:
    return Own(printable(example.title or example.name))


def opening(view: View, trace: Trace | None = None) -> Iterator[Block]:
    """`trace`, where there is one, says more of how it was computed."""
    example = view.example
    yield Title(title_of(example))
    yield from (Prose(Own(printable(text))) for text in (example.source, example.note) if text)
    yield Prose(printable(described(example)))
    yield Prose(
        engine(view.settings, trace.shortened, view.decimals) + zeros(trace)
        if trace is not None
        else engine(view.settings)
    )
    said = [*notes(example), *([long_fraction_note(trace)] if trace is not None else [])]
    yield from (Prose(note, "note") for note in said if note)
    yield from (Prose(printable(warning), "warning") for warning in (*example.warnings, *view.warnings))


def given(trace: Trace, view: View, names: Naming) -> Iterator[Block]:
    """What is given, as it stands at this step; of a derivation, what it uses."""
    pairs = [] if view.only and not view.with_ancestors else givens(trace, view.phases)
    if view.only:
        used = {name for line in chosen(trace, view) for name in names_in(line.equation.formula)}
        pairs = [(name, text) for name, text in pairs if name in used]
    if len(pairs) > MOST_GIVEN:
        yield Listed("Given", (f"{len(pairs)} numbers",))
    elif pairs:
        yield from listed(pairs, trace, names)


def listed(pairs: Sequence[tuple[Name, str]], trace: Trace, names: Naming) -> Iterator[Block]:
    """Given numbers; of what an optimizer keeps of each parameter, where that is the same for all, one sentence."""
    texts: dict[str, set[str]] = {letter: set() for letter in trace.example.rule.entry.state}
    for name, text in pairs:
        if name.kind in texts and len(trace.example.rule.trained) > 1:
            texts[name.kind].add(text)
    alike = {letter: found.pop() for letter, found in texts.items() if len(found) == 1}
    items = tuple((Math((name, Number(text)), names),) for name, text in pairs if name.kind not in alike)
    yield Listed("Given", items)
    if alike:
        kept = [Math((Name(letter), Number(text)), names) for letter, text in alike.items()]
        commas = [span for each in kept[:-1] for span in (each, ", ")]
        yield Prose((*commas[:-1], *([" and "] if commas else []), kept[-1], " for every parameter."))
