"""What a notebook shows of a thing: HTML, LaTeX, Markdown and plain text, from the same pages as everywhere."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from backprop_trace.check.report import Report
from backprop_trace.files.spec import Example
from backprop_trace.formulas.notation import LATEX
from backprop_trace.formulas.notation.names import LATEX_NAMES
from backprop_trace.render.blocks import Block, Equations, Prose, Table, Title
from backprop_trace.render.medium import Medium
from backprop_trace.render.page.picture import picture
from backprop_trace.render.pages.report import Wanted, report_page
from backprop_trace.render.pages.trace import trace_page
from backprop_trace.render.pages.training import training_page
from backprop_trace.render.view import View, described
from backprop_trace.render.writers import html, markdown, plain
from backprop_trace.render.writers.spelling import Ink
from backprop_trace.run.step import Trace, TracedLine
from backprop_trace.run.train.session import Trained

MOST_LINES = 400
"""More lines make a cell slow: of a larger trace its summary is shown, and each line that is asked for."""

DOCUMENT = Medium(manner="document", fragment=True)
_INK = Ink(LATEX, LATEX_NAMES)


def bundle(thing: object) -> dict[str, str]:
    """The forms in which a notebook can show a thing, by their media types."""
    for kind, show in _KINDS.items():
        if isinstance(thing, kind):
            return {media: text for media, text in show(thing).items() if text}
    return {}


def _of_line(line: TracedLine) -> dict[str, str]:
    return _of_lines(line.trace, View(line.trace.example, line.trace.settings, only=frozenset([line.name])))


def _of_trace(trace: Trace) -> dict[str, str]:
    if len(trace.listing.equations) > MOST_LINES:
        return _said([Title(trace.example.title or trace.example.name), Prose(repr(trace))])
    return _of_lines(trace, View(trace.example, trace.settings))


def _of_lines(trace: Trace, view: View) -> dict[str, str]:
    view = view._replace(compact=False)
    equations = [block for block in trace_page([trace], view).blocks(DOCUMENT) if isinstance(block, Equations)]
    return {**_said(equations), "text/latex": _aligned(equations)}


def _aligned(blocks: Sequence[Equations]) -> str:
    """What a notebook's MathJax can draw: the bare lines, without a document around them."""
    rows = []
    for block in blocks:
        for line in block.lines:
            first, *others = _INK.sides(line.sides, block.names)
            rows.append(f"{_INK.name(line.name, block.names)} &= {first}")
            rows += [f"&= {other}" for other in others]
    return "\\begin{align*}\n" + " \\\\\n".join(rows) + "\n\\end{align*}" if rows else ""


def _of_report(report: Report) -> dict[str, str]:
    page = report_page(report, Wanted())
    return {**_said(list(page.blocks(DOCUMENT))), "text/plain": "".join(plain.write(page.blocks(DOCUMENT), DOCUMENT))}


def _of_example(example: Example) -> dict[str, str]:
    drawn = "".join(picture(_traced(example), View(example))) if _has_numbers(example) else ""
    title, about = example.title or example.name, described(example)
    said = _said([Title(title), Prose(about)])
    image = html.image(drawn, "The network with its numbers") if drawn else ""
    return {**said, "text/html": said["text/html"] + image, "text/plain": f"{title}\n{about}\n"}


def _has_numbers(example: Example) -> bool:
    from backprop_trace.run.step import NotNumeric, check_numeric

    try:
        check_numeric(example, example.listing())
    except NotNumeric:
        return False
    return True


def _traced(example: Example) -> Trace:
    from backprop_trace.run.step import trace

    return trace(example)


def _of_training(trained: Trained) -> dict[str, str]:
    """The reports, the curve, and what is to be said."""
    page = training_page(trained.session, trained.reports, View(trained.session.example))
    return _said(list(_kept(page.blocks(DOCUMENT))))


def _kept(blocks: Iterable[Block]) -> Iterator[Block]:
    """With the rows of tables, which come but once."""
    for block in blocks:
        yield block._replace(rows=list(block.rows)) if isinstance(block, Table) else block


def _said(blocks: Sequence[Block]) -> dict[str, str]:
    return {
        "text/html": "".join(html.write(blocks, DOCUMENT)),
        "text/markdown": "".join(markdown.write(blocks, DOCUMENT)),
        "text/plain": "".join(plain.write(blocks, DOCUMENT)),
    }


_KINDS: dict[type, Callable[[Any], dict[str, str]]] = {
    TracedLine: _of_line, Trace: _of_trace, Report: _of_report, Example: _of_example,
    Trained: _of_training,
}  # fmt: skip
