"""Samples that stand in a CSV file beside the example."""

from __future__ import annotations

from collections.abc import Iterable

from backprop_trace.files import schema
from backprop_trace.files.source import Node
from backprop_trace.files.spec.reader import Reader
from backprop_trace.formulas.vocabulary import LABEL


def from_file(reader: Reader, node: Node, classes: bool = False) -> Node:
    """Samples that stand in a CSV file, as if they stood here; targets may be classes, one column of them."""
    if node.kind != "mapping" or _is_numbers(node):
        return node
    from backprop_trace.files.samples import read_columns

    entries = reader.table(node, schema.SAMPLES_FILE, "samples from a file")
    titles = {side: read_titles(reader, entries[side]) for side in ("inputs", "targets") if side in entries}
    file = reader.word(entries.get("file"))
    reader.give_up_if_wrong()
    wanted = [*titles["inputs"].values(), *titles["targets"].values()]
    lone = [*titles["targets"].values()] if classes and len(titles["targets"]) == 1 else []
    rows = zip(*read_columns(str(reader.folder / file), wanted, lone), strict=True)

    def mapping(cells: Iterable[tuple[str, Node]]) -> Node:
        entries = [(Node("scalar", node.place, key), value) for key, value in cells]
        return Node("mapping", node.place, entries=entries)

    def sample(row: tuple[str, ...]) -> Node:
        cells = iter(Node("scalar", node.place, text) for text in row)
        sides = [(side, mapping((name, next(cells)) for name in names)) for side, names in titles.items()]
        return mapping((side, found.entries[0][1] if lone and side == "targets" else found) for side, found in sides)

    return Node("list", node.place, items=[sample(row) for row in rows])


def _is_numbers(node: Node) -> bool:
    """Numbers in columns rather than titles of a file's columns: {inputs: {x1: [0, 1]}, ...}."""
    sides = [value for key, value in node.entries if key.text in ("inputs", "targets") and value.kind == "mapping"]
    cells = [cell for side in sides for _, cell in side.entries]
    has_file = any(key.text == "file" for key, _ in node.entries)
    return bool(cells) and not has_file and all(cell.kind == "list" or not LABEL.fullmatch(cell.text) for cell in cells)


def read_titles(reader: Reader, node: Node) -> dict[str, str]:
    """The names of inputs or outputs, each with the title of its column."""
    if node.kind == "mapping":
        return {key.text: reader.word(value) for key, value in node.entries}
    return {reader.word(item): reader.word(item) for item in (node.items if node.kind == "list" else [node])}
