"""The keys of a worked example: one table for the reader, for messages and for editors.

>>> json_schema()["properties"]["loss"]["description"].startswith("the loss function")
True
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from backprop_trace.files.start_values import DECIMALS, DISTRIBUTIONS
from backprop_trace.model import conventions
from backprop_trace.model.catalogue import (
    ACTIVATIONS,
    CONSTANTS,
    LOSSES,
    NET_INPUTS,
    OPTIMIZERS,
    SCHEDULES,
    SETTINGS,
    SYNONYMS,
    WEIGHT_DECAY,
    Activation,
    Loss,
)


class Key(NamedTuple):
    """A key: what it is, the JSON Schema of its value, and whether it must be there."""

    description: str
    schema: Mapping[str, Any]
    required: bool = False


def _words(table: Mapping[str, object]) -> list[str]:
    return [*table, *(word for word, entry in SYNONYMS.items() if entry in table)]


ALIASES: Mapping[str, str] = dict.fromkeys(("lr", "eta", "η", "step_size"), "learning_rate")
"""Other words for a key, read as it."""

MEANT: Mapping[str, tuple[str, ...]] = {
    **dict.fromkeys(("outputs", "output"), ("targets", "objective")),
    **dict.fromkeys(("expected", "desired", "labels"), ("targets",)),
    **dict.fromkeys(("cost", "criterion", "loss"), ("loss", "objective")),
    **dict.fromkeys(("neurons", "nodes"), ("units",)),
    "features": ("inputs",), "weight": ("weights",), "biases": ("bias",),
    "function": ("activation",), "params": ("parameters",),
}  # fmt: skip
"""Words that are no keys, and the keys that may be meant: the first that there is is said, and its value is read."""

SAID: Mapping[str, str] = {
    "epochs": "how long to train is said to the command: 'backprop-trace train FILE --epochs 100'",
    "steps": "how many steps is said to the command: --steps 3, or 'backprop-trace train FILE --epochs 100'",
    "weights": "numbers by name stand under 'parameters'; the matrix of a layer stands in the layer",
    "momentum": "it belongs to the optimizer: optimizer: {name: momentum, momentum: 0.9, learning_rate: 0.1}",
}
"""What to say where a key stands that is none there."""

_DIGITS = r"(?!0[0-9])(([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+\-]?[0-9]+)?|[0-9]+/0*[1-9][0-9]*)$"
_WRITTEN = {"type": "string", "pattern": rf"^\+?{_DIGITS}"}
_NUMBER = {"anyOf": [{"type": "number"}, {"type": "string", "pattern": rf"^[+\-−]?{_DIGITS}"}]}
_GIVEN = {"anyOf": [{"type": "number"}, {"type": "string", "pattern": rf"^[+\-−]?{_DIGITS.removesuffix('$')} *~?$"}]}
_POSITIVE = {"anyOf": [{"type": "number", "exclusiveMinimum": 0}, _WRITTEN]}
_NOT_NEGATIVE = {"anyOf": [{"type": "number", "minimum": 0}, _WRITTEN]}
_LABEL = {"type": "string", "pattern": "^[A-Za-z_\u0080-\uffff][0-9A-Za-z_^\u0080-\uffff]*$"}
_UNIT = {"anyOf": [_LABEL, {"type": "integer", "minimum": 1}, {"type": "string", "pattern": "^[1-9][0-9]*$"}]}
_FORMULA = {"type": "string", "pattern": r"[-+*/^()·×−]"}
_TEXT = {"type": ["string", "number", "boolean"]}
_COUNT = {"type": "integer", "minimum": 0}
CONVENTIONS = tuple(dict.fromkeys(convention for rules in OPTIMIZERS.values() for convention in rules))
_LABELS = {"type": "array", "items": _LABEL}
_UNITS = {"type": "array", "items": _UNIT, "minItems": 1}
_CELL = {"anyOf": [_GIVEN, _LABEL, {"const": "-"}]}
_PER_SAMPLE = {"anyOf": [_GIVEN, {"type": "array", "items": _GIVEN, "minItems": 1}]}


def _named(value: Mapping[str, Any]) -> dict[str, Any]:
    """Names with values, names alone, or numbers alone (named by place)."""
    mapping = {"type": "object", "propertyNames": _LABEL, "additionalProperties": {"anyOf": [value, {"type": "null"}]}}
    return {"anyOf": [mapping, _LABELS, {"type": "array", "items": _GIVEN}]}


def _wanted(value: Mapping[str, Any]) -> dict[str, Any]:
    """Targets by outputs, without names, or without numbers; a bare number where there is one output, or a class."""
    mapping = {"type": "object", "propertyNames": _UNIT, "additionalProperties": {"anyOf": [value, {"type": "null"}]}}
    return {"anyOf": [_GIVEN, _LABEL, mapping, {"type": "array", "items": {"anyOf": [_GIVEN, _LABEL]}}]}


def _any_case(schema: Mapping[str, Any]) -> Mapping[str, Any]:
    """Words are read in any case, with - or a space for _ (`Leaky ReLU`); editors complete those of the list."""
    if "anyOf" in schema:
        return {**schema, "anyOf": [_any_case(each) for each in schema["anyOf"]]}
    if "enum" not in schema:
        return schema
    pattern = f"^({'|'.join(map(_in_any_case, schema['enum']))})$"
    others = {key: value for key, value in schema.items() if key != "enum"}
    return {**others, "anyOf": [{"enum": schema["enum"]}, {"type": "string", "pattern": pattern}]}


def _in_any_case(word: str) -> str:
    return "".join(f"[{c.lower()}{c.upper()}]" if c.isalpha() else "[-_ ]" if c == "_" else c for c in word)


def _value(entry: Key) -> Mapping[str, Any]:
    """The schema of a key's value; a key that may be left out may also stand there without a value."""
    schema = _any_case(entry.schema)
    whole = schema if entry.required else {"anyOf": [schema, {"type": "null"}]}
    return {"description": entry.description, **whole}


def with_aliases(keys: Mapping[str, Key]) -> dict[str, Key]:
    """The keys of a table and their other words."""
    return {**keys, **{alias: keys[word] for alias, word in ALIASES.items() if word in keys}}


def _table(keys: Mapping[str, Key]) -> dict[str, Any]:
    return {
        "type": "object",
        "additionalProperties": False,
        "required": [key for key, entry in keys.items() if entry.required],
        "properties": {key: _value(entry) for key, entry in with_aliases(keys).items()},
    }


def _constants(table: Mapping[str, Activation] | Mapping[str, Loss]) -> dict[str, Key]:
    """The letters that entries of the catalogue have for themselves; who has them, and what they are if not given."""
    found: dict[str, list[str]] = {}
    for word, entry in table.items():
        for letter, text in entry.constants.items():
            found.setdefault(letter, []).append(f"{word} {text}")
    return {letter: Key(f"{CONSTANTS[letter]} ({', '.join(known)})", _NOT_NEGATIVE) for letter, known in found.items()}


ACTIVATION: Mapping[str, Key] = {
    "name": Key("the activation function", {"enum": _words(ACTIVATIONS)}, required=True),
    **_constants(ACTIVATIONS),
    "slope": Key(
        "how the slope is written: with the activation (out: 1 - out^2) or with the net input (net: sech(net)^2)",
        {"enum": ["out", "net"], "default": "out"},
    ),
}

LOSS: Mapping[str, Key] = {
    "name": Key("the loss function", {"enum": _words(LOSSES)}, required=True),
    **_constants(LOSSES),
}

RANDOM: Mapping[str, Key] = {
    "random": Key("how the numbers are distributed", {"enum": list(DISTRIBUTIONS)}, required=True),
    "seed": Key("the same seed draws the same numbers on every machine", _COUNT, required=True),
    "from": Key("uniform: the lowest number (-1)", _NUMBER),
    "to": Key("uniform: the highest number (1)", _NUMBER),
    "mean": Key("normal: the mean (0)", _NUMBER),
    "deviation": Key("normal: the standard deviation (1)", _NUMBER),
    "decimals": Key("to how many decimals the numbers are rounded", {**_COUNT, "default": DECIMALS}),
}

LAYER: Mapping[str, Key] = {
    "units": Key(
        "the names of the units, or how many there are",
        {"anyOf": [{"type": "integer", "minimum": 1}, {**_UNITS, "uniqueItems": True}]},
        required=True,
    ),
    "activation": Key(
        "the activation function of the layer, or a formula over z",
        {"anyOf": [{"enum": _words(ACTIVATIONS)}, _FORMULA, _table(ACTIVATION)]},
        required=True,
    ),
    "net_input": Key(
        "how what feeds a unit comes together in its net input, before the bias is added",
        {"enum": list(NET_INPUTS), "default": next(iter(NET_INPUTS))},
    ),
    "weights": Key(
        "a row per unit, a column per unit that feeds it (see weights_layout): names of parameters, numbers, or '-' "
        "for no connection",
        {"anyOf": [{"type": "array", "items": {"type": "array", "items": _CELL}}, _table(RANDOM)]},
        required=True,
    ),
    "bias": Key(
        "one name or number shared by the layer, or a list with one for each unit; left out: no bias",
        {"anyOf": [_CELL, {"type": "array", "items": _CELL}, _table(RANDOM)]},
    ),
    "weights_layout": Key(
        "of this layer alone: out_in or in_out (see weights_layout of the file)", {"enum": ["out_in", "in_out"]}
    ),
    "recurrent": Key(
        "a row and a column per unit: the weights from the layer's own activations at the time step before",
        {"type": "array", "items": {"type": "array", "items": _CELL}},
    ),
    "from": Key(
        "what feeds the layer, where it is not the layer before: names of inputs and units",
        {"anyOf": [_UNITS, _UNIT]},
    ),
}

_MARK = Key("this is the input layer", {"type": "string", "pattern": "^[Ii]nput"})
INPUT_LAYER: Mapping[str, Key] = {
    "units": LAYER["units"],
    "activation": Key("inputs stay as they are", {"enum": ["identity", "linear", "none"]}),
    **dict.fromkeys(("type", "kind", "layer", "name"), _MARK),
}
"""A first layer that only names the inputs, as many people write it."""

OPTIMIZER: Mapping[str, Key] = {
    "name": Key("the update rule", {"enum": _words(OPTIMIZERS)}, required=True),
    "learning_rate": Key("the learning rate eta", _POSITIVE),
    "convention": Key("whose form of the rule", {"enum": list(CONVENTIONS)}),
    "decay": Key(
        "weight decay as part of the gradient (coupled) or apart from it (decoupled: Keras, AdamW)",
        {"enum": list(WEIGHT_DECAY)},
    ),
    "schedule": Key("how the learning rate decays", {"enum": list(SCHEDULES), "default": "inverse"}),
    "state": Key(
        "what the optimizer has kept of earlier steps: m_w5, v_w5, ..., t (else as before the first step)",
        {"type": "object", "additionalProperties": _NUMBER},
    ),
    **{key: Key(setting.description, _NUMBER) for key, setting in SETTINGS.items()},
}

STEP: Mapping[str, Key] = {
    "inputs": Key("the inputs: a number each at a time step, or a list with one for each", _named(_PER_SAMPLE), True),
    "targets": Key("the desired outputs; time steps without count for no loss", _wanted(_PER_SAMPLE)),
}
"""A time step of a sequence, or a whole sequence in columns."""

SETTLE: Mapping[str, Key] = {
    "threshold": Key(
        "settled: no activation changes by so much, and the gradient going back is smaller", _POSITIVE, required=True
    ),
    "most": Key("so many iterations are allowed (200)", {"type": "integer", "minimum": 1, "maximum": 10_000}),
}

_SEQUENCE: Mapping[str, Any] = {
    "anyOf": [{"type": "array", "items": _table(STEP), "minItems": 1}, _table(STEP)],
}

SAMPLE: Mapping[str, Key] = {
    "inputs": Key("the input values of the sample", _named(_GIVEN), required=True),
    "targets": Key("the desired outputs of the sample, or its class", _wanted(_GIVEN), required=True),
}

_TITLES = {"anyOf": [_LABELS, {"type": "object", "additionalProperties": _TEXT}]}

SAMPLES_FILE: Mapping[str, Key] = {
    "file": Key("a CSV file, from the folder of this one", _TEXT, required=True),
    "inputs": Key("the columns of the inputs: their names, or {x1: title}", _TITLES, required=True),
    "targets": Key("the columns of the targets: the names of the output units, or {o1: title}", _TITLES, required=True),
}

DEFINED_SAMPLE: Mapping[str, Key] = {"inputs": SAMPLE["inputs"]}
_OWN_SEQUENCE: Mapping[str, Key] = {"sequence": Key("the sequence of the sample", _SEQUENCE, required=True)}


def _samples(*keys: Mapping[str, Key]) -> dict[str, Any]:
    return {"type": "array", "items": {"anyOf": [*map(_table, keys), _table(_OWN_SEQUENCE)]}, "minItems": 1}


_SAMPLES = {"anyOf": [_samples(SAMPLE), _table(SAMPLES_FILE)]}
COLUMNS: Mapping[str, Key] = {
    "inputs": Key("the input values, a list with one number for each sample", _named(_PER_SAMPLE), required=True),
    "targets": Key("the desired outputs, a list with one number for each sample", _named(_PER_SAMPLE), required=True),
}
_VALIDATION = {
    "anyOf": [
        {"type": "array", "items": _table(SAMPLE), "minItems": 1},
        _table(COLUMNS),
        _table(SAMPLES_FILE),
    ]
}


_CONVENTION: Mapping[str, Any] = {
    "oneOf": [
        {"enum": [word for word in conventions.CONVENTIONS if not word.startswith(conventions.BATCHES_OF)]},
        {"type": "string", "pattern": f"^{conventions.BATCHES_OF}[1-9][0-9]{{0,8}}$"},
    ]
}
_SOME_CONVENTIONS = {"oneOf": [_CONVENTION, {"type": "array", "items": _CONVENTION}]}
DECIDED: Mapping[str, Key] = {
    "accept": Key("those that are no mistake", _SOME_CONVENTIONS),
    "refuse": Key("those that are one", _SOME_CONVENTIONS),
}

EXAMPLE: Mapping[str, Key] = {
    "title": Key("the title of the example", _TEXT),
    "source": Key("where the example comes from", _TEXT),
    "note": Key("a remark", _TEXT),
    "inputs": Key(
        "the inputs: names with numbers; with a list of numbers for several samples; or names alone",
        _named(_PER_SAMPLE),
    ),
    "targets": Key(
        "the desired output of each output unit, a number or one for each sample; a class of a softmax layer",
        _wanted(_PER_SAMPLE),
    ),
    "samples": Key(
        "several samples, each with its inputs and targets, or with its sequence; or a CSV file of them", _SAMPLES
    ),
    "validation": Key("samples that are held out: `train` prints their loss and does not learn from them", _VALIDATION),
    "parameters": Key("weights and biases by name, with their start values", {"anyOf": _named(_GIVEN)["anyOf"][:2]}),
    "layers": Key(
        "the layers from the first hidden layer to the output",
        {"type": "array", "items": {"anyOf": [_table(LAYER), _table(INPUT_LAYER)]}, "minItems": 1},
        required=True,
    ),
    "sequence": Key("inputs and targets of each time step, for recurrent layers", _SEQUENCE),
    "settle": Key("run until activations, and the gradient going back, have settled", _table(SETTLE)),
    "start": Key("what recurrent units have before the first time step (0)", _named(_GIVEN)),
    "fixed": Key("parameters that are constants: no gradient, no update", {"anyOf": [_LABELS, _LABEL]}),
    "loss": Key(
        "the loss function, or a formula over o and t",
        {"anyOf": [{"enum": _words(LOSSES)}, _FORMULA, _table(LOSS)]},
        required=True,
    ),
    "optimizer": Key(
        "the update rule: a name, or a name with its settings",
        {"anyOf": [{"enum": _words(OPTIMIZERS)}, _table(OPTIMIZER)]},
    ),
    "learning_rate": Key("the learning rate eta", _POSITIVE),
    "batch": Key("how the losses of several samples are put together", {"enum": ["sum", "mean"], "default": "sum"}),
    "batch_size": Key("so many samples a training step (a mini-batch; 1: stochastic); left out: all of them", _COUNT),
    "shuffle": Key("a seed: the samples are shuffled in every epoch, the same way on every machine", _COUNT),
    "steps_done": Key("so many training steps have been made before: the mini-batches go on from there", _COUNT),
    "weights_layout": Key(
        "out_in: a row per unit of the layer (as PyTorch); in_out: a row per unit that feeds it (as Keras)",
        {"enum": ["out_in", "in_out"], "default": "out_in"},
    ),
    "conventions": Key("which conventions of sheets are accepted, and which refused", _table(DECIDED)),
    "given": Key(
        "rounded: inputs, targets and parameters with decimals are printed rounded, each known to half a unit of its "
        "last digit (one alone: 0.4764~)",
        {"enum": ["exact", "rounded"], "default": "exact"},
    ),
    "published": Key(
        "what the source prints: quantities with numbers, in sections 'step 1:' and so on", {"type": "object"}
    ),
}


_SHARED = (
    "title", "source", "note", "inputs", "parameters", "sequence", "optimizer", "learning_rate", "batch",
    "conventions", "given", "published",
)  # fmt: skip

DEFINED: Mapping[str, Key] = {
    **{key: EXAMPLE[key] for key in _SHARED},
    "samples": Key("several samples, each with its inputs or its sequence", _samples(DEFINED_SAMPLE)),
    "definitions": Key(
        "names with formulas over inputs, parameters and earlier definitions; h@-1 is h at the time step before",
        {"type": "object", "propertyNames": _LABEL, "additionalProperties": _TEXT, "minProperties": 1},
        required=True,
    ),
    "objective": Key("the definition whose gradients are wanted", _LABEL, required=True),
    "fixed": Key("inputs and parameters that are constants: no gradient", {"anyOf": [_LABELS, _LABEL]}),
    "start": Key("what definitions are before the first time step (0)", _named(_GIVEN)),
}
"""The keys of a worked example with definitions instead of layers."""


_DEFINITIONS: Mapping[str, Mapping[str, Any]] = {
    "number": _NUMBER,
    "given": _GIVEN,
    "positive": _POSITIVE,
    "not_negative": _NOT_NEGATIVE,
    "count": _COUNT,
    "text": _TEXT,
    "name": _LABEL,
    "unit": _UNIT,
    "units": _UNITS,
    "names": _LABELS,
    "formula": _FORMULA,
    "cell": _CELL,
    "weights": {"type": "array", "items": {"type": "array", "items": _CELL}},
    "per_sample": _PER_SAMPLE,
    "values": _named(_GIVEN),
    "values_per_sample": _named(_PER_SAMPLE),
    "titles": _TITLES,
    "activation_word": _any_case({"enum": _words(ACTIVATIONS)}),
    "loss_word": _any_case({"enum": _words(LOSSES)}),
    "optimizer_word": _any_case({"enum": _words(OPTIMIZERS)}),
    "activation": _table(ACTIVATION),
    "random": _table(RANDOM),
    "layer": _table(LAYER),
    "input_layer": _table(INPUT_LAYER),
    "wanted": _wanted(_GIVEN),
    "wanted_per_sample": _wanted(_PER_SAMPLE),
    "optimizer": _table(OPTIMIZER),
    "step": _table(STEP),
    "sequence": _any_case(_SEQUENCE),
    "own_sequence": _table(_OWN_SEQUENCE),
    "sample": _table(SAMPLE),
    "samples_file": _table(SAMPLES_FILE),
    "convention": _CONVENTION,
    "conventions": _SOME_CONVENTIONS,
    "decided": _table(DECIDED),
}
"""What stands in several places of the schema, written once there."""


def json_schema() -> dict[str, Any]:
    """The file format as a JSON Schema (draft-07), for editors."""
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "backprop-trace worked example",
        "description": "A neural network with the numbers of one worked backpropagation example.",
        "type": "object",
        "properties": {
            key: {"description": entry.description} for key, entry in with_aliases({**DEFINED, **EXAMPLE}).items()
        },
        "if": {"required": ["definitions"]},
        "then": _with_references(_table(DEFINED)),
        "else": _with_references(_table(EXAMPLE)),
        "definitions": {name: _parts_with_references(schema) for name, schema in _DEFINITIONS.items()},
    }


def _with_references(schema: Any) -> Any:
    """The schema with a reference for each part that is defined; in draft-07 a reference stands alone, so beside a
    description it is wrapped."""
    if isinstance(schema, list):
        return [_with_references(part) for part in schema]
    if not isinstance(schema, Mapping):
        return schema
    if reference := _reference(schema):
        return reference
    bare = {key: value for key, value in schema.items() if key != "description"}
    if len(bare) < len(schema) and (reference := _reference(bare)):
        return {"description": schema["description"], "allOf": [reference]}
    return _parts_with_references(schema)


def _parts_with_references(schema: Mapping[str, Any]) -> dict[str, Any]:
    return {key: _with_references(value) for key, value in schema.items()}


def _reference(schema: Mapping[str, Any]) -> dict[str, str]:
    """Empty if the schema is not among the definitions."""
    name = next((name for name, defined in _DEFINITIONS.items() if defined == schema), None)
    return {"$ref": f"#/definitions/{name}"} if name else {}
