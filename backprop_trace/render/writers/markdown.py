"""Markdown: headings, tables, formulas as mathematics ($...$ and $$...$$)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from backprop_trace.formulas.expr import Sum
from backprop_trace.formulas.notation import LATEX, LOOSE, Piece, show
from backprop_trace.formulas.notation.names import MATHJAX_NAMES
from backprop_trace.model.general import written
from backprop_trace.render import blocks as said
from backprop_trace.render.blocks import Block, Equations, Math, Text
from backprop_trace.render.medium import Medium
from backprop_trace.render.writers.curve import drawn
from backprop_trace.render.writers.latex import matrices
from backprop_trace.render.writers.latex.general import LETTERS, PEN
from backprop_trace.render.writers.spelling import Ink
from backprop_trace.render.writers.terminal import signed

CURVE_WIDTH = 72


def _cases(test: str, positive: str, otherwise: str) -> Piece:
    return rf"{positive} \text{{ if }} {test} > 0 \text{{ else }} {otherwise}", LOOSE


MARKDOWN = LATEX._replace(cases=_cases)
"""LaTeX in one line: a Markdown reader takes the backslashes of a line break for escapes."""

INK = Ink(MARKDOWN, MATHJAX_NAMES, PEN._replace(notation=MARKDOWN, alphabet=MATHJAX_NAMES), dict(LETTERS))


def write(blocks: Iterable[Block], medium: Medium) -> Iterator[str]:
    for place, block in enumerate(blocks):
        text = "".join(_written(block))
        if text:
            yield ("\n" if place else "") + text


def _written(block: Block) -> Iterator[str]:
    match block:
        case said.Title(text):
            yield f"# {escaped(text)}\n"
        case said.Heading(text, level):
            yield f"{'#' * (level + 1)} {words(text)}\n"
        case said.Prose(text, kind):
            label = f"{kind.capitalize()}: " if kind in ("note", "warning") else ""
            yield f"**{words(text)}**\n" if kind in ("good", "bad") else f"{label}{words(text)}\n"
        case said.Listed(label, items):
            yield f"{label}: {', '.join(map(words, items))}\n"
        case said.Formulas(formulas, style):
            texts = (written(line, LETTERS[style], INK.general) for line in formulas)  # type: ignore[arg-type]
            yield from (f"- {about}: ${mathematics(left)} = {mathematics(right)}$\n" for about, left, right in texts)
        case Equations():
            yield from _equations(block)
        case said.Matrices():
            yield from _matrices(block)
        case said.Chain():
            yield from _chain(block)
        case said.Table():
            yield from _table(block)
        case said.Curve(series, _, height, log):
            yield (
                "```text\n" + "".join(f"{line}\n" for line in drawn(series, CURVE_WIDTH, height, False, log)) + "```\n"
            )
        case said.Message():
            yield from _message(block)


def _equations(block: Equations) -> Iterator[str]:
    yield "| quantity | formula | numbers | value |\n|---|---|---|---|\n"
    for line in block.lines:
        formula, *numbers, value = INK.sides(line.sides, block.names)
        if line.shortcut:
            value += f"$, shortcut ${' = '.join(INK.sides(line.shortcut, block.names))}"
        cells = [INK.name(line.name, block.names), formula, " = ".join(numbers), value]
        yield f"| {' | '.join(f'${mathematics(text)}$' if text else '' for text in cells)} |\n"


def _matrices(block: said.Matrices) -> Iterator[str]:
    """Displayed formulas; general ones in a list."""
    for line in block.lines:
        name, *sides = [mathematics(side) for side in matrices.sides(line, block.names, INK)]
        if line.about:
            yield f"- {line.about}: ${' = '.join([name, *sides])}$\n"
        else:
            yield f"$$\n{' = '.join([name, *sides])}\n$$\n"


def _chain(chain: said.Chain) -> Iterator[str]:
    """A displayed formula."""
    leaf = INK.leaf(chain.names)
    terms = [
        [show(term, MARKDOWN, leaf) for term in (form.terms if isinstance(form, Sum) else (form,))]
        for form in chain.forms
    ]
    body = " \\\\\n&".join(mathematics(rf"{{}} {sign} {term}") for sign, term in signed(terms))
    name = mathematics(INK.name(chain.name, chain.names))
    yield f"$$\n\\begin{{aligned}}\n{name} &{body}\n\\end{{aligned}}\n$$\n"


def _table(table: said.Table) -> Iterator[str]:
    yield _row([words(column.heading) for column in table.columns])
    yield _rule(table.columns)
    yield from (_row(map(words, cells)) for cells, _ in table.rows)


def _rule(columns: Sequence[said.Column]) -> str:
    if any(column.right for column in columns):
        return _row("---:" if column.right else "---" for column in columns)
    return "|" + "---|" * len(columns) + "\n"


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |\n"


def _message(message: said.Message) -> Iterator[str]:
    yield f"## {words(message.title)}\n\n{escaped(message.place)}: {words(message.sentence)}\n\n"
    yield from (f"* {label}: {words(text)}\n" for label, text in message.rows)
    yield f"\n{words(message.after)}\n" if message.after else ""


def words(text: Text) -> str:
    """A sentence or cell: words are escaped, formulas become mathematics."""
    spans = (text,) if isinstance(text, str) else text
    return "".join(
        f"${mathematics(INK.math(span))}$" if isinstance(span, Math) else escaped(INK.words((span,))) for span in spans
    )


def mathematics(latex: str) -> str:
    r"""Mathematics that survives a Markdown reader: a space keeps it from taking _ for emphasis, as after a brace.

    >>> mathematics(r"\mathit{net}_{h1}")
    '\\mathit{net} _{h1}'
    """
    return latex.replace("_", " _").replace(r"\ _", r"\_")


def escaped(text: str) -> str:
    """Text from a file, safe in Markdown."""
    return re.sub(r"([\\`*_{}\[\]<>#|$~&])", r"\\\1", text)
