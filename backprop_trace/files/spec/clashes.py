"""Names of the file's own that could not be told apart, in print, from those the program makes up.

Inside they are different records: an input `t` and the number of the training step, a parameter `net_o1` and the net
input of o1. On paper both would be spelled alike, so the file is asked for another name.
"""

from __future__ import annotations

from backprop_trace.files.spec.reader import Reader
from backprop_trace.formulas.expr import LOSS
from backprop_trace.formulas.notation.names import canonical
from backprop_trace.formulas.notation.tex import greek
from backprop_trace.model.network import Network
from backprop_trace.model.update import UpdateRule, kinds_of_lines, rule_numbers

OF_UNITS = ("net", "out", "target", "error", "E")


def refuse_clashes(reader: Reader, network: Network, rule: UpdateRule) -> None:
    """Notes every name of the file that is spelled like one of the program's."""
    of_parameters = kinds_of_lines(rule)
    numbers = {canonical(name) for name in rule_numbers(rule)}
    units = set(network.units)
    for label in dict.fromkeys((*network.inputs, *reader.parameters, *(label for label, _ in network.definitions))):
        kind, _, rest = label.partition("_")
        meaning = ""
        if _in_print(label) in numbers:
            meaning = f"{label!r} already means something in the optimizer's formulas"
        elif network.depth and (label == canonical(LOSS) or (kind in OF_UNITS and rest in units)):
            meaning = f"{label!r} is what a quantity of the network is called"
        elif kind in of_parameters and rest in reader.parameters:
            meaning = f"{label!r} is what the optimizer keeps of {rest!r}"
        elif label in network.inputs and label in reader.parameters:
            meaning = f"the input {label!r} is called like a weight or bias that is named after its ends"
        if meaning:
            place = reader.named.get(label) or reader.parameters[label].place
            reader.wrong(meaning, place, help="choose another name")


def _in_print(label: str) -> str:
    """β_1 is printed as beta1 is, η as eta."""
    return "".join((greek(c) or c).lstrip("\\") for c in label if c != "_")
