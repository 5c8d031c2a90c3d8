"""HTML: one page with headings, real tables, formulas in MathML and figures; readable without a script, and printed.

Nothing is fetched and nothing runs: the policy of the page forbids both. Every text of a file is escaped.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache, partial
from importlib.resources import files
from itertools import chain
from urllib.parse import quote

from backprop_trace.formulas.expr import LOSS, Sum
from backprop_trace.formulas.notation import show
from backprop_trace.formulas.notation.mathml import MATHML, escaped, row
from backprop_trace.formulas.notation.names import MATHML_NAMES
from backprop_trace.model.general import LETTERS as TEXT_LETTERS
from backprop_trace.model.general import Letters, Pen, written
from backprop_trace.render import blocks as said
from backprop_trace.render.blocks import Block, Equations, Math, Span, Text
from backprop_trace.render.medium import Medium
from backprop_trace.render.page.picture import picture
from backprop_trace.render.view import View
from backprop_trace.render.words import word
from backprop_trace.render.writers.plot import plot
from backprop_trace.render.writers.spelling import ASCII_INK, Ink, with_powers
from backprop_trace.render.writers.terminal import signed


def _letter(text: str) -> str:
    """w^(l-1)_ji with its index and its layer."""
    match = re.fullmatch(r"([^\W_]+)(?:\^(\([^)]*\)|\w))?(?:_(\w+))?(\[\w\])?", text)
    if match is None:
        return f"<mtext>{escaped(text)}</mtext>"
    base = f"<mi>{match[1]}</mi>"
    upper = f"<mtext>{(match[2] or '').strip('()')}{match[4] or ''}</mtext>" if match[2] or match[4] else ""
    lower = f"<mi>{match[3]}</mi>" if match[3] else ""
    tag = "msubsup" if upper and lower else "msub" if lower else "msup" if upper else ""
    return f"<{tag}>{base}{lower}{upper}</{tag}>" if tag else base


def _total(index: str, body: str) -> str:
    return f"<munder><mo>∑</mo><mi>{index}</mi></munder>{row(body)}"


LETTERS: dict[str, Letters] = {
    style: {letter: _letter(text) if text else "" for letter, text in letters.items()}
    for style, letters in TEXT_LETTERS.items()
}


INK = Ink(MATHML, MATHML_NAMES, Pen(MATHML, MATHML_NAMES, _total, "<mo>=</mo>"), LETTERS)


def write(blocks: Iterable[Block], medium: Medium) -> Iterator[str]:
    stream = iter(blocks)
    first = next(stream, said.Title(""))
    title = first.text if isinstance(first, said.Title) else "backprop-trace"
    if not medium.fragment:
        yield _head(title, medium.language)
        if not isinstance(first, said.Title):
            first, stream = said.Title(title), chain([first], stream)
    outline = _Outline(medium.language)
    for block in chain([first], stream):
        yield "".join(_written(block, outline))
    if not medium.fragment:
        yield "</main>\n</body>\n</html>\n"


def _head(title: str, language: str) -> str:
    policy = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"
    return (
        f'<!doctype html>\n<html lang="{language}">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="color-scheme" content="light dark">\n'
        f"<title>{escaped(title)}</title>\n<style>{_style()}</style>\n</head>\n<body>\n<main>\n"
    )


@lru_cache
def _style() -> str:
    text = files(__package__).joinpath("html.css").read_text(encoding="utf-8")
    return re.sub(r"/\*.*?\*/\s*", "", text, flags=re.DOTALL)


class _Outline:
    """Which heading stands under which: no level of a page is left out, whatever is shown of it. `our`: words of our
    own in the language of the page."""

    def __init__(self, language: str) -> None:
        self.above: list[int] = []
        self.our = partial(word, language=language)

    def heading(self, level: int, text: str) -> str:
        while self.above and self.above[-1] >= level:
            self.above.pop()
        self.above.append(level)
        tag = f"h{min(6, len(self.above))}"
        return f"<{tag}>{text}</{tag}>\n"


def _written(block: Block, outline: _Outline) -> Iterator[str]:
    match block:
        case said.Title(text):
            yield outline.heading(0, escaped(text))
        case said.Heading(text, level):
            yield outline.heading(level, words(text))
        case said.Prose(text, kind):
            label = f"<b>{escaped(outline.our(kind).capitalize())}:</b> " if kind in ("note", "warning") else ""
            yield f'<p class="{kind or "text"}">{label}{words(text)}</p>\n'
        case said.Listed(label, items, _):
            inside = " ".join(f"<span>{words(item)}</span>" for item in items)
            yield f'<p class="given"><b>{escaped(label)}:</b> {inside}</p>\n'
        case said.Formulas(formulas, style):
            yield from _formulas(written(line, LETTERS[style], INK.general) for line in formulas)  # type: ignore[arg-type]
        case Equations():
            yield from _equations(block, outline.our)
        case said.MatrixLines():
            yield from _matrices(block)
        case said.Chain():
            yield from _chain(block)
        case said.Table():
            yield from _table(block)
        case said.Curve():
            yield _curve(block)
        case said.Drawing(trace, blank=False):
            yield image("".join(picture(trace, View(trace.example))), outline.our("The network with its numbers"))
        case said.Message():
            yield from _message(block, outline)


def image(svg: str, alternative: str) -> str:
    """A picture with its own style, which is not that of the page."""
    return f'<figure><img alt="{escaped(alternative)}" src="data:image/svg+xml,{quote(svg)}"></figure>\n'


SHORT = 20
"""Letters and signs that fit into any window."""


def _scrolling(tag: str, inside: str) -> str:
    """What scrolls where the window is narrow; it can be reached with the keyboard, too."""
    reached = ' tabindex="0"' if len(re.sub("<[^>]*>", "", inside)) > SHORT else ""
    return f"<{tag}{reached}>{inside}</{tag.partition(' ')[0]}>"


def _math(inside: str) -> str:
    return f"<math>{inside}</math>"


def _formulas(lines: Iterable[tuple[str, str, str]]) -> Iterator[str]:
    yield '<dl class="general">\n'
    for about, left, right in lines:
        yield f"<div><dt>{escaped(about)}</dt>{_scrolling('dd', _math(f'{left}<mo>=</mo>{right}'))}</div>\n"
    yield "</dl>\n"


def _equations(block: Equations, our: Callable[[str], str]) -> Iterator[str]:
    """A row a line: formula, numbers, value; a column of numbers only where some line has them."""
    yield '<div class="wide" tabindex="0"><table class="lines"><thead><tr>'
    yield "".join(f'<th scope="col">{escaped(our(head))}</th>' for head in ("quantity", "formula", "numbers", "value"))
    yield "</tr></thead><tbody>\n"
    for line in block.lines:
        formula, *numbers, value = INK.sides(line.sides, block.names)
        last = _math(f"<mo>=</mo>{value}")
        if line.shortcut:
            short = "<mo>=</mo>".join(INK.sides(line.shortcut, block.names))
            last += f' <span class="also">{escaped(our("shortcut"))} {_math(short)}</span>'
        between = _math("".join(f"<mo>=</mo>{number}" for number in numbers)) if numbers else ""
        cells = [_math(f"<mo>=</mo>{formula}") if formula != value else "", between, last]
        yield f'<tr><th scope="row">{_heading((Math((line.name,), block.names),))}</th>'
        yield "".join(f"<td>{cell}</td>" for cell in cells) + "</tr>\n"
    yield "</tbody></table></div>\n"


def _chain(block: said.Chain) -> Iterator[str]:
    leaf = INK.leaf(block.names)
    terms = [
        [show(term, MATHML, leaf) for term in (form.terms if isinstance(form, Sum) else (form,))]
        for form in block.forms
    ]
    rows = [f"<mtd><mo>{sign}</mo></mtd><mtd>{term}</mtd>" for sign, term in signed(terms)]
    name = INK.name(block.name, block.names)
    first, *others = rows
    body = f"<mtr><mtd>{name}</mtd>{first}</mtr>" + "".join(f"<mtr><mtd></mtd>{each}</mtr>" for each in others)
    yield _scrolling('div class="wide chain"', _math(f"<mtable>{body}</mtable>")) + "\n"


def _matrices(block: said.MatrixLines) -> Iterator[str]:
    for line in block.lines:
        sides = ("".join(_item(item, block.names) for item in side) for side in line.sides)
        about = f"{escaped(line.about)}: " if line.about else ""
        yield _scrolling('div class="wide chain"', about + _math("<mo>=</mo>".join(sides))) + "\n"


def _item(item: said.Item, names: said.Naming) -> str:
    match item:
        case said.Matrix(rows):
            cells = (
                "".join(f"<mtd>{INK.number(cell)[0] if cell else '<mo>·</mo>'}</mtd>" for cell in row) for row in rows
            )
            table = f"<mtable>{''.join(f'<mtr>{row}</mtr>' for row in cells)}</mtable>"
            shape = f"<mtext>{'×'.join(map(str, item.shape))}</mtext>"
            return f"<munder><mrow><mo>[</mo>{table}<mo>]</mo></mrow>{shape}</munder>"
        case said.Letter(letter, layer, gradient, mark):
            base = f'<mi mathvariant="bold">{letter}</mi>'
            base = f"<msub>{base}<mtext>{escaped(layer)}</mtext></msub>" if layer else base
            base = f"<mi>∂</mi>{INK.name(LOSS, names)}<mo>/</mo><mi>∂</mi>{base}" if gradient else base
            return f"<msup>{row(base)}<mtext>{escaped(mark)}</mtext></msup>" if mark else base
        case said.Amount():
            return INK.amount(item)
    return f"<mo>{_SIGNS.get(item, escaped(item))}</mo>"


_SIGNS = {".": "&#x2062;", "*": "·"}
"""A product of matrices needs no sign."""


def _table(table: said.Table) -> Iterator[str]:
    yield '<div class="wide" tabindex="0"><table><thead><tr>'
    yield "".join(map(_column, table.columns))
    yield "</tr></thead><tbody>\n"
    for cells, kind in table.rows:
        yield "<tr>"
        for place, (column, cell) in enumerate(zip(table.columns, cells, strict=False)):
            classes = [
                *(["number"] if column.right or column.number else []),
                *([kind] if place == table.marked else []),
            ]
            mark = f' class="{escaped(" ".join(classes))}"' if any(classes) else ""
            yield f"<td{mark}>{words(cell)}</td>"
        yield "</tr>\n"
    yield "</tbody></table></div>\n"


def _column(column: said.Column) -> str:
    side = ' class="number"' if column.right or column.number else ""
    if not column.heading:
        return f"<td{side}></td>"
    return f'<th scope="col"{side}>{_heading(column.heading)}</th>'


_HEARD = 'style="position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap"'
"""Not seen: a piece of a page has no style but its own."""


def _heading(text: Text) -> str:
    """A heading; in words for those who listen, where it has a formula."""
    if isinstance(text, str):
        return words(text)
    heard = escaped(ASCII_INK.words(text))
    return f'<span {_HEARD}>{heard}</span><span aria-hidden="true">{words(text)}</span>'


def _message(message: said.Message, outline: _Outline) -> Iterator[str]:
    heading = outline.heading(3, _heading(message.title))
    yield f'<section class="message {escaped(message.kind)}">\n{heading}'
    yield f'<p>{words(message.sentence)} <span class="place">{escaped(message.place)}</span></p>\n'
    if message.rows:
        rows = ((escaped(label), _scrolling("dd", words(text))) for label, text in message.rows)
        yield f"<dl>{''.join(f'<div><dt>{label}</dt>{text}</div>' for label, text in rows)}</dl>\n"
    yield f"<p>{words(message.after)}</p>\n" if message.after else ""
    yield "</section>\n"


def words(text: Text) -> str:
    """A sentence or cell: words are escaped, formulas become mathematics."""
    return "".join(map(_span, with_powers(text)))


def _span(span: Span) -> str:
    match span:
        case Math(sides, names):
            return _math("<mo>=</mo>".join(INK.sides(sides, names)))
        case said.Marked(kind, text):
            return f'<b class="{escaped(kind)}">{escaped(text)}</b>'
        case said.Signed():
            return escaped(INK.words((span,)))
        case _:
            return escaped(span)


def _curve(curve: said.Curve) -> str:
    """The picture, and what it shows."""
    caption = f"<figcaption>{escaped(curve.caption)}</figcaption>" if curve.caption else ""
    return f"<figure>{plot(curve)}{caption}</figure>\n"
