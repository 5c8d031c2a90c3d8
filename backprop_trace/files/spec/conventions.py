"""Which conventions of sheets the author of an exercise decides on: `conventions: {accept: [...], refuse: [...]}`."""

from __future__ import annotations

from backprop_trace.files import schema
from backprop_trace.files.source import Node, did_you_mean
from backprop_trace.files.spec.reader import Reader, short
from backprop_trace.model.conventions import CONVENTIONS, Ways, is_convention

LISTED = "'backprop-trace check --conventions' lists them"


def read_ways(reader: Reader, node: Node | None) -> Ways:
    """The conventions to accept and to refuse; what is wrong with them is noted."""
    sides = reader.table(node, schema.DECIDED, "conventions") if node is not None else {}
    accept, refuse = (_words(reader, sides.get(side)) for side in schema.DECIDED)
    for word in accept.keys() & refuse.keys():
        reader.wrong(f"{word!r} is accepted and refused", refuse[word].place, help="keep one of them")
    return Ways(frozenset(accept), frozenset(refuse))


def _words(reader: Reader, node: Node | None) -> dict[str, Node]:
    if node is None:
        return {}
    found: dict[str, Node] = {}
    for item in node.items if node.kind == "list" else [node]:
        if not item.is_scalar:
            reader.wrong(f"the name of a convention must stand here, found {item.described()}", item.place)
        elif not is_convention(item.text):
            help_ = did_you_mean(item.text, CONVENTIONS) if item.text else ""
            reader.wrong(f"unknown convention {short(item.text)}", item.place, LISTED, help_)
        else:
            found[item.text] = item
    return found
