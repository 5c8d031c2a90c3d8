"""What is given: parameters, inputs, targets; of one sample or of each, trained on or held out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from backprop_trace.files import schema
from backprop_trace.files.source import Node, Place
from backprop_trace.files.spec import shorthand
from backprop_trace.files.spec.reader import Given, Reader, short
from backprop_trace.formulas.expr import Name, given
from backprop_trace.formulas.vocabulary import LABEL
from backprop_trace.model.batches import all_samples


def read_parameters(reader: Reader, node: Node | None) -> None:
    for label, value, place in reader.givens(node, "parameters") if node else ():
        if label and label in reader.parameters:
            reader.twice(label, place)
        text = reader.given(value) if value is not None else None
        if label:
            reader.parameters.setdefault(label, Given(text, place))


def read_inputs(reader: Reader, top: Mapping[str, Node]) -> tuple[tuple[str, ...], int]:
    """The names of the inputs and the number of samples."""
    if "samples" in top:
        return read_samples(reader, top)
    if "inputs" not in top:
        reader.lacks("inputs", schema.EXAMPLE["inputs"].description)
        return (), 1
    columns = named_values(reader, top["inputs"], "inputs", input_label)
    check_inputs(reader, columns, top["inputs"])
    samples = sample_count(reader, [node for _, node, _ in columns if node is not None], 0)
    for label, node, _ in columns:
        put(reader, given(label), node, samples)
    return tuple(label for label, _, _ in columns), samples


def input_label(place: int) -> str:
    return f"i{place}"


def output_label(outputs: Sequence[str]) -> Callable[[int], str]:
    """What the targets in a list without names belong to, by place."""
    return lambda place: outputs[place - 1] if place <= len(outputs) else f"o{place}"


def named_values(
    reader: Reader, node: Node, what: str, label: Callable[[int], str]
) -> list[tuple[str, Node | None, Place]]:
    """Named values; a list of bare numbers is named by place."""
    if node.kind == "list" and node.items and all(_looks_numeric(item) for item in node.items):
        return [(label(place), item, item.place) for place, item in enumerate(node.items, 1)]
    return reader.givens(node, what)


def check_inputs(reader: Reader, columns: Sequence[tuple[str, Node | None, Place]], node: Node) -> None:
    if not node.items and not node.entries and node.kind != "scalar":
        reader.wrong("there are no inputs", node.place)
    seen: set[str] = set()
    for label, _, place in columns:
        if label and (label in reader.parameters or label in seen):
            reader.twice(label, place)
        seen.add(label)


def sample_count(reader: Reader, nodes: Sequence[Node], known: int) -> int:
    """How many samples the columns hold: all lists must have one length."""
    lengths = {len(node.items): node for node in nodes if node.kind == "list"}
    if known:
        lengths.setdefault(known, nodes[0] if nodes else Node("list", Place(1, 1)))
    if len(lengths) > 1:
        counts = sorted(lengths)
        for count in counts[:-1]:
            values = "value" if count == 1 else "values"
            reader.wrong(f"{count} {values} here, {counts[-1]} elsewhere", lengths[count].place)
    count = max(lengths, default=1)
    if count == 0:
        reader.wrong("there is not a single sample", lengths[0].place)
    return max(count, 1)


def put(reader: Reader, name: Name, node: Node | None, samples: int) -> None:
    """A given value, or one for each sample."""
    if node is None:
        return
    if node.kind == "list":
        for sample, item in enumerate(node.items, 1):
            text = reader.given(item)
            if text is not None:
                reader.values[name._replace(sample=sample if samples > 1 else None)] = text
        return
    text = reader.given(node)
    places = all_samples(samples)
    if text is not None:
        reader.values.update((name._replace(sample=sample), text) for sample in places)


def read_samples(reader: Reader, top: Mapping[str, Node]) -> tuple[tuple[str, ...], int]:
    node = top["samples"]
    for key in ("inputs", "targets"):
        if key in top:
            reader.wrong(f"{key!r} stands beside 'samples'", top[key].place, help=f"put the {key} into the samples")
    if node.kind != "list" or not node.items:
        reader.wrong(f"samples must be a list of {{inputs, targets}}, found {node.described()}", node.place)
        return (), 1
    names: tuple[str, ...] = ()
    for sample, item in enumerate(node.items, 1):
        word, keys = reader.one
        entries = reader.table(item, keys, f"{word} {sample}")
        if "inputs" not in entries:
            continue
        columns = named_values(reader, entries["inputs"], "inputs", input_label)
        labels = tuple(label for label, _, _ in columns)
        if not names:
            names = labels
            check_inputs(reader, columns, entries["inputs"])
        elif set(labels) != set(names):
            reader.wrong(
                f"{word} {sample} has the inputs {', '.join(labels)}; {word} 1 has {', '.join(names)}",
                entries["inputs"].place,
            )
        put_sample(reader, columns, given, sample, len(node.items), reader.values)
    return names, len(node.items)


def put_sample(
    reader: Reader,
    columns: Sequence[tuple[str, Node | None, Place]],
    name: Callable[[str], Name],
    sample: int,
    samples: int,
    into: dict[Name, str],
) -> None:
    for label, value, _ in columns:
        text = reader.given(value) if value is not None else None
        if text is not None:
            into[name(label)._replace(sample=sample if samples > 1 else None)] = text


def read_targets(reader: Reader, top: Mapping[str, Node], outputs: tuple[str, ...], samples: int) -> None:
    def target(label: str) -> Name:
        return Name("target", label)

    if "samples" in top:
        for sample, item in enumerate(top["samples"].items, 1):
            node = next((value for key, value in item.entries if key.text == "targets"), None)
            if node is not None:
                node = shorthand.targets(reader, node, outputs)
                columns = named_values(reader, node, "targets", output_label(outputs))
                check_targets(reader, columns, outputs, node)
                put_sample(reader, columns, target, sample, samples, reader.values)
        return
    if "targets" not in top:
        if any(name.kind == "" for name in reader.values):
            reader.lacks("targets", schema.EXAMPLE["targets"].description)
        return
    whole = shorthand.targets(reader, top["targets"], outputs, samples)
    columns = named_values(reader, whole, "targets", output_label(outputs))
    check_targets(reader, columns, outputs, whole)
    sample_count(reader, [node for _, node, _ in columns if node is not None and node.kind == "list"], samples)
    for label, node, _ in columns:
        put(reader, target(label), node, samples)


def read_validation(reader: Reader, node: Node | None, inputs: tuple[str, ...], outputs: tuple[str, ...]) -> int:
    """The samples that are held out; their number."""
    if node is None:
        return 0
    if node.kind == "mapping":
        node = held_out_rows(reader, node, inputs, outputs)
    before = len(reader.problems)
    if node.kind != "list" or not node.items:
        reader.wrong(f"validation must be a list of {{inputs, targets}}, found {node.described()}", node.place)
        return 0
    for sample, item in enumerate(node.items, 1):
        entries = reader.table(item, schema.SAMPLE, f"sample {sample}")
        if "inputs" in entries:
            columns = named_values(reader, entries["inputs"], "inputs", input_label)
            if {label for label, _, _ in columns} != set(inputs):
                reader.wrong(f"the inputs are {', '.join(inputs)}", entries["inputs"].place)
            put_sample(reader, columns, given, sample, len(node.items), reader.held_out)
        if "targets" in entries:
            whole = shorthand.targets(reader, entries["targets"], outputs)
            columns = named_values(reader, whole, "targets", output_label(outputs))
            check_targets(reader, columns, outputs, whole)
            put_sample(reader, columns, lambda label: Name("target", label), sample, len(node.items), reader.held_out)
    for item, number_ in zip(node.items, all_samples(len(node.items)), strict=True):
        names = [*map(given, inputs), *(Name("target", output) for output in outputs)]
        missing = any(reader.held_out.get(name._replace(sample=number_)) is None for name in names)
        if missing and len(reader.problems) == before:
            reader.wrong("a sample that is held out must have a number for every input and output", item.place)
    return len(node.items)


def held_out_rows(reader: Reader, node: Node, inputs: tuple[str, ...], outputs: tuple[str, ...]) -> Node:
    """Samples in columns, {inputs: {x1: [0, 1]}, targets: {o1: [1, 0]}}, as a list of samples."""
    sides = reader.table(node, schema.COLUMNS, "validation")
    reader.give_up_if_wrong()
    count = 0
    for side, labels in (("inputs", inputs), ("targets", outputs)):
        table = sides[side]
        if {key.text for key, _ in table.entries} != set(labels):
            reader.wrong(f"write {side} as columns with the names {', '.join(labels)}", table.place,
                         help=f"{side}: {{{labels[0]}: [0, 1]}}")  # fmt: skip
        for _, value in table.entries:
            count = count or len(value.items)
            if value.kind == "list" and len(value.items) != max(1, count):
                reader.wrong(f"{len(value.items)} numbers here, {count} in the columns before", value.place)
    reader.give_up_if_wrong()
    columns = [(side, key, value) for side, table in sides.items() for key, value in table.entries]

    def mapping(entries: list[tuple[Node, Node]]) -> Node:
        return Node("mapping", node.place, entries=entries)

    def row(sample: int) -> Node:
        cells = [(side, key, value.items[sample] if value.kind == "list" else value) for side, key, value in columns]
        return mapping([
            (Node("scalar", node.place, side), mapping([(key, cell) for at, key, cell in cells if at == side]))
            for side in sides
        ])  # fmt: skip

    return Node("list", node.place, items=[row(sample) for sample in range(max(1, count))])


def check_targets(
    reader: Reader, columns: Sequence[tuple[str, Node | None, Place]], outputs: tuple[str, ...], node: Node
) -> None:
    if node.kind == "scalar" or any(output.startswith("?") for output in outputs):
        return  # said already
    labels: set[str] = set()
    for label, _, place in columns:
        if label and label in labels:
            reader.twice(label, place)
        labels.add(label)
    astray = [(label, where) for label, _, where in columns if label not in outputs]
    for label, where in astray:
        if label:
            help_ = f"the outputs are {', '.join(outputs)}"
            reader.wrong(f"a target for {short(label)}, which is no output", where, help=help_)
    missing = [output for output in outputs if output not in labels]
    for output in missing[len(astray) :]:  # a target astray is most likely that of an output without
        reader.wrong(f"the output {output!r} has no target", node.place)


def _looks_numeric(node: Node) -> bool:
    return node.is_scalar and not LABEL.fullmatch(node.text)
