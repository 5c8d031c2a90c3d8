"""The network with the numbers of a step as one picture, still or running through the calculation.

A picture that runs does so by style alone, so it runs inside an `<img>`, too; whoever asks for less motion sees it
still, with all its numbers.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from functools import partial

from backprop_trace.formulas.expr import Name, plain
from backprop_trace.formulas.notation.mathml import escaped
from backprop_trace.formulas.notation.names import TEXT_NAMES, canonical
from backprop_trace.formulas.notation.numbers import brief, in_print, shown
from backprop_trace.model.chain import PHASES
from backprop_trace.model.network import TooLarge
from backprop_trace.model.styles import speller
from backprop_trace.render.page.layout import CHIP, NetworkLayout, layout
from backprop_trace.render.page.svg import KINDS, at_first, drawing, edge_path, parts
from backprop_trace.render.view import View, chosen
from backprop_trace.run.step import Line, Trace

SECONDS = 0.9
"""How long a step is looked at."""

LARGEST_PICTURE = 500
CAPTION = 34.0

_STYLE = """\
svg{font-family:system-ui,sans-serif;background:#fff}
text{fill:#1c1e22;font-size:13px}
.un{font:italic 600 17px Georgia,serif}.sb{font-size:.74em}.lb,.cn{fill:#5a5d65;font-size:11px}.vl{font-size:11.8px}
.big{font-size:15.5px}.cv{font-weight:500;font-size:12px}.ae{text-anchor:end}.am{text-anchor:middle}
.bx{fill:#fff;stroke:#8f8c84;stroke-width:1.5}.in .bx,.given .bx,.slot rect{fill:#f4f2ec}.bias rect{fill:none}
.edge{stroke:#8f8c84;stroke-width:1.5;fill:none}.chip>rect{fill:#fff;stroke:#dedad0}.flt{display:none}
.little .slot rect,.definition .slot rect,.given .slot rect{fill:none}
.rd .cn,.rd .cv{fill:#1f55bf}.rn .cn,.rn .cv{fill:#1a6b3c}
.cap{font-size:16px}.now{fill:none;stroke-width:4}.f{stroke:#ad4300}.b{stroke:#1f55bf}.u{stroke:#1a6b3c}
"""
_MOTION = "@media(prefers-reduced-motion:reduce){*{animation:none!important}.hl{display:none}}"


def picture(trace: Trace, view: View, comma: bool = False) -> Iterator[str]:
    """The picture of one training step; `view.animate` lets it run. comma: as the decimal mark. Raises TooLarge."""
    lines = sorted(chosen(trace, view), key=lambda line: PHASES.index(line.equation.phase))
    if view.animate and len(lines) > LARGEST_PICTURE:
        raise TooLarge(
            f"{len(lines):,} steps; a picture runs through {LARGEST_PICTURE:,}: ask for some with --only or --phase"
        )
    network = trace.example.network
    drawn = layout(network)
    bases = at_first([*trace.example.values, *trace.by_name])
    first = list(drawing(drawn, network.objective, partial(_short, trace, bases, "," if comma else "."), _title(trace)))
    box = f'viewBox="0 0 {drawn.width:g} {drawn.height + CAPTION:g}"'
    motion = _motion(lines, drawn) if view.animate else ""
    yield f'<svg xmlns="http://www.w3.org/2000/svg" {box} width="{drawn.width:g}" role="img">'
    yield f"<title>{escaped(_title(trace))}</title><style>{_STYLE}{motion}</style>"
    yield "".join(first[2:-1])  # the frame and the title are ours
    if view.animate:
        spell = speller(view.style, TEXT_NAMES, network, trace.listing.by_output)
        yield from (
            _highlight(k, line, drawn, f"{spell(line.name)} = {in_print(shown(Fraction(line.value), 6))}")
            for k, line in enumerate(lines)
        )
    yield "</svg>\n"


def _title(trace: Trace) -> str:
    return trace.example.title or trace.example.name


def _short(trace: Trace, bases: dict[str, Name], mark: str, base: str) -> str:
    name = bases.get(base)
    if name is None or name not in trace.values:
        return ""
    given = trace.example.values.get(name, "") if trace.step == 1 else ""
    return in_print(given if 0 < len(given) <= 8 else brief(trace.values[name])).replace(".", mark)


def _motion(lines: list[Line], drawn: NetworkLayout) -> str:
    """A number appears when its step has come; what is worked out now is thick for as long as its step lasts."""
    whole = len(lines) * SECONDS + 3
    rules = [f"@keyframes on{{0%{{opacity:1}}{100 * SECONDS / whole:.2f}%,100%{{opacity:0}}}}"]
    rules.append(f".hl{{opacity:0;animation:on {whole:g}s step-end infinite}}")
    seen: set[str] = set()
    for k, line in enumerate(lines):
        base = canonical(plain(line.name))
        if base in seen:
            continue
        seen.add(base)
        start = 100 * k * SECONDS / whole
        rules.append(f"@keyframes k{k}{{0%{{opacity:0}}{start:.2f}%,100%{{opacity:1}}}}")
        rules.append(f'[data-s="{_in_style(base)}"]{{animation:k{k} {whole:g}s step-end infinite}}')
    return "".join(rules) + _MOTION


def _in_style(text: str) -> str:
    """A name inside quotation marks of a style, in which nothing ends them or the style."""
    return "".join(c if c.isalnum() or c in "_/+:@[].^" else f"\\{ord(c):x} " for c in text)


def _highlight(place: int, line: Line, drawn: NetworkLayout, caption: str) -> str:
    own, kind = set(parts(line.name)), KINDS[line.equation.phase]
    boxes = [(node.x, node.y, node.width, node.height) for node in drawn.nodes if node.key in own]
    seen = [chip for chip in drawn.chips if not chip.floats and canonical(chip.weight) in own]
    boxes += [(chip.x, chip.y, *CHIP) for chip in seen]
    shapes = [
        f'<rect class="now {kind}" x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}" rx="8"/>'
        for x, y, width, height in boxes
    ]
    if not seen:
        shapes += [
            f'<path class="now {kind}" d="{edge_path(edge)}"/>'
            for edge in drawn.edges
            if edge.weight is not None and canonical(edge.weight) in own
        ]
    text = f'<text class="cap am" x="{drawn.width / 2:g}" y="{drawn.height + CAPTION - 10:g}">{escaped(caption)}</text>'
    return f'<g class="hl" style="animation-delay:{place * SECONDS:g}s">{"".join(shapes)}{text}</g>'
