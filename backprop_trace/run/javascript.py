"""A listing as JavaScript: the same formulas in one alphabet more, so that a page computes what the float engine does.

    >>> from backprop_trace.formulas.expr import Product, Sum, given
    >>> a, b, c = given("a"), given("b"), given("c")
    >>> script = Script([a, b])
    >>> script.function(Sum((Product((a, b)), a)))
    'v=>v[0]*v[1]+v[0]'

Every quantity is a place in one array: first what is given, then the lines in their order.
"""

from __future__ import annotations

from collections.abc import Iterable

from backprop_trace.formulas.expr import Formula, Name
from backprop_trace.formulas.notation import ATOM, show
from backprop_trace.formulas.notation.javascript import FUNCTIONS, JAVASCRIPT
from backprop_trace.model.chain import Equation


class Script:
    """Functions of an array that has these quantities in this order."""

    def __init__(self, names: Iterable[Name]):
        self.places = {name: place for place, name in enumerate(names)}

    def function(self, formula: Formula) -> str:
        """An arrow function that computes a formula. Raises KeyError for a name that has no place."""
        return f"v=>{show(formula, JAVASCRIPT, lambda name: (f'v[{self.places[name]}]', ATOM))}"


def program(givens: Iterable[Name], equations: Iterable[Equation], hidden: Iterable[Equation] = ()) -> str:
    """A script with an array F of a function for each line; `run(givens)` is the array of all values.

    `hidden` lines are computed first, each in its place: some of the givens are none, but follow from the others.
    """
    equations = tuple(equations)
    script = Script([*givens, *(equation.name for equation in equations)])
    functions = ",\n".join(script.function(equation.formula) for equation in equations)
    first = ",\n".join(f"[{script.places[each.name]},{script.function(each.formula)}]" for each in hidden)
    fill = f"for(const [k,f] of [{first}])v[k]=f(v);v.length=g.length;" if first else ""
    return (
        f"{FUNCTIONS}\nconst F=[{functions}];\n"
        f"const run=g=>{{const v=[...g];{fill}for(const f of F)v.push(f(v));return v}};"
    )
