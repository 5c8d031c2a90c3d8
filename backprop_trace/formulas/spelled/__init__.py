"""Every reading of a spelling: which quantities of a network may have been meant by `z1`, `dW2`, `f'(net_o1)`.

    >>> shape = Shape(("i1",), (LayerLabels(("h1", "h2"), (("w1",), ("w2",)), ("b", "b")),), ("i1", "w1", "w2", "b"))
    >>> {(found.name.kind, found.name.label) for found in readings("z1", shape, NOTATIONS[0])}
    {('net', 'h1')}

A spelling has *marks* (new, gradient, change, slope) around an *atom* (a letter and an index). The letters are in a
table of notations; the ways of counting units, layers and weights are *rules*, each with its name: whoever knows the
numbers of a sheet finds out which of them its writer follows. A reading is a matrix of quantities; most are one by one.
"""

from __future__ import annotations

from backprop_trace.formulas.spelled.atoms import BY_NUMBER
from backprop_trace.formulas.spelled.marks import readings
from backprop_trace.formulas.spelled.places import matching
from backprop_trace.formulas.spelled.plainly import plainer, simple, symbol_behind, unquoted, without_prose
from backprop_trace.formulas.spelled.shape import LayerLabels, Reading, Shape
from backprop_trace.formulas.spelled.words import COUNTING, KINDS, MATRIX, NOTATIONS, NameNotation, other_way

__all__ = [
    "BY_NUMBER", "COUNTING", "KINDS", "MATRIX", "NOTATIONS", "LayerLabels", "NameNotation", "Reading", "Shape",
    "matching", "other_way", "plainer", "readings", "simple", "symbol_behind", "unquoted", "without_prose",
]  # fmt: skip
