"""Weights and biases: matrices of names, numbers or random numbers."""

from __future__ import annotations

from itertools import islice

from backprop_trace.files import schema
from backprop_trace.files.mistyped import what_to_type
from backprop_trace.files.source import Node, did_you_mean
from backprop_trace.files.spec.reader import WHOLE, Given, Reader
from backprop_trace.files.start_values import DECIMALS, DISTRIBUTIONS, draw
from backprop_trace.formulas.expr import Name, given
from backprop_trace.formulas.numbers import number
from backprop_trace.formulas.vocabulary import LABEL, normal

LONGEST_HINT = 150


def read_layout(reader: Reader, node: Node | None) -> str:
    """Empty if it is not known: then no shape is judged."""
    return reader.choice(node, ("out_in", "in_out"), "weights_layout") if node else "out_in"


def read_weights(
    reader: Reader, node: Node, units: tuple[str, ...], sources: tuple[Name, ...], layout: str, depth: int
) -> tuple[tuple[Name | None, ...], ...]:
    rows, columns = (len(units), len(sources)) if layout == "out_in" else (len(sources), len(units))
    if node.kind == "mapping":
        numbers = iter(drawn(reader, node, rows * columns, len(sources), len(units), 2 * depth))
        node = Node("list", node.place, items=[
            Node("list", node.place, items=list(islice(numbers, columns))) for _ in range(rows)
        ])  # fmt: skip
    lists = node.kind == "list" and all(row.kind == "list" for row in node.items)
    shape = sorted({len(row.items) for row in node.items}) if lists else []
    if not lists or len(node.items) != rows or shape != [columns]:
        wrong_shape(reader, node, lists, rows, columns, layout)
        return ()
    cells = [row.items for row in node.items]
    if layout == "in_out":
        cells = [list(column) for column in zip(*cells, strict=True)]
    return tuple(
        tuple(weight(reader, cell, f"w_{source.label}_{unit}") for cell, source in zip(row, sources, strict=True))
        for row, unit in zip(cells, units, strict=True)
    )


def drawn(reader: Reader, node: Node, count: int, units_in: int, units_out: int, stream: int) -> list[Node]:
    """Random numbers as if they stood here."""
    entries = reader.table(node, schema.RANDOM, "the random draw")
    name = reader.choice(entries["random"], DISTRIBUTIONS, "distribution") if "random" in entries else ""
    seed = reader.count(entries["seed"], 0) if "seed" in entries else None
    decimals = reader.count(entries["decimals"], 0) if "decimals" in entries else DECIMALS
    settings: dict[str, float] = {"in": max(1, units_in), "out": max(1, units_out)}
    for key in sorted(entries.keys() - {"random", "seed", "decimals"}):
        if name and key not in DISTRIBUTIONS[name].settings:
            reader.wrong(f"{name} has no {key!r}", entries[key].place, help="leave it out")
        elif (text := reader.number(entries[key])) is not None:
            settings[key] = float(number(text))
    if name == "uniform" and {**DISTRIBUTIONS[name].settings, **settings}["from"] >= settings.get("to", 1):
        reader.wrong("'from' must be below 'to'", (entries.get("from") or entries["to"]).place)
    if settings.get("deviation", 1) <= 0:
        reader.wrong("the deviation must be greater than 0", entries["deviation"].place)
    if decimals is not None and decimals > 17:
        reader.wrong("more than 17 decimals", entries["decimals"].place)
        decimals = None
    if not name or seed is None or decimals is None:
        return [Node("scalar", node.place, "0")] * count
    return [Node("scalar", node.place, text) for text in draw(name, settings, count, seed, stream, decimals)]


def wrong_shape(reader: Reader, node: Node, lists: bool, rows: int, columns: int, layout: str) -> None:
    row, column = ("unit", "source") if layout == "out_in" else ("source", "unit")
    wanted = f"{rows} x {columns} (a row per {row}, a column per {column})"
    lengths = sorted({len(item.items) for item in node.items})
    if not lists:
        found = f"a list of {len(node.items)}" if node.kind == "list" else node.described()
        help_ = "put every row into brackets of its own: [[w1, w2], [w3, w4]]"
    elif len(lengths) > 1:
        found, help_ = f"rows of {', '.join(map(str, lengths))}", "'-' stands for no connection"
    else:
        found = f"{len(node.items)} x {lengths[0] if lengths else 0}"
        flipped = lengths == [rows] and len(node.items) == columns
        other = "in_out" if layout == "out_in" else "out_in"
        help_ = _other_way_round(node, other) if flipped else "'-' stands for no connection"
    cells = [cell.text for item in node.items for cell in item.items or [item]]
    if commas := next((typed for cell in cells if (typed := what_to_type(cell)).startswith("put commas")), ""):
        help_ = commas
    if lists and lengths == [2 * columns] and all(map(_has_comma_decimals, node.items)):
        help_ = "decimals have a point: 0,5 is two numbers"
    place = next((item.place for item in node.items if lists and len(item.items) != columns), node.place)
    reader.wrong(f"the weights are {found}, expected {wanted}", place, help=help_)


def _other_way_round(node: Node, layout: str) -> str:
    """The matrix as it must be, or else the layout as it is."""
    columns = zip(*([cell.text for cell in row.items] for row in node.items), strict=True)
    matrix = ", ".join(f"[{', '.join(column)}]" for column in columns)
    layout = f"weights_layout: {layout}"
    if len(matrix) > LONGEST_HINT:
        return f"it fits the other way round: make its columns rows, or write {layout} in this layer"
    return f"it fits the other way round: weights: [{matrix}], or write {layout} in this layer"


def weight(reader: Reader, node: Node, own_name: str) -> Name | None:
    """A weight or bias by its name, or a number that is named after its ends."""
    if node.is_scalar and node.text == "-":
        return None
    if node.is_scalar and LABEL.fullmatch(node.text) and not _means_number(node.text):
        return parameter(reader, node)
    if node.is_empty or (node.kind == "list" and len(node.items) == 1 and node.items[0].is_empty):
        reader.wrong("nothing stands here", node.place, help="no connection is '-', in quotes in a list of lines")
        return None
    text = reader.given(node)
    if own_name in reader.parameters:
        reader.twice(own_name, node.place)
    reader.parameters[own_name] = Given(text, node.place)
    reader.used.add(own_name)
    return given(own_name)


def parameter(reader: Reader, node: Node) -> Name | None:
    label = normal(node.text)
    if label not in reader.parameters:
        help_ = did_you_mean(node.text, reader.parameters) or "define it under 'parameters'"
        reader.wrong(f"{node.text!r} is not defined under 'parameters'", node.place, help=help_)
        return None
    reader.used.add(label)
    return given(label)


def read_biases(reader: Reader, node: Node | None, units: tuple[str, ...], depth: int) -> tuple[Name | None, ...]:
    if node is None or not units:
        return (None,) * len(units)
    if node.kind != "list":
        shared = weight(reader, node, f"b_{depth}")
        text = reader.parameters[shared.label].text if shared is not None else None
        if shared is not None and shared.label == f"b_{depth}" and text and not number(text):
            reader.start_at_zero.append((shared.label, depth))
        return (shared,) * len(units)
    if len(node.items) != len(units):
        reader.wrong(f"biases: {len(node.items)}, units: {len(units)}", node.place, help="one each, or one for all")
        return (None,) * len(units)
    return tuple(weight(reader, item, f"b_{unit}") for item, unit in zip(node.items, units, strict=True))


def _means_number(text: str) -> bool:
    """Words that are meant as numbers or truth values: nan, inf."""
    return text.lower() in ("nan", "inf", "infinity")


def _has_comma_decimals(row: Node) -> bool:
    """`[0,5]`: whole numbers with commas and no space between them."""
    pairs = zip(row.items[::2], row.items[1::2], strict=False)
    return all(
        WHOLE.fullmatch(left.text) and WHOLE.fullmatch(right.text) and right.place.column
        == left.place.column + left.place.length + 1
        for left, right in pairs
    )  # fmt: skip
