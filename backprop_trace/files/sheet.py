"""What a writer wrote: names, numbers as written, places.

    >>> from backprop_trace.files.spec import load
    >>> sheet = read_sheet("net_h1 = 0.3775   # first line", "work.txt")
    >>> sheet.entries[0].spelling, sheet.entries[0].readings[0].half_unit
    ('net_h1', Fraction(1, 20000))

A sheet is a YAML or JSON mapping from quantity to number, a CSV table (`name,value`, also `step,sample`), or plain
lines `name = value`. Numbers stay text: their digits are counted. Sections `step 2:`, `sample 2:` and `set W=4:` hold
for what stands in them. Names are looked up later, by whoever knows the example.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from fractions import Fraction
from typing import NamedTuple

from backprop_trace.files.source import Node, Place, Problem, SourceError, read_text, read_yaml
from backprop_trace.formulas.numbers import NotANumber, given_number

MOST_LINES = 200_000
LARGEST_SHEET = 20_000_000
LONGEST_NAME = 300
LONGEST_NUMBER = 1000
MOST_SETTINGS = 50


class Written(NamedTuple):
    """A number as it stands on the sheet, or a formula (`value` is None then)."""

    text: str
    value: Fraction | None
    place: Place
    half_unit: Fraction = Fraction(0)
    """Half a unit of the last digit written; 0 for a fraction, which is exact."""

    @property
    def decimals(self) -> int:
        """Places after the point: 4 for 0.6482, -2 for 1.2e3."""
        return decimals(self.text)


class Section(NamedTuple):
    """Where a line belongs: its training step, its sample, and the values set for it (`set W=4`)."""

    step: int = 1
    sample: int | None = None
    settings: tuple[str, ...] = ()


class Entry(NamedTuple):
    """One line of a sheet: the quantity as it is spelled, and one or more readings of its value."""

    spelling: str
    readings: tuple[Written, ...]
    section: Section
    place: Place


class Sheet(NamedTuple):
    """A sheet as read. `text` is kept for messages."""

    entries: tuple[Entry, ...]
    name: str
    text: str = ""


def load_sheet(path: str, decimal_comma: bool = False) -> Sheet:
    """A sheet from a file or `-`. Raises SourceError."""
    text, name = read_text(path)
    return read_sheet(text, name, decimal_comma)


def read_sheet(text: str, name: str = "sheet", decimal_comma: bool = False) -> Sheet:
    """A sheet from text; its form is recognised by the file's ending, else by its first line. Raises SourceError."""
    if len(text) > LARGEST_SHEET:
        raise SourceError([Problem(f"the sheet is larger than {LARGEST_SHEET // 10**6} MB")], name)
    if (lines := text.count("\n")) > MOST_LINES:
        raise SourceError([Problem(f"{lines:,} lines; {MOST_LINES:,} are the limit")], name)
    reader = _Reader(name, text, decimal_comma)
    form = _form(text, name)
    if form == "csv":
        reader.read_csv()
    elif form == "plain":
        reader.read_lines()
    else:
        node = read_yaml(text, name)
        if not node.is_empty:
            reader.read_mapping(node, Section())
    return reader.sheet()


def published_sheet(node: Node, name: str, text: str) -> Sheet:
    """The `published:` section of a worked example as a sheet. Raises SourceError."""
    reader = _Reader(name, text, False)
    reader.read_mapping(node, Section())
    return reader.sheet()


def _form(text: str, name: str) -> str:
    ending = name.lower().rpartition(".")[2] if "." in name else ""
    if ending in ("csv", "tsv"):
        return "csv"
    if ending in ("yaml", "yml", "json"):
        return "yaml"
    lines = (line.strip() for line in text.splitlines())
    first = next((line for line in lines if line and not line.startswith("#") and not _is_heading(line)), "")
    if re.match(r"\s*(step\s*[,;\t]\s*)?(sample\s*[,;\t]\s*)?name\s*[,;\t]", first, re.IGNORECASE):
        return "csv"
    if first.lstrip().startswith("{") or re.search(r":(\s|$)", first):
        return "plain" if re.search(r"\s=\s", first) else "yaml"
    return "plain"


def _is_heading(line: str) -> bool:
    """`step 2:` on a line of its own may stand in YAML and among plain lines."""
    return line.endswith(":") and _section(line[:-1], Section()) is not None


class _Reader:
    """Collects the entries of a sheet, and what is wrong with it."""

    def __init__(self, name: str, text: str, decimal_comma: bool):
        self.name, self.text, self.decimal_comma = name, text, decimal_comma
        self.entries: list[Entry] = []
        self.problems: list[Problem] = []

    def sheet(self) -> Sheet:
        if not self.entries and not self.problems:
            self.wrong("not a single line of the sheet is filled in", None, help="write lines like 'net_h1: 0.3775'")
        if len(self.entries) > MOST_LINES:
            self.wrong(f"{len(self.entries):,} lines; {MOST_LINES:,} are the limit", None)
        if (settings := len({entry.section.settings for entry in self.entries})) > MOST_SETTINGS:
            self.wrong(f"{settings:,} different sections 'set ...'; {MOST_SETTINGS} are the limit", None)
        if self.problems:
            raise SourceError(self.problems[:50], self.name, self.text)
        return Sheet(tuple(self.entries), self.name, self.text)

    def wrong(self, message: str, place: Place | None, note: str = "", help: str = "") -> None:
        self.problems.append(Problem(message, place, note, help))

    def add(self, spelling: str, readings: list[Written], section: Section, place: Place) -> None:
        if len(spelling) > LONGEST_NAME:
            self.wrong(f"a name of {len(spelling):,} characters; {LONGEST_NAME} are the limit", place)
            return
        spelling, section = _with_section(spelling, section)
        if readings:
            self.entries.append(Entry(spelling, tuple(readings), section, place))

    # --- YAML and JSON ---

    def read_mapping(self, node: Node, section: Section) -> None:
        if node.kind != "mapping":
            self.wrong(f"a sheet must be a mapping of names to numbers, found {node.described()}", node.place)
            return
        seen: dict[str, Place] = {}
        for key, value in node.entries:
            if key.text in seen:
                self.wrong(f"{key.text[:60]!r} stands twice", key.place, f"first in line {seen[key.text].line}",
                           "give both readings as a list: [0.6483, 0.6482]")  # fmt: skip
            seen.setdefault(key.text, key.place)
            self.read_entry(key, value, section)

    def read_entry(self, key: Node, value: Node, section: Section) -> None:
        inner = _section(key.text, section)
        if inner is not None:
            if not value.is_empty:
                self.read_mapping(value, inner)
        elif value.kind == "mapping":
            self.wrong(f"{key.text[:60]!r} is no section", key.place, help="sections are 'step 2:', 'sample 2:'")
        else:
            nodes = value.items if value.kind == "list" else [value]
            readings = [self.written(each.text, each.place) for each in nodes if each.is_scalar]
            if any(each.kind != "scalar" for each in nodes):
                self.wrong("a number or a formula must stand here", value.place)
            self.add(key.text, [reading for reading in readings if reading], section, key.place)

    # --- CSV ---

    def read_csv(self) -> None:
        first = self.text.splitlines()[0] if self.text.strip() else ""
        delimiter = next((mark for mark in ("\t", ";", ",") if mark in first), ",")
        csv.field_size_limit(LARGEST_SHEET)
        rows = csv.reader(io.StringIO(self.text), delimiter=delimiter)
        try:
            header = [cell.strip().lower() for cell in next(rows, [])]
            missing = [column for column in ("name", "value") if column not in header]
            if missing:
                help_ = "the first line names the columns: name,value or step,sample,name,value"
                self.wrong(f"the column {missing[0]!r} is missing", Place(1, 1), help=help_)
                return
            for cells in rows:
                self.read_row(dict(zip(header, cells, strict=False)), len(cells), len(header), rows.line_num)
        except csv.Error as error:
            self.wrong(f"not a CSV table: {error}", Place(max(1, rows.line_num), 1))

    def read_row(self, row: dict[str, str], cells: int, columns: int, line: int) -> None:
        if not any(cell.strip() for cell in row.values()) or row.get("name", "").lstrip().startswith("#"):
            return
        if cells > columns:
            help_ = "a decimal comma needs ';' between the columns, or quotes" if cells == columns + 1 else ""
            self.wrong(f"{cells} cells, {columns} columns", Place(line, 1), help=help_)
            return
        place = Place(line, 1, max(1, len(row.get("name", ""))))
        section = Section()
        for word in ("step", "sample"):
            if text := row.get(word, "").strip():
                section = _section(f"{word} {text}", section) or section
        written = self.written(row.get("value", "").strip(), place) if row.get("value", "").strip() else None
        self.add(row.get("name", "").strip(), [written] if written else [], section, place)

    # --- plain lines ---

    def read_lines(self) -> None:
        section = Section()
        for count, line in enumerate(self.text.splitlines(), 1):
            content = re.split(r"(?:^|\s)#", line, maxsplit=1)[0].rstrip()
            if not content.strip():
                continue
            heading = _section(content.strip().rstrip(":"), Section())
            if heading is not None and "=" not in content.replace("set ", "", 1).partition("=")[0]:
                section = heading
                continue
            self.read_line(content, count, section)

    def read_line(self, content: str, count: int, section: Section) -> None:
        spelling, equals, rest = content.partition("=")
        if not equals:
            spelling, equals, rest = content.partition(": ")
        column = len(content) - len(content.lstrip()) + 1
        place = Place(count, column, max(1, len(spelling.strip())))
        if not equals or not spelling.strip():
            self.wrong("a line must read 'name = value'", place)
            return
        # of `name = formula = numbers = value` the last is what the writer got
        value = rest.rpartition("=")[2].strip() if "=" in rest else rest.strip()
        if value:
            start = content.rfind(value) + 1
            written = self.written(value, Place(count, start, len(value)))
            self.add(spelling.strip(), [written] if written else [], section, place)

    # --- numbers ---

    def written(self, text: str, place: Place) -> Written | None:
        """A number with its digits, or else a formula."""
        plain = text.strip().replace("−", "-").replace("\u2009", "").replace("\u00a0", "").lstrip("~≈ ")
        if self.decimal_comma:
            plain = plain.replace(",", ".")
        try:
            value = given_number(plain)
        except NotANumber as error:
            if re.fullmatch(r"[\s\d.,:+\-−eE/]*", text) or "finite" in str(error):
                help_ = "--decimal comma reads 0,5" if re.fullmatch(r"[+-]?\d+,\d+", plain) else ""
                self.wrong(f"{error}: {text[:60]!r}", place, help=help_)
                return None
            return Written(text.strip(), None, place)
        if len(plain) > LONGEST_NUMBER:
            self.wrong(f"a number of {len(plain):,} characters; {LONGEST_NUMBER:,} are the limit", place)
            return None
        return Written(plain, value, place, half_unit(plain))


def decimals(text: str) -> int:
    mantissa, _, exponent = text.lower().partition("e")
    return len(mantissa.partition(".")[2]) - (int(exponent) if exponent else 0)


def half_unit(text: str) -> Fraction:
    """Half a unit of the last digit of a decimal as written; 0 for a fraction."""
    return Fraction(0) if "/" in text else Fraction(1, 2) / Fraction(10) ** decimals(text)


def in_units(count: int, places: int) -> str:
    """So many units of the last decimal, written out: 6482 units of 4 decimals are 0.6482."""
    digits = f"{abs(count):0{places + 1}d}"
    text = f"{digits[:-places]}.{digits[-places:]}" if places else digits
    return f"-{text}" if count < 0 else text


_SECTION = re.compile(r"(step|sample|set)\s*[:=]?\s*(.+)", re.IGNORECASE)
_PREFIX = re.compile(r"(step|sample)\s+(\d+)\s*[:,]\s*(.+)", re.IGNORECASE)


def _section(text: str, outer: Section) -> Section | None:
    """`step 2`, `sample 3` or `set W=4` inside a section; None if the text is no heading."""
    match = _SECTION.fullmatch(text.strip())
    if match is None:
        return None
    word, rest = match[1].lower(), match[2].strip()
    if word == "set":
        settings = tuple(part.strip() for part in re.split(r"[,\s]+(?=[^\W\d])", rest) if part.strip())
        return outer._replace(settings=settings) if all("=" in part for part in settings) else None
    if not rest.isdecimal() or not 0 < len(rest) < 10 or int(rest) == 0:
        return None
    return outer._replace(step=int(rest)) if word == "step" else outer._replace(sample=int(rest))


def _with_section(spelling: str, section: Section) -> tuple[str, Section]:
    """`step 2: E` on one line: the name, and the section it is in."""
    while match := _PREFIX.fullmatch(spelling):
        section = _section(f"{match[1]} {match[2]}", section) or section
        spelling = match[3]
    return spelling.strip(), section


def sections(sheet: Sheet) -> Iterator[tuple[tuple[str, ...], list[Entry]]]:
    """The entries grouped by the values set for them."""
    groups: dict[tuple[str, ...], list[Entry]] = {}
    for entry in sheet.entries:
        groups.setdefault(entry.section.settings, []).append(entry)
    yield from groups.items()
