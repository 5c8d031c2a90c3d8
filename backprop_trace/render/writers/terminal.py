"""A terminal: tables of formula = numbers = value, prose wrapped to its width, curves in dots.

What does not fit the width is laid out vertically; no number is ever cut or wrapped.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from backprop_trace.formulas.expr import Sum
from backprop_trace.formulas.notation import show
from backprop_trace.model.general import written
from backprop_trace.render import blocks as said
from backprop_trace.render.blocks import Block, Equated, Equations, Math, Text
from backprop_trace.render.medium import Medium
from backprop_trace.render.words import word
from backprop_trace.render.writers import matrices, tables
from backprop_trace.render.writers.colours import painter
from backprop_trace.render.writers.curve import drawn
from backprop_trace.render.writers.spelling import ink_of
from backprop_trace.render.writers.tables import padded, wide, wrapped

COLUMNS = ("quantity", "formula", "numbers", "value")
GAP = "   "
WIDEST = 1000  # columns of a table that is not for a terminal: beyond, most of it would be padding
READS_WELL = 100
NARROW = 60
CURVE_WIDTH = 72
NO_BREAK = "\u00a0"


def write(blocks: Iterable[Block], medium: Medium) -> Iterator[str]:
    writer, before = _Writer(medium), None
    for block in blocks:
        if before is not None and _stands_apart(before, block):
            yield "\n"
        yield from (line + "\n" for line in writer.lines(block))
        before = block


_RUNNING = (said.Title, said.Prose, said.Listed)


def _stands_apart(before: Block, block: Block) -> bool:
    """An empty line between blocks, but not under headings nor between paragraphs."""
    if isinstance(block, said.Heading | said.Message):
        return True
    return not isinstance(before, said.Heading) and not (isinstance(before, _RUNNING) and isinstance(block, _RUNNING))


class _Writer:
    def __init__(self, medium: Medium):
        self.medium, self.ink, self.paint = medium, ink_of(medium.ascii), painter(medium.colors)
        self.width = medium.width

    def lines(self, block: Block) -> Iterable[str]:
        match block:
            case Equations():
                return self.equations(block)
            case said.Title(text):
                return (self.paint("title", line) for line in self.prose(text))
            case said.Heading(text, _, kind):
                return (self.paint(kind, line) for line in self.prose(text))
            case said.Prose(text, kind):
                return self.paragraph(text, kind)
            case said.Listed():
                return self.listed(block)
            case said.Formulas():
                return self.formulas(block)
            case said.MatrixLines():
                return self.matrices(block)
            case said.Chain():
                return self.chain(block)
            case said.Table():
                return tables.lines(block, self.medium)
            case said.Curve():
                return self.curve(block)
            case said.Message():
                return self.message(block)
        return ()

    def word(self, text: str) -> str:
        """A word of our own."""
        return word(text, self.medium.language)

    # --- prose ---

    def prose(self, text: Text, indent: str = "", first: str = "") -> list[str]:
        """Wrapped even where a table may be as wide as it needs."""
        return wrapped(self.ink.words(text), max(20, self.width or READS_WELL), first, indent)

    def paragraph(self, text: Text, kind: str) -> Iterator[str]:
        label = f"{self.word(kind)}: " if kind in ("note", "warning") else ""
        return (self.paint(kind, line) for line in self.prose(label + self.ink.words(text)))

    def listed(self, block: said.Listed) -> Iterator[str]:
        texts = block.separator.join(self.ink.words(item).replace(" ", NO_BREAK) for item in block.items)
        lines = self.prose(f"{block.label.lower()}: {texts}", indent=" " * (len(block.label) + 2))
        return (line.replace(NO_BREAK, " ") for line in lines)

    def curve(self, curve: said.Curve) -> Iterator[str]:
        width = min(CURVE_WIDTH, self.width or CURVE_WIDTH)
        return drawn(curve, width, self.medium.ascii)

    # --- formulas ---

    def formulas(self, block: said.Formulas) -> Iterator[str]:
        assert self.ink.letters is not None and self.ink.general is not None
        lines = [written(line, self.ink.letters[block.style], self.ink.general) for line in block.lines]
        widest = max((len(about) for about, _, _ in lines), default=0)
        for about, left, right in lines:
            text = f"  {about:{widest}}{GAP}{left} = {right}"
            yield from (self.paint("faint", line) for line in self.folded(text, " " * 6))

    def matrices(self, block: said.MatrixLines) -> Iterator[str]:
        """Each equation as on paper; of general ones what they are about stands before them."""
        widest = max((len(line.about) for line in block.lines), default=0)
        for place, line in enumerate(block.lines):
            if line.about:
                text = f"  {line.about:{widest}}{GAP}{matrices.flat(line, block.names, self.ink)}"
                yield from (self.paint("faint", row) for row in self.folded(text, " " * 6))
                continue
            yield from [""] * bool(place)
            width = None if self.width is None else self.width - 2
            yield from (f"  {row}".rstrip() for row in matrices.upright(line, block.names, self.ink, width))

    def folded(self, text: str, indent: str) -> list[str]:
        return [text] if self.width is None else wrapped(text, max(20, self.width), "", indent)

    def chain(self, chain: said.Chain) -> Iterator[str]:
        """A term on each line, the signs below each other."""
        leaf, name = self.ink.leaf(chain.names), self.ink.name(chain.name, chain.names)
        terms = [
            [show(term, self.ink.notation, leaf) for term in (form.terms if isinstance(form, Sum) else (form,))]
            for form in chain.forms
        ]
        for row, (sign, term) in enumerate(signed(terms)):
            start = self.paint("name", name) if row == 0 else " " * wide(name)
            yield from self.term(start, f" {sign} {term}", wide(name))

    def term(self, start: str, text: str, indent: int) -> list[str]:
        """A line that is too wide goes on below, after the sign."""
        if self.width is None or indent + wide(text) <= self.width:
            return [start + text]
        first, *rest = wrapped(text.strip(), max(30, self.width - indent) - 1, "", " " * 4)
        return [f"{start} {first}", *(" " * indent + line for line in rest)]

    # --- equations ---

    def equations(self, block: Equations) -> Iterator[str]:
        rows = [self.row(line, block) for line in block.lines]
        sizes = [tuple(map(wide, row[:4])) for row in rows]
        heads = [self.word(head) for head in COLUMNS]
        widths = [max(len(head), *column) for head, column in zip(heads, zip(*sizes, strict=True), strict=True)]
        if not any(row[2] for row in rows):
            widths[2] = 0
        needed = sum(widths) + len(GAP) * sum(width > 0 for width in widths[1:]) + 2
        if needed > (self.width or WIDEST):
            yield from (line for row in rows for line in self.upright(*row))
            return
        head = GAP.join(padded(text, width) for text, width in zip(heads, widths, strict=True) if width)
        yield self.paint("faint", f"  {head}".rstrip())
        yield self.paint("faint", "  " + ("-" if self.medium.ascii else "─") * (needed - 2))
        for (name, formula, numbers, value, shortcut), size in zip(rows, sizes, strict=True):
            after_name, after_formula, after_numbers = (" " * (widths[k] - size[k]) for k in range(3))
            middle = f"{GAP}{formula}{after_formula}" + (f"{GAP}{numbers}{after_numbers}" if widths[2] else "")
            yield f"  {self.paint('name', name + after_name)}{middle}{GAP}{self.paint('value', value)}"
            if shortcut:
                yield self.paint("faint", f"  {'':{widths[0]}}{GAP}{self.word('shortcut')}: {shortcut}")

    def row(self, line: Equated, block: Equations) -> tuple[str, str, str, str, str]:
        """Name, formula, numbers (empty where they would only repeat the value), value, shortcut."""
        formula, *numbers, value = self.ink.sides(line.sides, block.names)
        shortcut = " = ".join(self.ink.sides(line.shortcut, block.names)) if line.shortcut else ""
        return self.ink.name(line.name, block.names), formula, " = ".join(numbers), value, shortcut

    def upright(self, name: str, formula: str, numbers: str, value: str, shortcut: str) -> Iterator[str]:
        """name = formula = numbers = value on a line, or each form on its own; long ones wrapped between terms."""
        forms = [text for text in (formula, numbers) if text and text != value]
        if wide("  " + " = ".join([name, *forms, value])) <= (self.width or 0):
            yield "  " + " = ".join([self.paint("name", name), *forms, self.paint("value", value)])
        else:
            yield "  " + self.paint("name", name)
            for text in forms:
                yield from self.folded(f"    = {text}", " " * 8)
            yield "    = " + self.paint("value", value)
        if shortcut:
            yield from (
                self.paint("faint", line) for line in self.folded(f"    {self.word('shortcut')}: {shortcut}", " " * 8)
            )

    # --- messages ---

    def message(self, message: said.Message) -> Iterator[str]:
        kind, title, place, sentence, rows, after = message
        sign, words = self.paint("bad", self.ink.sign(kind)), self.paint("name", self.ink.words(title))
        yield f"  {sign} {words}  {self.paint('faint', place)}"
        yield from self.prose(sentence, "    ", "    ")
        widest = max((len(label) for label, _ in rows), default=0) + 2
        for label, text in rows:
            yield from self.labelled(f"    {label:{widest}}", text)
        yield from self.prose(after, "    ", "    ") if after else ()

    def labelled(self, start: str, text: Text) -> Iterator[str]:
        """name = symbols = numbers = value; on a line of its own each where they do not fit one."""
        whole = start + self.ink.words(text, self.paint)
        if (
            not isinstance(text, tuple)
            or not isinstance(text[0], Math)
            or self.width is None
            or (wide(whole) <= self.width)
        ):
            yield whole
            return
        if self.width < NARROW:
            yield start.rstrip()
            start = " " * 6
        name, first, *others = self.ink.sides(text[0].sides, text[0].names)
        hanging = " " * len(start)
        yield from self.prose(f"{name} = {first}", hanging + "    ", start)
        for form in others:
            yield from self.prose(f"= {form}", hanging + "    ", hanging + "  ")


def signed(forms: Iterable[Sequence[str]]) -> Iterator[tuple[str, str]]:
    """The terms of formulas that are equal, each with the sign before it."""
    for form in forms:
        for place, term in enumerate(form):
            yield ("=" if place == 0 else "-" if term.startswith("-") else "+"), term.removeprefix("-" if place else "")
