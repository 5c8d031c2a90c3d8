"""The forms of a sheet, and which one a text has: YAML or JSON, CSV with a header, or paper.

What claims to be YAML, JSON or CSV and is not is read as paper: there is always something to be read.
"""

from __future__ import annotations

import csv
import io
import re

from backprop_trace.files.sheet.copied import as_typed
from backprop_trace.files.sheet.entries import Collected
from backprop_trace.files.sheet.entry import Section, Sheet, heading
from backprop_trace.files.sheet.limits import LARGEST_SHEET, MOST_LINES
from backprop_trace.files.sheet.numbers import unwrapped, uses_decimal_comma
from backprop_trace.files.sheet.paper import read_paper
from backprop_trace.files.source import Node, Place, Problem, SourceError, read_yaml
from backprop_trace.formulas.without_gc import uncollected

NAMES = ("name", "quantity", "variable", "symbol", "line")
VALUES = ("value", "result", "answer", "values", "number")
_SAYS_PAPER = re.compile(r"\s=\s|\w=[-+.\d]|->|→|^(?:In|Out) ?\[|\b(?:new|neu) [-\d.]")
CHAIN = ("formula", "substitution", "numbers")


@uncollected
def read_sheet(text: str, name: str = "sheet", decimal_comma: bool = False) -> Sheet:
    """A sheet from text; its form is recognised by the file's ending, else by its first line. Raises SourceError."""
    if len(text) > LARGEST_SHEET:
        raise SourceError([Problem(f"the sheet is larger than {LARGEST_SHEET // 10**6} MB")], name)
    if (lines := text.count("\n")) > MOST_LINES:
        raise SourceError([Problem(f"{lines:,} lines; {MOST_LINES:,} are the limit")], name)
    text = as_typed(text)
    sheet = Collected(name, text, decimal_comma or uses_decimal_comma(text))
    form = _form(text, name)
    if form == "csv" and _read_csv(sheet):
        return sheet.sheet()
    broken = None
    if form == "yaml":
        node, broken = _mapping(text, name)
        if node is not None:
            _read_mapping(sheet, node, Section()) if not node.is_empty else None
            return sheet.sheet()
    read_paper(sheet)
    is_read = any(entry.block or entry.readings[-1].value is not None for entry in sheet.entries)
    if broken is not None and not is_read and (_is_named_yaml(name) or text.lstrip().startswith("{")):
        raise broken
    return sheet.sheet()


def published_sheet(node: Node, name: str, text: str) -> Sheet:
    """The `published:` section of a worked example as a sheet. Raises SourceError."""
    sheet = Collected(name, text, False)
    _read_mapping(sheet, node, Section())
    return sheet.sheet()


def _form(text: str, name: str) -> str:
    if _is_named_yaml(name):
        return "yaml"
    lines = (line.strip() for line in text.splitlines())
    first = next((line for line in lines if line and not line.startswith("#") and not _is_heading(line)), "")
    cells = [cell.strip().strip('"').lower() for cell in re.split(r"[,;\t]", first)]
    if name.lower().endswith((".csv", ".tsv")) or (
        len(cells) > 1 and set(cells) & set(NAMES) and set(cells) & set(VALUES)
    ):
        return "csv"
    if first.lstrip().startswith(("{", "[{")) or re.search(r":(\s|$)", first):
        return "paper" if _SAYS_PAPER.search(first) else "yaml"
    return "paper"


def _is_named_yaml(name: str) -> bool:
    return name.lower().endswith((".yaml", ".yml", ".json"))


def _is_heading(line: str) -> bool:
    """`step 2:` on a line of its own may stand in YAML and among plain lines."""
    return line.endswith(":") and heading(line[:-1], Section()) is not None


# --- YAML and JSON ---


def _mapping(text: str, name: str) -> tuple[Node | None, SourceError | None]:
    """The mapping that a text is; or why it is none."""
    try:
        node = read_yaml(text, name)
    except SourceError as broken:
        return None, broken
    return (node if node.kind == "mapping" or node.is_empty or _are_records(node) else None), None


def _are_records(node: Node) -> bool:
    """`[{"name": "net_h1", "value": 0.3775}, ...]`"""
    return (
        node.kind == "list"
        and bool(node.items)
        and all(
            {"name", "value"} <= {key.text for key, _ in item.entries} for item in node.items if item.kind == "mapping"
        )
        and any(item.kind == "mapping" for item in node.items)
    )


def _read_mapping(sheet: Collected, node: Node, section: Section, about: str = "") -> None:
    records = [value for key, value in node.entries if key.text == "lines" and value.kind == "list"]
    records += [node] if node.kind == "list" else []
    if records:  # what stands beside them is their head
        _read_records(sheet, records[0])
        return
    for key, value in node.entries:
        inner = heading(key.text, section)
        if inner is not None and value.kind == "mapping":
            _read_mapping(sheet, value, inner, about)
        elif value.kind == "mapping" and not about and value.entries:
            _read_mapping(sheet, value, section, key.text)
        elif value.is_empty:  # a heading, or a line that was left out
            about = key.text
        elif inner is None or value.is_scalar:
            _read_value(sheet, key, value, section, about)


def _read_value(sheet: Collected, key: Node, value: Node, section: Section, about: str) -> None:
    if value.kind == "mapping":
        sheet.pass_over(key.text, key.place, "this is no section: sections are 'step 2:', 'sample 2:'")
    elif value.kind == "list":
        if (text := _flat(value)) is None:
            sheet.pass_over(key.text, key.place, "a number, a vector or a matrix must stand here")
        else:
            sheet.add(key.text, [(text, value.place)], section, key.place, about=about)
    elif value.is_scalar:
        sheet.add(key.text, _chain(value), section, key.place, about=about)


def _chain(value: Node) -> list[tuple[str, Place]]:
    """`formula = numbers = value` may stand in YAML, too."""
    text = unwrapped(value.text)
    return [(part, value.place) for part in re.split(r"(?<![<>=!:])=(?!=)", text)]


def _flat(value: Node, depth: int = 0) -> str | None:
    """A list of numbers, or of lists of numbers, as it is printed."""
    if value.kind == "mapping" or depth > 4:
        return None
    if value.kind == "scalar":
        return None if value.is_empty else value.text
    inside = [_flat(item, depth + 1) for item in value.items]
    if len(inside) == 1 and depth == 0 and inside[0] is not None and not re.search(r"^\[|\d\s+[-+\d]", inside[0]):
        return inside[0]
    return None if None in inside else f"[{', '.join(text for text in inside if text)}]"


def _read_records(sheet: Collected, lines: Node) -> None:
    """What `show --format json` prints: a record for each line."""
    for node in lines.items:
        record = {key.text: value for key, value in node.entries}
        if "name" in record and "value" in record:
            cells = {field: value.text for field, value in record.items() if value.is_scalar}
            _read_record(sheet, cells, record["name"].place)


# --- CSV ---


def _read_csv(sheet: Collected) -> bool:
    """Reads a table with a header; False if it has none."""
    first = sheet.text.splitlines()[0] if sheet.text.strip() else ""
    delimiter = next((mark for mark in ("\t", ";", ",") if mark in first), ",")
    csv.field_size_limit(LARGEST_SHEET)
    rows = csv.reader(io.StringIO(sheet.text), delimiter=delimiter)
    try:
        header = [cell.strip().lower() for cell in next(rows, [])]
        names, values = (next((each for each in header if each in known), None) for known in (NAMES, VALUES))
        if names is None or values is None:
            return False
        renamed = [{names: "name", values: "value"}.get(each, each) for each in header]
        sheet.pass_over(first, Place(1, 1))
        for cells in rows:
            _read_row(sheet, cells, renamed, rows.line_num)
    except csv.Error as error:
        sheet.pass_over("", Place(max(1, rows.line_num), 1), f"not a CSV table: {error}")
    return True


def _read_row(sheet: Collected, cells: list[str], columns: list[str], line: int) -> None:
    place = Place(line, 1, max(1, len(cells[0]) if cells else 1))
    if len(cells) > len(columns) and sheet.decimal_comma:
        cells = _with_comma(cells, columns)
    row = dict(zip(columns, (cell.strip() for cell in cells), strict=False))
    name = row.get("name", "")
    if len(cells) > len(columns):
        counted = f"{len(cells)} cells, {len(columns)} columns"
        sheet.pass_over(", ".join(cells), place, f"{counted}: a decimal comma needs ';' between the columns, or quotes")
    elif name and not name.startswith("#"):
        _read_record(sheet, row, place)


def _with_comma(cells: list[str], columns: list[str]) -> list[str]:
    """A number that its decimal comma has split, put together again."""
    split = len(cells) == len(columns) + 1 and all(each.lstrip("-").isdecimal() for each in cells[-2:])
    if split and columns[-1] == "value":
        return [*cells[:-2], f"{cells[-2]}.{cells[-1]}"]
    return cells


def _read_record(sheet: Collected, row: dict[str, str], place: Place) -> None:
    section = Section()
    for word in ("step", "sample"):
        if text := row.get(word, ""):
            section = heading(f"{word} {text}", section) or section
    name = row["name"].removeprefix("'")
    if time := row.get("time", ""):
        name = f"{name}@{time}"
    parts = [row.get(column, "").removeprefix("'") for column in CHAIN] + [row.get("value", "")]
    sheet.add(name, [(part, place) for part in parts if row.get("value")], section, place)
