"""What is made from a formula, made once.

>>> made = Memo(lambda formula: [formula])
>>> from backprop_trace.formulas.expr import given
>>> w = given("w")
>>> made(w) is made(w)
True
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

from backprop_trace.formulas.expr import Formula

Made = TypeVar("Made")


class Memo(Generic[Made]):
    """A function of formulas that remembers by identity: comparing trees would cost as much as making anew."""

    def __init__(self, make: Callable[[Formula], Made]):
        self.make = make
        self._made: dict[int, tuple[Formula, Made]] = {}

    def __call__(self, formula: Formula) -> Made:
        found = self._made.get(id(formula))
        if found is None or found[0] is not formula:
            found = (formula, self.make(formula))  # the formula is kept, so that its identity stays its own
            self._made[id(formula)] = found
        return found[1]
