"""Output: what a page says, written in a format. Pure functions from results to text.

A page (`pages`) says what there is to say as blocks (`blocks`), a writer (`writers`) turns blocks into a format,
records (`records`) are the same page for other programs. To add a format, write a module with `write` and add a line
to FORMATS: every command has it. To add a command, write its page: it has every format.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from backprop_trace.render.medium import SCREEN, Medium

if TYPE_CHECKING:
    from backprop_trace.render.blocks import Block
    from backprop_trace.render.pages import Page
    from backprop_trace.render.view import View
    from backprop_trace.run.step import Trace


class Format(NamedTuple):
    """What it is for; its module and manner (see `Medium`; records have none); `of`: the one command that has it.
    needs: a package; the extra of the installation that brings it has the name of the format. binary: no text.
    """

    about: str
    module: str = ""
    manner: str = ""
    of: str = ""
    needs: str = ""
    binary: bool = False


FORMATS = {
    "table": Format("tables for a terminal", "writers.terminal", "screen"),
    "plain": Format("a thing a line", "writers.plain", "lines"),
    "latex": Format("a LaTeX document, or with --fragment a piece of one", "writers.latex", "document"),
    "markdown": Format("a Markdown page, formulas as mathematics", "writers.markdown", "document"),
    "html": Format("a page for a browser, of 'show' to watch, change and practise", "writers.html", "document"),
    "pdf": Format("a PDF document, made without TeX", "writers.pdf", "document", needs="typst", binary=True),
    "svg": Format("the network with its numbers as a picture", of="show"),
    "yaml": Format("a sheet to be filled in, which 'check' reads", of="sheet"),
    "json": Format("an object with a list of lines", "records.json"),
    "csv": Format("a line per quantity, for spreadsheets", "records.csv"),
}
"""The formats of every command."""

ALSO = {"text": "table"}
"""Formats by another word."""


class NoSuchPage(ValueError):
    """A page that a format cannot show; the message says why."""


Pieces: TypeAlias = Iterator[str] | Iterator[bytes]
"""Text, or the bytes of a PDF, that are to be written one after the other."""


def say(form: str, page: Page, medium: Medium = SCREEN) -> Pieces:
    """The page in a format."""
    form = ALSO.get(form, form)
    if form in page.own and (own := page.own[form](medium)) is not None:
        return own
    about, module, manner, of, needs, _ = FORMATS[form]
    if not module:
        raise NoSuchPage(f"--format {form} is {about}: only '{of}' writes it")
    if needs and find_spec(needs) is None:
        raise NoSuchPage(f"--format {form} needs the package {needs}: pip install 'backprop-trace[{form}]'")
    write = import_module(f"backprop_trace.render.{module}").write
    pieces: Pieces = write(_blocks(page, medium._replace(manner=manner)), medium) if manner else write(page)
    return pieces


def _blocks(page: Page, medium: Medium) -> Iterator[Block]:
    """What the page says, in the language that is asked for."""
    blocks = page.blocks(medium)
    if medium.language == "en" and not medium.comma:
        return blocks
    from backprop_trace.render.words.said import spoken

    return spoken(blocks, medium.language, medium.comma)


def render(form: str, traces: Iterable[Trace], view: View, medium: Medium = SCREEN) -> Pieces:
    """The text of some traces in a format."""
    from backprop_trace.render.pages.trace import trace_page

    return say(form, trace_page(traces, view), medium)
