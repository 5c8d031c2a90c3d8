"""What `--only` asks for: which quantities, and a listing that has them and as little else as possible."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from backprop_trace.cli.options import UsageError, suggestion
from backprop_trace.files.source import closest, printable
from backprop_trace.files.spec import Example
from backprop_trace.files.spec.settings import given_names
from backprop_trace.formulas.expr import Name
from backprop_trace.formulas.notation.names import canonical
from backprop_trace.formulas.vocabulary import LONGEST_NAME, Vocabulary
from backprop_trace.model.network import Listing
from backprop_trace.model.styles import spellings
from backprop_trace.run.step import vocabulary
from backprop_trace.run.train import Listed


class Asked(NamedTuple):
    """The quantities that are meant, and the lines of a step that are enough to compute them."""

    names: frozenset[Name]
    listed: Listed


def asked(example: Example, spelled: Sequence[str]) -> Asked:
    """Raises UsageError if there is no such quantity. The whole listing is built only if nothing less has them all."""
    for spelling in spelled:
        if len(spelling) > LONGEST_NAME:
            raise UsageError(f"--only: a name of {len(spelling):,} characters; {LONGEST_NAME} are the limit")
    for listed in (example.forward, *_narrow(example, spelled), example.listing):
        found = _found(example, listed(example.training.all_samples), spelled)
        if all(found.values()):
            return Asked(frozenset(name for matches in found.values() for name in matches), listed)
    missing = next(spelling for spelling, matches in found.items() if not matches)
    raise UsageError(_no_quantity(example, missing))


def _narrow(example: Example, spelled: Sequence[str]) -> Iterator[Listed]:
    """Listings with the gradients of the parameters that are named alone, and of those of units that are named."""
    parts = {token[start:] for text in spelled for token in re.findall(r"\w+", text) for start in range(len(token))}
    named = {parameter for parameter in example.rule.trained if parameter.label in parts}
    leading = {each.weight for each in example.network.connections if each.unit in parts} | {
        bias for unit in example.network.units if unit in parts and (bias := example.network.bias_of(unit)) is not None
    }
    for wanted in (named, leading):
        trained = tuple(parameter for parameter in example.rule.trained if parameter in wanted)
        if 0 < len(trained) < len(example.rule.trained):
            yield example.with_rule(trained=trained).listing


def _found(example: Example, equations: Listing, spellings_: Sequence[str]) -> dict[str, list[Name]]:
    known = vocabulary(equations, {})
    quantities = {equation.name: None for equation in equations.equations}
    known.spellings = spellings(quantities, example.network, equations.by_output)
    return {spelling: _matching(spelling, known, example) for spelling in spellings_}


def _no_quantity(example: Example, spelling: str) -> str:
    """Why there is none of this spelling."""
    given_value = Vocabulary(given_names(example)).read(spelling)
    if given_value is not None:
        return f"--only: {canonical(given_value)} is given, not computed; 'given:' has its number"
    names = [canonical(equation.name) for equation in example.listing().equations]
    return f"--only: there is no quantity {printable(spelling)!r}{suggestion(closest(spelling, names))}"


def _matching(spelling: str, known: Vocabulary, example: Example) -> list[Name]:
    """The quantity of this spelling; without a sample, that of every sample."""
    if name := known.read(spelling):
        return [name]
    samples = range(1, example.training.samples + 1) if example.training.samples > 1 else ()
    return [name for sample in samples if (name := known.read(f"{spelling}[{sample}]"))]
