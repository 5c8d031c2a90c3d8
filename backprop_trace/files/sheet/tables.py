"""Tables among the lines of a page: cells parted by tabs, by bars (Markdown), by commas, or by wide gaps.

The first column has the names. With a header the column `value` counts, else the last; a row of several numbers is a
vector, and rows without a name below it make it a matrix. Where the header names quantities behind `sample` or `t`, a
row has their values for a sample or time step; where it names kinds of them behind `unit` or nothing, or units, the
names stand on two sides (`grid`).
"""

from __future__ import annotations

import re

from backprop_trace.files.sheet import grid
from backprop_trace.files.sheet.entries import Collected
from backprop_trace.files.sheet.entry import Section, heading
from backprop_trace.files.sheet.numbers import as_number
from backprop_trace.files.source import Place
from backprop_trace.formulas.from_latex import from_latex, looks_like_latex
from backprop_trace.formulas.numbers import NotANumber

NAMES = ("quantity", "name", "variable", "symbol", "term", "item", "step", "größe", "parameter", "node", "unit")
VALUES = ("value", "values", "result", "answer", "number", "wert", "result value", "output")
CHAIN = ("formula", "numbers", "substitution", "calculation", "expression")
PLACES = {"sample": "sample", "pattern": "sample", "t": "time", "time": "time", "iteration": "time"}
TOTALS = ("", "total", "sum", "mean")
NOTHING = ("-", "–", "—", "/", "n/a")
"""What stands in a cell that is left empty."""
_LATER = re.compile(r"(.*?)\s+at t\s*\+\s*(\d+)")
_LAYERED = re.compile(r"([^\W\d_]+)_(\w+)\^(\w+)")
_NUMBERED = re.compile(r"(?<![^\W_])([^\W\d_])_(\d+)(?![\w^])")
_TERM = re.compile(r"\s*\|\s*_(?:([^\W\d_])_(\d+)|(\w+))$")
_RULE = re.compile(r"[\s|:+─━═=_-]{3,}")
_GAP = re.compile(r"\s{2,}")
_SEPARATES = re.compile(r"(?<![<>=!])=(?!=)|≈")


class Tables:
    """The tables of a page: remembers the header and the rows that belong together."""

    def __init__(self, sheet: Collected):
        self.sheet = sheet
        self.header: list[str] = []
        self.across: list[str] = []
        self.above: dict[str, tuple[str, int | None]] = {}
        self.gaps = self.by_layer = False
        self.matrix: tuple[str, list[list[str]], Section, Place] | None = None

    def cells(self, text: str) -> list[str] | None:
        """The cells of a line that is a row of a table; None if it is none."""
        if _RULE.fullmatch(text) and len(text.strip()) > 2:
            return []
        bars = text.count(" | ") >= 2 and not _SEPARATES.search(text)
        if bars or text.strip().startswith("|") or (text.count("|") >= 2 and text.strip().endswith("|")):
            cells = [cell.strip().strip("*") for cell in re.sub(r"^\s*\||\|\s*$", "", text).split("|")]
            return [from_latex(cell) if looks_like_latex(cell) else cell for cell in cells]
        if "\t" in text.strip() and not _SEPARATES.search(text.partition("\t")[0]):
            return [cell.strip() for cell in text.rstrip().split("\t")]
        wide = _GAP.split(text.strip())
        if len(wide) >= 2 and not _SEPARATES.search(text) and (self.gaps or self._begins(wide)):
            self.gaps = True
            return wide
        return self._bare(text)

    def _begins(self, cells: list[str]) -> bool:
        """Are these headings, maybe without the empty one in the corner?"""
        return self._is_header(cells) or grid.is_header(cells) or grid.is_header(["", *cells])

    def _bare(self, text: str) -> list[str] | None:
        """`net_h1,0.3775` or `net_h1;0,3775`: a row of a CSV table, with headings for several columns or none."""
        if _SEPARATES.search(text) or len(text) > 300:
            return None
        for mark in (";", ","):
            name, *values = cells = [cell.strip().strip("\"'") for cell in text.split(mark)]
            if grid.is_header(cells) or (len(cells) == len(self.across) and any(map(self._number, values))):
                return cells
            if values and re.fullmatch(r"[^\W\d][\w^'+/@\[\]∂.:()]*", name) and all(self._number(v) for v in values):
                return [name, *values]
        return None

    def _number(self, text: str) -> bool:
        try:
            return as_number(text, self.sheet.decimal_comma) is not None
        except NotANumber:
            return False

    def _is_header(self, cells: list[str]) -> bool:
        words = [cell.lower().strip("*: ") for cell in cells]
        return any(word in NAMES for word in words) and any(word in VALUES for word in words)

    def row(self, cells: list[str], section: Section, place: Place) -> None:
        """Takes a row of a table to the sheet."""
        if not cells or not any(cells):
            return
        cells = self._without_layer(cells)
        if len(cells) == len(self.across) + 1 and grid.is_header(["", *self.across]):
            self.across = ["", *self.across]  # what stood in the corner was empty
        padded = cells + [""] * (len(self.across) - len(cells) if len(cells) > 1 else 0)  # the last ones were empty
        if len(padded) == len(self.across) and self._is_below(padded):
            self.take_across(padded, section, place)
            return
        if self._names_columns(cells):
            self.across, self.header = cells, []
            self.sheet.pass_over(" ".join(cells), place)
            return
        self.across = self.across if len(cells) == len(self.across) else []
        if self._is_header(cells):
            self.header = [cell.lower().strip("*: ") for cell in cells]
            self.sheet.pass_over(" ".join(cells), place)
            return
        name, *rest = cells
        if self.header and len(cells) == len(self.header):
            named = dict(zip(self.header, cells, strict=True))
            of = [word for word in self.header if word in NAMES]
            name = next((named[word] for word in of if word != "step" or not named[word].isdecimal()), named[of[0]])
            value = next(named[word] for word in self.header if word in VALUES)
            for word in ("step", "sample"):
                section = heading(f"{word} {named[word]}", section) or section if named.get(word) else section
            chain = [named.get(word, "") for word in CHAIN]
            self.add(name, [*chain, value] if value else [], section, place)
        elif self.gaps and self.header:
            self.add(
                name, [cell for cell in rest if cell] if self._number(rest[-1] if rest else "") else [], section, place
            )
            if not rest or not self._number(rest[-1]):
                self.sheet.pass_over(" ".join(cells), place)
        else:
            self.headless(name, [cell for cell in rest if cell], section, place)

    def _without_layer(self, cells: list[str]) -> list[str]:
        """`Layer | Neuron | z` and `Hidden | 1 | 0.38` with one column for the unit: `hidden 1`, or h1 alone."""
        if grid.is_layer(cells[0]) and grid.is_header(cells[1:]):
            self.by_layer = True
            return cells[1:]
        if self.by_layer and len(cells) == len(self.across) + 1:
            unit = cells[1] if re.search(r"[^\W\d]", cells[1]) else f"{cells[0]} {cells[1]}"
            return [unit, *cells[2:]]
        return cells

    def _names_columns(self, cells: list[str]) -> bool:
        """`sample | net_h1 | net_h2`, `parameter | old | gradient | new`, `| net | out`, `| h1 | h2`"""
        first, *others = [cell.lower().strip("*: ") for cell in cells]
        if first not in PLACES:
            return grid.is_header(cells) or (grid.is_header(["", *cells]) and not self._is_header(cells))
        names = [word for word in others if word and word not in PLACES]
        of_values = {*NAMES, *VALUES} & set(names) and not any(map(grid.is_corner, names))
        return bool(names) and not of_values and not any(map(self._number, names))

    def _is_below(self, cells: list[str]) -> bool:
        """Is this a row below the names of the columns?"""
        first, *names = self.across
        if first.lower().strip("*: ") in PLACES or grid.is_header(self.across):
            fits = not (grid.is_corner(first) or first.lower() == "w") or any(
                grid.spelled(cells[0], name) for name in names
            )
            return fits and any(self._values(cell) for cell in cells)
        return all(map(self._number, cells))

    def _values(self, cell: str) -> list[str]:
        """The parts of a calculation in a cell, with a number at its end."""
        parts = [part.strip() for part in _SEPARATES.split(cell)]
        return parts if self._number(parts[-1]) else []

    def take_across(self, cells: list[str], section: Section, place: Place) -> None:
        """A row below names: of a unit or parameter, of a sample or a time step; a total belongs to none."""
        outer, time, subject, total = section, "", "", False
        for column, (name, cell) in enumerate(zip(self.across, cells, strict=True)):
            word = name.lower().strip("*: ")
            if (grid.is_corner(word) and (word or not column)) or (
                word == "w" and not column
            ):  # once more, where a long table has two halves
                subject = cell
            elif PLACES.get(word) == "sample":
                section, total = heading(f"sample {cell}", outer) or outer, cell.lower() in TOTALS
            elif PLACES.get(word) == "time":
                time, total = "" if cell.lower() in TOTALS else cell, total or cell.lower() in TOTALS
            elif cell and cell not in NOTHING:
                spelling = (grid.spelled(subject, name) or _state(name).format(subject)) if subject else name
                of = section._replace(below=self.above.get(spelling)) if total else section
                self.above[spelling] = _at(spelling, time), section.sample
                self.add(_at(spelling, time), self._values(cell) or [cell], of, place)
        if not subject and section == outer and not time:
            self.across = []  # numbers below names: those of one row

    def headless(self, name: str, values: list[str], section: Section, place: Place) -> None:
        numbers = [value for value in values if self._number(value)]
        if not name or name.isdecimal() or not values or not numbers:  # a number of a row is no name
            self.sheet.pass_over(" ".join([name, *values]), place)
        elif len(numbers) == len(values) > 1:
            self.matrix = None
            self.sheet.add_block(name, [values], section, place, place)
            self.matrix = (name, [values], section, place)
        else:
            self.add(name, values, section, place, sure=len(name.split()) == 1)

    def add(self, name: str, parts: list[str], section: Section, place: Place, sure: bool = True) -> None:
        self.matrix = None
        self.sheet.add(name.strip("\"'"), [(part, place) for part in parts], section, place, sure)

    def goes_on(self, row: list[str]) -> bool:
        """A row without a name belongs to the matrix above."""
        if self.matrix is None or len(self.matrix[1][0]) != len(row):
            return False
        name, rows, section, place = self.matrix
        rows.append(row)
        self.sheet.entries.pop()
        self.sheet.add_block(name, rows, section, place, place)
        return True


def _at(name: str, time: str) -> str:
    """`net_h1` at time step 2 is net_h1@2; `dE/dout_h1 |_h1 at t+1` is dE/dout_h1:h1@3@2."""
    later = _LATER.fullmatch(name)
    name = re.sub(r"\s*/\s*", "/", _TERM.sub(r":\1\2\3", later[1] if later else name))
    if not time.isdecimal() and ":" not in name:
        return name
    name = _NUMBERED.sub(r"\1\2", _LAYERED.sub(r"\1^\3_\2", name))
    if later is None or not time.isdecimal():
        return f"{name}@{time}" if time else name
    then = int(time) + int(later[2])
    if ":" in name:
        return f"{name}@{then}@{time}"
    of, slash, wrt = name.partition("/")
    return f"{of}@{then}{slash}{wrt}@{time}"


def _state(letter: str) -> str:
    """`m+` is m_w5+ of w5."""
    stem = letter.strip().rstrip("+^⁺").strip()
    return stem + "_{}" + "+" * (stem != letter.strip())
