"""The page of a worked example: one HTML file with the network, every step, and a script that computes them again.

Nothing is fetched: style and script are in the page, and its security policy forbids all else. Without a script every
step is there to be read, and printed it is the whole derivation.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property, lru_cache
from importlib.resources import files
from typing import Any

from backprop_trace.files.save import template
from backprop_trace.formulas.expr import Name, names_in, plain
from backprop_trace.formulas.notation import Piece
from backprop_trace.formulas.notation.mathml import MATHML, escaped
from backprop_trace.formulas.notation.mathml import number as mathml_number
from backprop_trace.formulas.notation.names import MATHML_NAMES, canonical
from backprop_trace.formulas.notation.numbers import brief, in_print, shown
from backprop_trace.formulas.numbers import number
from backprop_trace.model.chain import PHASES, Equation
from backprop_trace.model.general import written
from backprop_trace.model.network import TooLarge
from backprop_trace.model.update import BOUNDS, Bound, constants_used
from backprop_trace.render.medium import SCREEN, Medium
from backprop_trace.render.page.layout import INPUT, Box, NetworkLayout, downwards, layout
from backprop_trace.render.page.steps import derivation
from backprop_trace.render.page.svg import KINDS, Spot, Standing, attribute, drawing, moved, parts, place_of
from backprop_trace.render.page.wording import StepWords, html_name
from backprop_trace.render.records.json import dumped
from backprop_trace.render.view import Names, Numbers, View, chosen, described, engine
from backprop_trace.render.words import translated, word
from backprop_trace.render.writers.html import INK, LETTERS
from backprop_trace.run.javascript import Script, program
from backprop_trace.run.step import FLOAT_SETTINGS, Line, Trace, ancestors

LARGEST_PAGE = 2000
"""Lines. A browser takes seconds for more; then a phase or a few quantities are asked for."""

SMALLEST_SCALE, NARROWEST = 0.62, 640
"""What is drawn smaller cannot be read: in less room, layers run downwards; in any drawing of less width, too."""


def page(trace: Trace, view: View, medium: Medium = SCREEN) -> Iterator[str]:
    """The page of one training step, in the language and with the decimal mark of its readers. Raises TooLarge."""
    lines = chosen(trace, view)
    if len(lines) > LARGEST_PAGE:
        raise TooLarge(f"{len(lines):,} lines; a page holds {LARGEST_PAGE:,}: ask for some with --only or --phase")
    made = _Page(trace, view, medium)
    yield made.head()
    yield from (_TAG.sub(_unquoted, piece) for piece in made.body())
    yield from made.script()
    yield "</body>\n</html>\n"


_TAG, _SAFE = re.compile(r"<[a-z][^<>]+>"), re.compile(r"""="([\w+/:@.,^#\[\]()-]+)"(?=[ >])""")
"""A tag, and what in it needs no quotation marks in HTML."""


def _unquoted(tag: re.Match[str]) -> str:
    return _SAFE.sub(r"=\1", tag.group())


@lru_cache
def _part(name: str, without: str = "") -> str:
    """A style or script of this package, without what only its readers need, and without the sections of a name."""
    text = files(__package__).joinpath(name).read_text(encoding="utf-8")
    if without:
        text = re.sub(rf"/\* {without} \*/.*?(?=/\*|\Z)", "", text, flags=re.DOTALL)
    text = re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)
    lines = (line.strip() for line in text.splitlines())
    between = "" if name.endswith(".css") else "\n"
    return between.join(line for line in lines if line and not line.startswith("//"))


class _Page:
    def __init__(self, trace: Trace, view: View, medium: Medium):
        self.trace, self.view, self.language, self.comma = trace, view, medium.language, medium.comma
        self.title = escaped(trace.example.title or trace.example.name)
        self.words = StepWords(trace.example, medium.language)
        self.say = self.words.say
        # a sample's loss comes before the next sample's forward pass: here each phase stands once
        self.lines = sorted(chosen(trace, view), key=lambda line: PHASES.index(line.equation.phase))
        self.network = trace.example.network
        self.symbols = Names(trace, view, MATHML_NAMES).leaf
        self.texts = Numbers(trace, MATHML, view.decimals)
        self.usual = trace.settings == FLOAT_SETTINGS and view.decimals is None
        self.givens = [name for name in trace.example.values if name in trace.values]
        self.drawn: NetworkLayout = layout(self.network)
        self.least = max(NARROWEST, round(SMALLEST_SCALE * self.drawn.width))
        self.first = "practise" if view.practice is not None and view.practice.first else "watch"
        self.hidden = self.unseen()
        modes = {"watch": True, "change": self.hidden is not None, "practise": view.practice is not None}
        self.modes = [mode for mode, is_there in modes.items() if is_there]
        self.told: set[int] = set()
        self.standing_at = Standing([*self.givens, *(line.name for line in self.lines)])

    # --- numbers ---

    def value(self, name: Name, digits: int | None = None) -> str:
        """As it was given, or with so many digits, or as is asked for."""
        if name in self.texts.given:
            return self.texts.given[name]
        value = self.trace.values[name]
        return self.texts.shown(value) if digits is None else shown(value, digits)

    def mark(self, text: str) -> str:
        """A number with the decimal mark of the page."""
        return text.replace(".", ",") if self.comma else text

    def plain(self, name: Name, digits: int) -> str:
        return in_print(self.mark(self.value(name, digits)))

    def short(self, base: str) -> str:
        """What the drawing shows at first: four digits, eight characters."""
        name = self.standing_at.at(base, self.standing_at.still)
        if name is None:
            return ""
        given = self.texts.given.get(name, "")
        return in_print(self.mark(given if 0 < len(given) <= 8 else brief(self.trace.values[name])))

    def put_in(self, name: Name) -> Piece:
        return mathml_number(self.mark(self.value(name)))

    # --- the parts of the page ---

    def head(self) -> str:
        style = _part("page.css", "" if self.view.practice is not None else "practise") + self.turning()
        style = style.replace(f"{NARROWEST}.", f"{self.least}.")
        return (
            f'<!doctype html>\n<html lang="{self.language}" data-mode="{self.first}" data-k="f">\n<head>\n'
            '<meta charset="utf-8">\n'
            "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; "
            "script-src 'unsafe-inline'; base-uri 'none'; form-action 'none'\">\n"
            '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
            '<meta name="color-scheme" content="light dark">\n'
            f"<title>{self.title}</title>\n<style>{style}</style>\n"
            "<script>document.documentElement.classList.add('js')</script>\n</head>\n<body>\n"
        )

    def turning(self) -> str:
        """The width below which the drawing is replaced by the one that runs downwards; on paper it never is."""
        rules = ".js .net .wide{display:none}.js .net .compact{display:block}"
        return f"@media screen{{@container(max-width:{self.least}px){{{rules}}}}}"

    def body(self) -> Iterator[str]:
        yield self.top()
        yield '<main>\n<div class="stage">\n'
        yield from self.figure()
        yield self.laboratory()
        yield self.transport()
        yield "</div>\n"
        yield from self.sheet()
        yield "</main>\n"

    def top(self) -> str:
        example = self.trace.example
        how = "" if self.usual else engine(self.trace.settings, decimals=self.view.decimals)
        said = [self.mark(word(text, self.language)) for text in (described(example), how)]
        first, *others = [escaped(text) for text in (example.source, *said) if text]
        about = first + "".join(f" <span>{text}</span>" for text in others)
        buttons = "".join(
            f'<button data-m="{mode}" aria-pressed="{str(mode == self.first).lower()}">'
            f"{self.say(mode.capitalize())}</button>"
            for mode in self.modes
        )
        return (
            f'<header class="top">\n<div class="ttl"><h1>{self.title}</h1><p>{about}</p></div>\n'
            f'<div class="modes" role="group" aria-label="{self.say("What you want to do")}">'
            f"{buttons}</div>\n</header>\n"
        )

    def figure(self) -> Iterator[str]:
        say = self.say
        yield (
            f'<section class="fig" aria-label="{say("The network")}"><svg class="defs" aria-hidden="true">'
            '<marker id="ah" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="4" markerHeight="4" '
            'orient="auto-start-reverse"><path d="M0 0L10 5L0 10Z"/></marker></svg>'
        )
        yield self.places()
        yield '<div class="net">'
        yield from drawing(self.drawn, self.network.objective, self.short, self.said(), say)
        yield self.fields()
        yield (
            f'</div><p class="key"><span>{say("worked out now")}</span><span class="k2">{say("used for it")}</span>'
            f'<span class="k3">{say("forward")}</span><span class="k4">{say("backward")}</span>'
            f'<span class="k5">{say("update")}</span></p></section>\n'
        )

    def said(self) -> str:
        """The drawing in words, for those who do not see it."""
        network = self.network
        if network.definitions:
            return self.say("The definitions as a graph; all their numbers are in the list of steps.")
        layers = "; ".join(map(", ".join, network.columns[1:]))
        about = "The network: inputs {}; units {}. Its numbers are in the list of steps."
        return self.say(about, ", ".join(network.inputs), layers)

    def standing(self) -> list[Spot]:
        """The samples and time steps that a quantity may stand at."""
        return [place for place in dict.fromkeys(place_of(line.name) for line in self.lines) if any(place)]

    def places(self) -> str:
        places = self.standing()
        if not places:
            return ""
        buttons = "".join(
            f'<button {attribute("data-at", str(place))} aria-pressed="false">{place.said(self.say)}</button>'
            for place in places
        )
        still = self.standing_at.still.said(self.say)
        return (
            f'<div class="smp phs" role="group" aria-label="{self.say("Sample and time step")}">{buttons}</div>'
            f'<noscript><p class="smp">{still}</p></noscript>'
        )

    def fields(self) -> str:
        at = self.field_places() if not self.standing() and not self.drawn.small else {}
        parts = [
            f'<div class="fd"{at.get(canonical(name), "")}>'
            f'<label for="f-{k}">{html_name(plain(name))}{place_of(name)}</label>'
            f'<input id="f-{k}" {attribute("data-g", canonical(name))} '
            f"{attribute('value', self.mark(self.value(name, 9)))} "
            'inputmode="decimal" autocomplete="off" spellcheck="false" size="6"></div>'
            for k, name in enumerate(self.givens)
        ]
        loose = "" if at else " grid"
        return (
            f'<div class="fields{loose}" role="group" aria-label="{self.say("Given numbers")}">{"".join(parts)}</div>'
        )

    def field_places(self) -> dict[str, str]:
        """Where the fields lie on the drawing, in hundredths of its width."""
        found: dict[str, str] = {}
        for node in self.drawn.nodes:
            if node.kind == "input":
                found.setdefault(node.key, self.at(node.x + INPUT - 70, node.y + 25, 62))
            if node.bias is not None:
                found.setdefault(canonical(node.bias), self.at(*_tab(node), 46))
            for slot in node.slots:
                if slot.label == "target":
                    found[slot.quantity] = self.at(node.x + 66, node.y + slot.y + 18, 70)
        for chip in self.drawn.chips:
            found.setdefault(canonical(chip.weight), self.at(chip.x + 30, chip.y + 8, 68))
        return found

    def at(self, x: float, y: float, width: float) -> str:
        scale = 100 / self.drawn.width
        return f' style="--x:{x * scale:.2f};--y:{y * scale:.2f};--w:{width * scale:.2f}"'

    def laboratory(self) -> str:
        say, can_go_on = self.say, self.can_go_on()
        steps = f'<button data-a="1" class="pri">{say("One step on")}</button>' if can_go_on else ""
        steps += "".join(
            f'<button data-a="{count}" aria-label="+{count}">{count}</button>' for count in (10, 100) if can_go_on
        )
        several = (
            f'<div class="acts stp"><label for="step">{say("Training step")}</label><input id="step" type="number" '
            f'min="1" max="{self.view.steps}" value="1"><span>{say("of {}", str(self.view.steps))}</span></div>'
            if self.view.steps > 1 and steps
            else ""
        )
        return (
            f'<section class="lab{" many" if several else ""}" aria-label="{say("Change")}"><div class="acts">'
            f'{several}{steps}<button data-a="reset">{say("Reset")}</button>'
            f'<button data-a="copy">{say("Copy the YAML")}</button>'
            f'<button data-a="command">{say("Copy the command")}</button></div>\n<p class="err" role="alert"></p>'
            f"{self.loss()}</section>\n"
        )

    def can_go_on(self) -> bool:
        """Has the trace all that a training step changes?"""
        example, changed = self.trace.example, {old for _, old in self.trace.listing.carried}
        return bool(changed) and changed.issuperset(example.rule.trained) and example.training.batching.size is None

    def loss(self) -> str:
        """The loss now, and step by step; empty where the trace has none."""
        say, objective = self.say, self.network.objective
        if objective not in self.trace.by_name:
            return ""
        at = say("{} at step {}", html_name(objective), '<b id="at">1</b>')
        return (
            f'<div class="loss"><div class="big"><span>{at}</span><b id="enow"></b><span id="ewas"></span></div>'
            f'<svg class="spark" role="img" aria-label="{say("Loss")}"><path class="ax"/><polyline/>'
            '<circle r="4"/></svg></div>'
        )

    def transport(self) -> str:
        say, phases = self.say, dict.fromkeys(line.equation.phase for line in self.lines)
        buttons = "".join(f'<button data-p="{phase}">{say(phase.capitalize())}</button>' for phase in phases)
        icon = '<svg viewBox="0 0 16 16" aria-hidden="true"><path d="{}"/></svg>'
        return (
            f'<div class="dock"><section class="tp" aria-label="{say("Steps")}">\n'
            f'<div class="phs" role="group" aria-label="{say("Phases")}">{buttons}</div>\n'
            f'<div class="bar" style="--trk:{self.track()}"><button class="ic" data-d="-1" '
            f'aria-label="{say("Back one step")}">{icon.format("M10.5 2.5L5 8l5.5 5.5")}</button>'
            f'<button class="ic pl" aria-label="{say("Play")}"><svg viewBox="0 0 16 16" aria-hidden="true">'
            '<path class="a" d="M4 2l10 6-10 6z"/><path class="b" d="M3 2h3.5v12H3zM9.5 2H13v12H9.5z"/></svg></button>'
            f'<button class="ic" data-d="1" aria-label="{say("On one step")}">{icon.format("M5.5 2.5L11 8l-5.5 5.5")}'
            f'</button><input type="range" min="1" max="{len(self.lines)}" value="1" aria-label="{say("Step")}">'
            f'<output id="cnt">1 / {len(self.lines)}</output></div></section>\n'
            f'<section class="card" aria-label="{say("This step")}"><div id="card"></div><p class="hint">'
            f"<kbd>←</kbd> <kbd>→</kbd> {say(_KEYS)}</p></section>\n"
            '</div><p class="err on" id="broken"></p><p class="sr" role="status" id="live"></p>\n'
        )

    def track(self) -> str:
        """The slider's colours: a stretch for each phase."""
        counts = [(KINDS[phase], sum(line.equation.phase == phase for line in self.lines)) for phase in PHASES]
        stops, reached = [], 0.0
        for kind, count in counts:
            end = reached + 100 * count / len(self.lines)
            stops.append(f"var(--{kind}) {reached:.1f}% {end:.1f}%")
            reached = end
        return f"linear-gradient(90deg,{','.join(stops)})"

    # --- the sheet ---

    def sheet(self) -> Iterator[str]:
        say = self.say
        yield f'<div class="sheet" role="region" aria-label="{say("All steps")}" tabindex="0">\n'
        if self.view.practice is not None:
            yield (
                f'<div class="prog"><div class="pb"><div class="pbar" role="img" aria-label="{say("Progress")}"></div>'
                f'<p id="pt"></p></div><div class="acts"><button data-a="next" class="pri">{say("Next blank")}</button>'
                f'<button data-a="sheet">{say("My sheet")}</button><button data-a="clear">{say("Clear")}</button>'
                "</div></div>\n"
            )
        items = "".join(
            f"<li {attribute('id', canonical(name))}><i>{html_name(plain(name))}{place_of(name)}</i> "
            f"<b {attribute('data-t', canonical(name))}>{escaped(self.plain(name, 9))}</b></li>"
            for name in self.givens
        )
        yield f'<details class="giv"><summary>{say("Given numbers")}</summary><ul>{items}</ul></details>\n'
        for phase in PHASES:
            lines = [line for line in self.lines if line.equation.phase == phase]
            if lines:
                yield (
                    f'<section class="ph {KINDS[phase]}" aria-labelledby="ph-{phase}"><div class="phh">'
                    f'<h2 id="ph-{phase}">{say(phase.capitalize())}</h2>'
                    f'<span class="cnt" data-ph="{phase}"></span></div>{self.general(lines)}<ol>'
                )
                yield from self.steps([line.name for line in lines])
                yield "</ol></section>\n"
        yield "</div>\n"

    def general(self, lines: Iterable[Line]) -> str:
        """The general formulas of a phase, each once: the script shows them beside each step."""
        used = {self.words.of(line.equation).general for line in lines} - self.told - {-1}
        self.told |= used
        formulas = []
        for place in sorted(used):
            about, left, right = written(self.words.general[place], LETTERS["net-out"], INK.general)  # type: ignore[arg-type]
            about = escaped(_capital(word(about, self.language)))
            math = f"<math>{left}<mo>=</mo>{right}</math>"
            formulas.append(f"<div><dt>{about}</dt><dd data-j={place}>{math}</dd></div>")
        return f'<dl class="gen">{"".join(formulas)}</dl>' if formulas else ""

    def steps(self, names: Iterable[Name]) -> Iterator[str]:
        """The steps of a phase, those of a sample or time step under its heading."""
        before = Spot()
        for name in names:
            place = place_of(name)
            if place != before:
                yield f'<li class="sub">{place.said(self.say) or self.say("All together")}</li>'
            before = place
            yield self.step(name)

    def step(self, name: Name) -> str:
        """A step; HTML closes its paragraph and its item by itself."""
        equation = self.trace.by_name[name]
        words = self.words.of(equation)
        key, value = canonical(name), self.mark(self.value(name))
        table = derivation(equation, self.symbols, self.put_in, mathml_number(value)[0])
        table = _POINT.sub(r"\1,", table) if self.comma else table
        inside = f'<h3>{words.title}</h3><div class="der">{table}</div><p class="why">{words.why}'
        return (
            f'<li class="ln {KINDS[equation.phase]}" {attribute("id", key)}>'
            f'<a class="row" {attribute("href", "#" + key)}>'
            f'<span class="nm">{html_name(plain(name))}</span><b class="vl">'
            f'{escaped(in_print(value))}</b></a><div class="more">{inside}</div>'
        )

    # --- the script ---

    def script(self) -> Iterator[str]:
        equations = [line.equation for line in self.lines]
        before = [*self.givens, *self.outside()]
        known = [*before, *(equation.name for equation in equations)]
        places = {name: place for place, name in enumerate(known)}
        training = self.trace.example.training
        facts = {
            "givens": [self.given(name) for name in before],
            "free": len(self.givens),
            "known": len({*self.givens, *self.used} - {line.name for line in self.lines}),
            "lines": [self.line(equation.name, places) for equation in equations],
            "order": self.order(),
            "settled": training.times if training.settling is not None else 0,
            "texts": None if self.usual else [self.value(equation.name) for equation in equations],
            "carried": [
                [canonical(old), canonical(new)]
                for new, old in self.trace.listing.carried
                if new in places and old in places
            ],
            "bounds": self.bounds(),
            "objective": canonical(self.network.objective),
            "places": [str(place) for place in self.standing()],
            "down": moved(downwards(self.drawn)),
            "modes": self.modes,
            "first": self.first,
            "step": self.trace.step,
            "name": self.trace.example.name,
            "asked": self.asked(),
            "decimals": self.view.practice.decimals if self.view.practice is not None else None,
            "command": self.command(),
            "set": [canonical(name) for name in self.givens if name in self.trace.example.set_],
            "file": self.file(),
            "comma": self.comma,
            "words": self.vocabulary(),
        }
        yield f"<script>\nconst D={_packed(facts)};\n"
        yield program(before, equations, self.hidden or ())
        yield f"\n{_part('numbers.js')}\n"
        yield from self.practising(known) if self.view.practice is not None else [_part("watching.js")]
        yield f"\n{_part('page.js')}\n</script>\n"

    def order(self) -> list[int] | None:
        """The places of the lines in the order of the listing, where that is another."""
        places = {line.name: place for place, line in enumerate(self.lines)}
        order = [places[line.name] for line in chosen(self.trace, self.view)]
        return None if order == sorted(order) else order

    def vocabulary(self) -> dict[str, str]:
        """What the script says, in another language."""
        if self.language == "en":
            return {}
        scripts = ["numbers.js", "page.js", *(["judging.js", "practise.js"] if self.view.practice is not None else [])]
        patterns = dict.fromkeys(pattern for script in scripts for pattern in said_by(script))
        return {pattern: translated(pattern, self.language) for pattern in (*PHASES, *patterns)}

    def command(self) -> str:
        """What shows this in a terminal, but for the numbers that are set."""
        example = self.trace.example
        batching = example.training.batching
        size = f" --batch-size {batching.size}" if batching.size else ""
        shuffled = f" --shuffle --seed {batching.seed}" if batching.size and batching.seed is not None else ""
        return f"backprop-trace show {shlex.quote(example.name)}{size}{shuffled}"

    def file(self) -> list[str | int]:
        """The YAML in pieces, with the place of a given number wherever it stands."""
        places, values = {name: place for place, name in enumerate(self.givens)}, self.trace.example.values
        pieces: list[str | int] = []
        for piece in template(self.trace.example, self.trace.step - 1):
            if isinstance(piece, str):
                pieces.append(piece)
            else:
                pieces.append(places[piece] if piece in places else values.get(piece, "0"))
        return pieces

    def asked(self) -> list[str]:
        """The lines that are asked for in practising."""
        practice = self.view.practice
        if practice is None:
            return []
        from backprop_trace.check.practice import asked

        return [canonical(line.name) for line in asked(self.lines, practice.phases, practice.lines, practice.seed)]

    def practising(self, known: Sequence[Name]) -> Iterator[str]:
        """What the checker knows of each line, and the script that judges by it."""
        from backprop_trace.check.in_javascript import DIGITS, RULES, knowledge
        from backprop_trace.check.slips import SLIPS, Facts

        facts, script = Facts(self.trace.example), Script(known)
        slips: dict[str, int] = {slip: place for place, slip in enumerate(DIGITS)}
        kinds: dict[str, int] = {}
        lines = []
        for line in self.lines:
            found = knowledge(line.equation, self.trace.by_name, facts, script)
            bends = ",".join(
                f"[{slips.setdefault(slip, len(slips))},{bent}{',1' * put_in}]" for slip, bent, put_in in found.bends
            )
            slopes = ",".join(f"[{place},{slope}]" for place, slope in found.slopes)
            operations = ",".join(f"[{each.value},{each.slope}]" for each in found.operations)
            flags = "".join(f",{letter}:1" for letter in found.flags)
            also = "".join(f",{key}:{f}" for key, f in (("q", found.shortcut), ("t", found.swapped)) if f)
            kind = kinds.setdefault(found.kind, len(kinds))
            lines.append(f"{{d:[{slopes}],o:[{operations}],b:[{bends}],k:{kind}{flags}{also}}}")
        words = [[slip, word(SLIPS[slip].sentence, self.language), SLIPS[slip].rank] for slip in slips]
        yield "const P=[" + ",\n".join(lines) + f"];\nD.slips={_packed(words)};\n"
        yield f"D.digits={_packed({slip: slips[slip] for slip in DIGITS})};\nconst R={_packed(RULES)};\n"
        yield f"{_part('judging.js')}\n{_part('practise.js')}\n"

    def unseen(self) -> list[Equation] | None:
        """The lines that are computed and not shown, where only some are: what those use, the loss and the new values,
        and all that these depend on. None: there are too many, and nothing can be changed."""
        shown, listing = {line.name for line in self.lines}, self.trace.listing
        if len(shown) == len(listing.equations):
            return []
        wanted = {*self.used, self.network.objective, *(new for new, _ in listing.carried)} - shown
        lines = ancestors(listing.equations, wanted)
        return lines if len(lines) <= LARGEST_PAGE else None

    @cached_property
    def used(self) -> dict[Name, None]:
        """What the lines use, in their order."""
        return dict.fromkeys(name for line in self.lines for name in names_in(line.equation.formula))

    def outside(self) -> list[Name]:
        """What has a number on the page and is neither given nor shown; first what the lines use."""
        known = {*self.givens, *(line.name for line in self.lines)}
        names = dict.fromkeys([*self.used, *(line.name for line in self.hidden or ())])
        return [name for name in names if name not in known]

    def given(self, name: Name) -> list[Any]:
        """Its name, its text (none: not as it was given), its value, its parts of the drawing."""
        text = self.texts.given.get(name)
        return [canonical(name), text, float(number(text) if text else self.trace.values[name]), *parts(name)]

    def bounds(self) -> list[tuple[str, Bound]]:
        """What the numbers of the optimizer may be, and what is said of any other."""
        used = constants_used(self.trace.example.rule)
        bounds = {name: bound for name, bound in BOUNDS.items() if name in used}
        return [
            (canonical(name), bound._replace(low=word(bound.low, self.language), high=word(bound.high, self.language)))
            for name, bound in bounds.items()
        ]

    def line(self, name: Name, places: dict[Name, int]) -> dict[str, Any]:
        """n: its name; p: its phase; u: the places of what it uses; o: its parts of the drawing; j: its formula."""
        equation = self.trace.by_name[name]
        used = [places[each] for each in names_in(equation.formula) if each in places]
        general = self.words.of(equation).general
        facts: dict[str, Any] = {
            "n": canonical(name),
            "p": PHASES.index(equation.phase),
            "u": used,
            "o": list(parts(name)),
        }
        return facts if general < 0 else {**facts, "j": general}


_KEYS = "one step · point at a number to find it in the network, click it to go where it comes from"
_POINT = re.compile(r"(<mn>\d+)\.")


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


@lru_cache
def said_by(script: str) -> tuple[str, ...]:
    """What a script of this package says: patterns given to `say`, verdicts and reasons."""
    return tuple(found[1] for found in re.finditer(r"(?:\bsay\(|\b[ws]: )'((?:[^'\\]|\\.)+)'", _part(script)))


def _packed(found: object) -> str:
    """JSON in which nothing ends the script that it stands in."""
    return dumped(found, separators=(",", ":")).replace("<", "\\u003c")


def _tab(node: Box) -> tuple[float, float]:
    """Where the number of a bias stands."""
    return node.x + node.width - 52, node.y + 19
