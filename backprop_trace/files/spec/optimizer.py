"""The update rule with its constants, its state before the first step, and the samples a step uses."""

from __future__ import annotations

from collections.abc import Mapping

from backprop_trace.files import schema
from backprop_trace.files.source import Node, did_you_mean, doubled_keys
from backprop_trace.files.spec.reader import Reader, short
from backprop_trace.formulas.expr import rule_letter
from backprop_trace.formulas.notation.names import canonical as canonical_name
from backprop_trace.formulas.numbers import number
from backprop_trace.formulas.vocabulary import normal
from backprop_trace.model.batches import Batching
from backprop_trace.model.catalogue import OPTIMIZERS, SCHEDULES, SETTINGS, WEIGHT_DECAY, decays_apart
from backprop_trace.model.update import BOUNDS, ETA, TIME, UpdateRule, constants_used, states


def read_optimizer(reader: Reader, top: Mapping[str, Node], rule: UpdateRule) -> UpdateRule:
    """The update rule, its constants and its state before the first step."""
    node, rate = top.get("optimizer"), top.get("learning_rate")
    entries: dict[str, Node] = {}
    if node is not None and node.kind == "mapping":
        entries = reader.table(node, schema.OPTIMIZER, "the optimizer")
        node = entries.get("name")
        if rate is not None and "learning_rate" in entries:
            reader.wrong("the learning rate stands twice", rate.place, help="keep one of them")
        rate = entries.get("learning_rate", rate)
    name = reader.choice(node, OPTIMIZERS, "optimizer") if node else "sgd"
    if not name:
        return rule
    rule = read_convention(reader, entries, rule._replace(optimizer=name))
    read_constants(reader, entries, rate, rule)
    if any(entry.text is not None for entry in reader.parameters.values()):
        reader.values |= states(rule)
        read_state(reader, entries.get("state"), rule)
    return rule


def read_convention(reader: Reader, entries: Mapping[str, Node], rule: UpdateRule) -> UpdateRule:
    conventions = OPTIMIZERS[rule.optimizer]
    convention = reader.choice(entries["convention"], conventions, "convention") if "convention" in entries else ""
    rule = rule._replace(convention=convention or next(iter(conventions)))
    decay, schedule = "", ""
    if "weight_decay" in entries or "lambda" in rule.entry.constants:
        decay = decays_apart(rule.optimizer, rule.convention)
    if "decay" in entries and not decay:
        reader.wrong("'decay' says how weights decay, and none do", entries["decay"].place,
                     help="add weight_decay: 0.01")  # fmt: skip
    elif "decay" in entries:
        decay = reader.choice(entries["decay"], WEIGHT_DECAY, "weight decay")
    if "learning_rate_decay" in entries:
        schedule = reader.choice(entries["schedule"], SCHEDULES, "schedule") if "schedule" in entries else "inverse"
    elif "schedule" in entries:
        reader.wrong("'schedule' says how the learning rate decays, and it does not", entries["schedule"].place,
                     help="add learning_rate_decay: 0.01")  # fmt: skip
    return rule._replace(weight_decay=decay, schedule=schedule)


def read_constants(reader: Reader, entries: Mapping[str, Node], rate: Node | None, rule: UpdateRule) -> None:
    """The numbers of the update rule: as the file sets them, else as the rule has them."""
    used = constants_used(rule)
    for name in sorted(used - {ETA, TIME}):
        if name.label in rule.entry.constants:
            reader.values[name] = rule.entry.constants[name.label]
    for key, setting in SETTINGS.items():
        if key not in entries:
            continue
        if rule_letter(setting.letter) not in used:
            which = f"{rule.optimizer} ({rule.convention})"
            reader.wrong(f"{which} has no {key}", entries[key].place, help="leave it out")
        elif (text := limited(reader, entries[key], key)) is not None:
            reader.values[rule_letter(setting.letter)] = text
    read_rate(reader, rate, rule, ETA in used)


def limited(reader: Reader, node: Node, key: str) -> str | None:
    """A number within the limits of a setting."""
    text = reader.number(node)
    if text is not None and (fault := BOUNDS[rule_letter(SETTINGS[key].letter)].fault(number(text))):
        reader.wrong(fault, node.place)
    return text


def read_rate(reader: Reader, node: Node | None, rule: UpdateRule, used: bool) -> None:
    if node is None:
        if rule.entry.learning_rate and used:
            reader.values[ETA] = rule.entry.learning_rate
        elif used and _updates_anything(rule) and any(entry.text for entry in reader.parameters.values()):
            reader.lacks("learning_rate", "learning_rate: 0.5")
        return
    text = reader.number(node)
    if text is not None and (fault := BOUNDS[ETA].fault(number(text))):
        reader.wrong(fault, node.place)
    elif text is not None and not used:
        which = f"{rule.optimizer} ({rule.convention})"
        reader.wrong(f"{which} has no learning rate", node.place, help="another convention has: torch, keras")
    elif text is not None:
        reader.values[ETA] = text


def _updates_anything(rule: UpdateRule) -> bool:
    return bool(rule.trained or rule.schedule or rule.entry.shared)


def read_state(reader: Reader, node: Node | None, rule: UpdateRule) -> None:
    if TIME in constants_used(rule):
        reader.values[TIME] = "1"
    if node is None:
        return
    known = {canonical_name(name): name for name in [*states(rule), *([TIME] if TIME in reader.values else [])]}
    if node.kind != "mapping":
        reader.wrong(f"state must be 'name: number' pairs, found {node.described()}", node.place)
        return
    reader.problems += doubled_keys(node)
    for key, value in node.entries:
        text = reader.number(value)
        label = normal(key.text)
        if label not in known:
            help_ = did_you_mean(key.text, known)
            reader.wrong(f"{short(key.text)} is nothing {rule.optimizer} keeps", key.place, help=help_)
        elif text is not None and known[label] == TIME and (fault := BOUNDS[TIME].fault(number(text))):
            reader.wrong(fault, value.place)
        elif text is not None:
            reader.values[known[label]] = text


def read_batching(reader: Reader, top: Mapping[str, Node], samples: int) -> Batching:
    size = reader.count(top["batch_size"], 1) if "batch_size" in top else None
    seed = reader.count(top["shuffle"], 0) if "shuffle" in top else None
    if size is not None and size > samples:
        reader.wrong(f"a mini-batch of {size}, but the samples are {samples}", top["batch_size"].place)
    if seed is not None and size is None:
        reader.wrong("shuffling changes nothing where a step uses all samples", top["shuffle"].place,
                   help="add batch_size: 1")  # fmt: skip
    done = reader.count(top["steps_done"], 0) if "steps_done" in top else 0
    if done and size is None:
        reader.wrong("'steps_done' says where mini-batches go on, and there are none", top["steps_done"].place,
                     help="add batch_size: 1")  # fmt: skip
    return Batching(size, seed, done or 0)
