"""The styles in which the quantities of a network are called: ours, and two that count its layers.

>>> from backprop_trace.formulas.expr import Name
>>> from backprop_trace.formulas.notation.names import TEXT_NAMES
>>> speller("net-out", TEXT_NAMES)(Name("net", "h1"))
'net_h1'
"""

from __future__ import annotations

from collections.abc import Mapping

from backprop_trace.formulas.expr import Name
from backprop_trace.formulas.notation import names
from backprop_trace.formulas.notation.names import (
    ASCII_NAMES,
    TEXT_NAMES,
    Alphabet,
    Speller,
    Style,
    Symbol,
    label_symbol,
    net_out,
)
from backprop_trace.model.network import Network

STYLES = ("net-out", "layered", "nielsen")


def style_of(style: str, network: Network | None) -> Style:
    """The style of a name of STYLES, for a network."""
    if style == "net-out" or network is None:
        return net_out
    return layered(network, 1 if style == "layered" else 2)


def speller(
    style: str, alphabet: Alphabet, network: Network | None = None, by_output: frozenset[Name] = frozenset()
) -> Speller:
    """What is written for each name, in a style and an alphabet."""
    return names.speller(style_of(style, network), alphabet, by_output)


def layered(network: Network, first_weights: int) -> Style:
    """z, a and w with the layer above: the input layer is 1, so the first hidden layer is z^2.

    `first_weights` is the layer number of the first weights: 1 as in Kumar's text, 2 as in Nielsen's book.
    """
    places = {unit: (str(depth), str(row)) for depth, layer in enumerate(network.layers, 2)
              for row, unit in enumerate(layer.units, 1)}  # fmt: skip
    parameters = _parameters(network, first_weights)

    def style(name: Name) -> Symbol:
        match name.kind:
            case "+":
                assert name.of is not None
                return style(name.of)._replace(mark="+")
            case "":
                return parameters.get(name.label) or label_symbol(name.label)
            case "net" | "out" if name.label in places:
                upper, lower = places[name.label]
                return Symbol({"net": "z", "out": "a"}[name.kind], lower, upper)
            case "E":
                return Symbol("C", places[name.label][1] if name.label else "")
            case "target" if name.label in places:
                return Symbol("t", places[name.label][1])
        return net_out(name)

    return style


def _parameters(network: Network, first_weights: int) -> dict[str, Symbol]:
    """w^1_21 goes to unit 2 from unit 1; a parameter used in several places keeps its name.

    Biases are b_1, b_2 where each layer has one, and b^1_2 where units have their own.
    """
    symbols: dict[str, Symbol | None] = {}
    one_per_layer = all(len(set(layer.biases)) == 1 for layer in network.layers)
    for depth, layer in enumerate(network.layers, first_weights):
        shared = one_per_layer or (len(set(layer.biases)) == 1 and len(layer.units) > 1)
        for row, (weights, bias) in enumerate(zip(layer.weights, layer.biases, strict=True), 1):
            for column, weight in enumerate(weights, 1):
                if weight is not None:
                    comma = "," if max(row, column) > 9 else ""
                    symbol = Symbol("w", f"{row}{comma}{column}", str(depth))
                    symbols[weight.label] = None if weight.label in symbols else symbol
            if bias is not None:
                symbols[bias.label] = Symbol("b", str(depth)) if shared else Symbol("b", str(row), str(depth))
    return {label: symbol for label, symbol in symbols.items() if symbol is not None}


def spellings(
    quantities: Mapping[Name, object], network: Network, by_output: frozenset[Name] = frozenset()
) -> dict[str, Name]:
    """Every printed spelling of every name, to be read back."""
    found: dict[str, Name] = {}
    for style in STYLES[1:]:
        for alphabet in (ASCII_NAMES, TEXT_NAMES):
            spell = speller(style, alphabet, network, by_output)
            for name in quantities:
                found.setdefault(spell(name), name)
    return found
