"""What can be said: the blocks that pages are built of and that writers turn into a format.

A *page* (`pages`) yields blocks one at a time, a *writer* (`writers`) turns each into text as it comes. Blocks hold
formulas, names and values, never strings in one notation: a writer spells them in its own.

>>> from backprop_trace.formulas.expr import Number, Product, given
>>> w, x = given("w"), given("x")
>>> line = Equated(Name("net", "h"), (Product((w, x)), Filled(Product((w, x)), {w: "0.15", x: "0.05"}.__getitem__),
...                                   Amount("0.0075")))
>>> Equations((line,), Naming()).lines[0].name.label
'h'

Words in a sentence are strings; where a sentence or a cell holds a formula, it is a tuple of strings, `Math`,
`Marked` and `Signed`. Blocks that a format has no way to show, it leaves out (a drawing in a terminal).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from backprop_trace.formulas.expr import Formula, Name
from backprop_trace.formulas.notation.names import Alphabet, Speller
from backprop_trace.formulas.notation.numbers import shown
from backprop_trace.model.general import General
from backprop_trace.model.network import Network
from backprop_trace.model.styles import speller

if TYPE_CHECKING:
    from backprop_trace.run.step import Trace


# --- what stands in a sentence, in a cell, on a side of an equation ---


class Naming(NamedTuple):
    """How quantities are called: by a style, for a network (`by_output`: what may be written dE_o1/dout_h1)."""

    style: str = "net-out"
    network: Network | None = None
    by_output: frozenset[Name] = frozenset()

    def speller(self, alphabet: Alphabet) -> Speller:
        """What a writer with this alphabet writes for each name."""
        return speller(self.style, alphabet, self.network, self.by_output)


class Filled(NamedTuple):
    """A formula with numbers put in for its names; `number` says which, as text: 0.15, 151/400, 1e-05."""

    formula: Formula
    number: Callable[[Name], str]


class Amount(NamedTuple):
    """A value: a decimal as it is to be shown, and the fraction that it is, if that is short enough to be read."""

    decimal: str
    fraction: str = ""
    exact: bool = True
    """Is the decimal the fraction itself, and not rounded?"""


class Verbatim(NamedTuple):
    """Somebody's own text, shown as it stands: 0.4411 on a sheet."""

    text: str


Side: TypeAlias = Formula | Filled | Amount | Verbatim


class Math(NamedTuple):
    """Mathematics in a sentence or in a cell: sides that are equal."""

    sides: tuple[Side, ...]
    names: Naming = Naming()


class Own(str):
    """Words of a file, a title, a source: they are the same in every language."""


class Marked(NamedTuple):
    """Words that stand out: as `name`, `value`, `good`, `bad`, `notice`, `faint`."""

    kind: str
    text: str


class Signed(NamedTuple):
    """A verdict, with the sign that a writer has for it (see `signs`); `text` stands for it where it says more."""

    verdict: str
    text: str = ""


Span: TypeAlias = str | Math | Marked | Signed
Text: TypeAlias = str | tuple[Span, ...]
"""A sentence, or what stands in a cell."""


# --- blocks ---


class Title(NamedTuple):
    """What the page is about; the first block."""

    text: str


class Heading(NamedTuple):
    """level 1: a part of the page; 2: a phase; 3: a unit, a sample."""

    text: Text
    level: int = 2
    kind: str = "heading"


class Prose(NamedTuple):
    """A paragraph; its kind is that of `Marked`, or `note` or `warning`, which are said."""

    text: Text
    kind: str = ""


class Listed(NamedTuple):
    """Short things one after the other: given: w1 = 0.15, w2 = 0.20."""

    label: str
    items: tuple[Text, ...]
    separator: str = ", "


class Formulas(NamedTuple):
    """General formulas, each with what it is about, in the letters of a style."""

    lines: Sequence[General]
    style: str


class Equated(NamedTuple):
    """A quantity and what it is equal to: formula = numbers = value, with a second side of numbers where single terms
    have values of their own. `shortcut`: another way that must agree."""

    name: Name
    sides: tuple[Side, ...]
    shortcut: tuple[Side, ...] = ()


class Equations(NamedTuple):
    """Lines that belong together. `step`: of which training step, where there are several."""

    lines: Sequence[Equated]
    names: Naming
    step: int = 0


class Letter(NamedTuple):
    """A vector or matrix by its letter and its layer: W 2. gradient: of the loss with respect to it. mark: T where it
    is transposed, + after the update."""

    letter: str
    layer: str = ""
    gradient: bool = False
    mark: str = ""


class Matrix(NamedTuple):
    """Numbers in rows, as text; an entry that is not there (no connection) is empty."""

    rows: tuple[tuple[str, ...], ...]

    @property
    def shape(self) -> tuple[int, int]:
        return len(self.rows), len(self.rows[0])


Item: TypeAlias = Letter | Matrix | Amount | str
"""What stands in an equation of matrices; text is a sign (`+`, `-`, `.` matrix product, `*` product with a number, `⊙`
element by element, `(`, `)`) or the name of a function that is applied element by element."""


class MatrixLine(NamedTuple):
    """Sides that are equal, the first of them the name; `about`: what a general formula is about. beside: it may stand
    beside the line before it."""

    sides: tuple[tuple[Item, ...], ...]
    about: str = ""
    beside: bool = False


class MatrixLines(NamedTuple):
    """Equations of vectors and matrices: name = letters = numbers = result, a shape beside each."""

    lines: Sequence[MatrixLine]
    names: Naming


class Chain(NamedTuple):
    """A quantity and the formulas it equals, without numbers: a term on each row."""

    name: Name
    forms: tuple[Formula, ...]
    names: Naming


class Column(NamedTuple):
    """A column of a table. key: what it is called in records. number: of numbers. right: aligned at the right.
    optional: left out where there is no room. below: put under its row where there is no room. width: known
    beforehand, so that rows can be written as they come. begins: here a table that is too wide may well be divided."""

    heading: Text
    key: str = ""
    number: bool = False
    right: bool = False
    optional: bool = False
    below: bool = False
    width: int | None = None
    begins: bool = False


class Row(NamedTuple):
    """The cells of a row, and its kind: that of the cell that the table marks."""

    cells: tuple[Text, ...]
    kind: str = ""


class Table(NamedTuple):
    """Rows under headings. If every column has a width the rows may be an iterator, and are written as they come."""

    columns: tuple[Column, ...]
    rows: Iterable[Row]
    marked: int = -1
    """Which cell of a row is coloured by the row's kind."""
    long: bool = False
    """May it have hundreds of rows?"""
    headed: bool = False
    """Do lines for grep begin with the headings?"""
    to_work_in: bool = False
    """On paper a box for each row, with room to work in and a frame for the result."""


class Series(NamedTuple):
    """Points of a curve in the order of x. `sparse` draws it dotted, to tell it from the others."""

    points: Sequence[tuple[float, float]]
    sparse: bool = False


class Curve(NamedTuple):
    """A picture with axes; `log`: the scale of y is logarithmic. point: the decimal mark of what stands at them."""

    series: tuple[Series, ...]
    caption: str
    height: int
    log: bool = False
    point: str = "."

    def tick(self, value: float, digits: int = 3) -> str:
        """A number at an axis."""
        return shown(float(value), digits).replace(".", self.point)


class Drawing(NamedTuple):
    """The network with its given numbers. blank: nothing else may be seen, so a picture that shows more is left out."""

    trace: Trace
    names: Naming
    blank: bool = False


class Message(NamedTuple):
    """Something found at a place: a mistake on a sheet. `rows` are labelled: written, should be, you get it by.

    In a format for grep it is a line: place: verdict: sentence.
    """

    kind: str
    title: Text
    place: str
    sentence: Text = ""
    rows: tuple[tuple[str, Text], ...] = ()
    after: Text = ""


Block: TypeAlias = (
    Title | Heading | Prose | Listed | Formulas | Equations | MatrixLines | Chain | Table | Curve | Drawing | Message
)
