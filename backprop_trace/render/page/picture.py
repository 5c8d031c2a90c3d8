"""The network with the numbers of a step as one picture, still or running through the calculation.

A picture that runs does so by style alone, so it runs inside an `<img>`, too; whoever asks for less motion sees it
still, with all its numbers.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

from backprop_trace.formulas.expr import Name
from backprop_trace.formulas.notation.mathml import escaped
from backprop_trace.formulas.notation.names import TEXT_NAMES, canonical
from backprop_trace.formulas.notation.numbers import brief, in_print, shown
from backprop_trace.model.chain import PHASES
from backprop_trace.model.network import TooLarge
from backprop_trace.model.styles import speller
from backprop_trace.render.medium import SCREEN, Medium
from backprop_trace.render.page.layout import CHIP, NetworkLayout, layout
from backprop_trace.render.page.svg import KINDS, Spot, Standing, drawing, edge_path, parts, place_of, top
from backprop_trace.render.view import View, chosen
from backprop_trace.render.words import translated
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
_MOTION = (
    "@media(prefers-reduced-motion:reduce){*{animation:none!important}.hl{display:none}}"
    "@media(prefers-reduced-motion:no-preference){.st{display:none}}"
)
_STAYS = "100%{font-size:1em}"


def picture(trace: Trace, view: View, medium: Medium = SCREEN) -> Iterator[str]:
    """The picture of one training step; `view.animate` lets it run. Raises TooLarge."""
    lines = sorted(chosen(trace, view), key=lambda line: PHASES.index(line.equation.phase))
    if view.animate and len(lines) > LARGEST_PICTURE:
        raise TooLarge(
            f"{len(lines):,} steps; a picture runs through {LARGEST_PICTURE:,}: ask for some with --only or --phase"
        )
    network = trace.example.network
    drawn, numbers = layout(network), _Numbers(trace, lines, medium)
    number = numbers.running if view.animate else numbers.standing
    first = list(drawing(drawn, network.objective, number, _title(trace)))
    box = f'viewBox="0 {top(drawn):g} {drawn.width:g} {drawn.height - top(drawn) + CAPTION:g}"'
    yield f'<svg xmlns="http://www.w3.org/2000/svg" {box} width="{drawn.width:g}" role="img">'
    yield f"<title>{escaped(_title(trace))}</title><style>{_STYLE}{numbers.motion if view.animate else ''}</style>"
    yield "".join(first[2:-1])  # the frame and the title are ours
    if place := numbers.still.said(lambda pattern, *inside: translated(pattern, medium.language).format(*inside)):
        yield _caption(drawn, place, "cap am st")
    if view.animate:
        spell = speller(view.style, TEXT_NAMES, network, trace.listing.by_output)
        yield from (
            _highlight(k, line, drawn, f"{spell(line.name)} = {in_print(shown(Fraction(line.value), 6))}")
            for k, line in enumerate(lines)
        )
    yield "</svg>\n"


def _title(trace: Trace) -> str:
    return trace.example.title or trace.example.name


class _Numbers:
    """The numbers of a drawing: of one sample and time step, or as they come up while it runs."""

    def __init__(self, trace: Trace, lines: Sequence[Line], medium: Medium):
        self.trace, self.lines, self.mark = trace, lines, "," if medium.comma else "."
        self.quantities = Standing([*trace.example.values, *trace.by_name])
        self.still = self.quantities.still
        self.whole = len(lines) * SECONDS + 3
        self.rules = [f"@keyframes on{{0%{{opacity:1}}{self.percent(1)},100%{{opacity:0}}}}"]
        self.rules.append(f".hl{{opacity:0;animation:on {self.whole:g}s step-end infinite}}")
        self.rules.append(f".t{{font-size:0;animation:{self.whole:g}s step-end infinite}}")
        self.made: set[str] = set()

    @property
    def motion(self) -> str:
        """The style of a drawing that runs, after its numbers are made."""
        return "".join(self.rules) + _MOTION

    def standing(self, base: str) -> str:
        return self.text(self.quantities.at(base, self.still, self.trace.values))

    def running(self, base: str) -> str:
        """A number appears when its step has come, and makes room for that of another sample or time step."""
        shown = self.shown(base)
        if len(shown) < 2:
            start = next((start for start, name in shown if name in self.trace.by_name), None)
            if start is not None and self.is_new(f"k{start}{base}"):
                self.rules.append(f"@keyframes k{start}{{0%{{opacity:0}}{self.percent(start)},100%{{opacity:1}}}}")
                animation = f"animation:k{start} {self.whole:g}s step-end infinite"
                self.rules.append(f'[data-s="{_in_style(base)}"]{{{animation}}}')
            return self.standing(base)
        ends = [start for start, _ in shown[1:]] + [len(self.lines)]
        spans = "".join(
            f'<tspan class="t" style="animation-name:{self.between(start, end)}">{self.text(name)}</tspan>'
            for (start, name), end in zip(shown, ends, strict=True)
            if name is not None
        )
        return f'<tspan class="st">{self.standing(base)}</tspan>{spans}'

    def shown(self, base: str) -> list[tuple[int, Name | None]]:
        """Which quantity a place shows from which step on; None: of this sample and time step it has no number yet."""
        known, place, found = set(self.trace.values) - set(self.trace.by_name), Spot(), list[tuple[int, Name | None]]()
        for k, line in enumerate(self.lines):
            known.add(line.name)
            place = place_of(line.name) if any(place_of(line.name)) else place
            name = self.quantities.at(base, place, known)
            if name != (found[-1][1] if found else None):
                found.append((k, name))
        return found

    def between(self, start: int, end: int) -> str:
        """The name of an animation that shows something from a step to another one, or to the end."""
        name, goes = f"t{start}_{end}", f"{self.percent(end)},100%{{font-size:0}}" if end < len(self.lines) else ""
        if self.is_new(name):
            before = "0%{font-size:0}" if start else ""
            self.rules.append(f"@keyframes {name}{{{before}{self.percent(start)}{{font-size:1em}}{goes or _STAYS}}}")
        return name

    def is_new(self, rule: str) -> bool:
        """Has a rule not been made yet? From now on it has."""
        is_new = rule not in self.made
        self.made.add(rule)
        return is_new

    def percent(self, step: int) -> str:
        return f"{100 * step * SECONDS / self.whole:.2f}%"

    def text(self, name: Name | None) -> str:
        if name is None:
            return ""
        given = self.trace.example.values.get(name, "") if self.trace.step == 1 else ""
        text = given if 0 < len(given) <= 8 else brief(self.trace.values[name])
        return in_print(text).replace(".", self.mark)


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
    text = _caption(drawn, caption)
    return f'<g class="hl" style="animation-delay:{place * SECONDS:g}s">{"".join(shapes)}{text}</g>'


def _caption(drawn: NetworkLayout, text: str, words: str = "cap am") -> str:
    return f'<text class="{words}" x="{drawn.width / 2:g}" y="{drawn.height + CAPTION - 10:g}">{escaped(text)}</text>'
