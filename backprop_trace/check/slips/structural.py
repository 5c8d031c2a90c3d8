"""Lines that writers hardly ever write out, put into the lines that use them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from backprop_trace.formulas.expr import Formula, Name, Product, Sum, parts, rebuild, times
from backprop_trace.model.chain import Equation


def is_structural(name: Name) -> bool:
    """Lines that writers hardly ever write out: slopes of a net input, and the terms of a sum."""
    return name.kind == "d" and (name.via is not None or (name.of is not None and name.of.kind == "net"))


def written_out(formula: Formula, equations: Mapping[Name, Equation], kept: Iterable[Name]) -> Formula:
    """The formula with the structural lines put in that are not among `kept` (what the writer wrote down)."""
    keep = kept if isinstance(kept, frozenset | set | dict) else set(kept)
    if isinstance(formula, Name):
        if formula in equations and formula not in keep and is_structural(formula):
            return written_out(equations[formula].formula, equations, keep)
        return formula
    inside = parts(formula)
    if not inside:
        return formula
    opened = tuple(written_out(part, equations, keep) for part in inside)
    return flat(rebuild(formula, opened))


def flat(formula: Formula) -> Formula:
    """Products without factors of 1, products and sums in one piece."""
    match formula:
        case Product(factors):
            flat = tuple(
                f for factor in factors for f in (factor.factors if isinstance(factor, Product) else (factor,))
            )
            return times(*flat)
        case Sum(terms):
            return Sum(tuple(t for term in terms for t in (term.terms if isinstance(term, Sum) else (term,))))
    return formula
