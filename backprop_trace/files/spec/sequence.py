"""Sequences in a worked example: inputs and targets per time step, of one sample or of each.

A sequence is read as samples are, and what they number becomes the time step:

    sequence: [{inputs: {x: 1}, targets: {o1: 0}}, {inputs: {x: 0}, targets: {o1: 1}}]
    sequence: {inputs: {x: [1, 0]}, targets: {o1: [0, 1]}}
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from backprop_trace.files import schema
from backprop_trace.files.source import Node
from backprop_trace.files.spec import givens

if TYPE_CHECKING:
    from backprop_trace.files.spec.reader import Reader

Found = TypeVar("Found")


def sequences(top: Mapping[str, Node]) -> list[Node]:
    """The sequence of the file, or that of each sample."""
    if "sequence" in top:
        return [top["sequence"]]
    items = top["samples"].items if "samples" in top else []
    found = [value for item in items for key, value in item.entries if key.text == "sequence"]
    return found if len(found) == len(items) else []


def read_inputs(reader: Reader, nodes: Sequence[Node], top: Mapping[str, Node]) -> tuple[tuple[str, ...], int]:
    """The names of the inputs, and the number of time steps."""
    if "sequence" in top:
        for key in ("inputs", "targets", "samples"):
            if key in top:
                reader.wrong(f"{key!r} stands beside 'sequence'", top[key].place, help="put it into the sequence")
    inputs: tuple[str, ...] = ()
    times = 0
    for place, node in enumerate(nodes, 1):
        entries = _entries(reader, node)
        if entries is None:
            continue
        labels, count = _as_times(
            reader, place if len(nodes) > 1 else None, partial(givens.read_inputs, reader, entries)
        )
        if times and (labels, count) != (inputs, times):
            reader.wrong(f"a sequence of {count} time steps with {', '.join(labels)}; the first has {times} with "
                         f"{', '.join(inputs)}", node.place)  # fmt: skip
        inputs, times = inputs or labels, times or count
    return inputs, times


def read_targets(reader: Reader, nodes: Sequence[Node], outputs: tuple[str, ...], times: int) -> tuple[int, ...]:
    """The time steps that have targets: the same in every sequence."""
    found: list[tuple[int, ...]] = []
    for place, node in enumerate(nodes, 1):
        entries = _entries(reader, node) or {}
        sample = place if len(nodes) > 1 else None
        _as_times(reader, sample, partial(givens.read_targets, reader, entries, outputs, times))
        steps = {name.time for name in reader.values if name.kind == "target" and name.sample == sample}
        found.append(tuple(sorted(time for time in steps if time is not None)))
        if not found[-1]:
            reader.wrong("no time step of the sequence has targets", node.place)
        elif found[-1] != found[0]:
            reader.wrong("the sequences have targets at different time steps", node.place)
    return found[0] if found else ()


def _entries(reader: Reader, node: Node) -> dict[str, Node] | None:
    """The sequence in the shape in which samples are read: a list of time steps, or columns."""
    if node.kind == "mapping":
        return reader.table(node, schema.STEP, "the sequence")
    if node.kind != "list" or not node.items:
        reader.wrong(f"a sequence is a list of time steps, each {{inputs, targets}}, found {node.described()}",
                     node.place)  # fmt: skip
        return None
    return {"samples": node}


def _as_times(reader: Reader, sample: int | None, read: Callable[[], Found]) -> Found:
    """Reads samples, and calls them time steps."""
    outside, reader.values = reader.values, {}
    words, reader.one = reader.one, ("time step", schema.STEP)
    found = read()
    inside, reader.values, reader.one = reader.values, outside, words
    for name, text in inside.items():
        reader.values[name._replace(time=name.sample or 1, sample=sample)] = text
    return found
