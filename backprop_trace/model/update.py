"""The update rule: what becomes of a parameter in a training step, written once.

    >>> from backprop_trace.formulas.notation import ASCII, ATOM, show
    >>> for line in rule_lines(UpdateRule("momentum", "torch", weight_decay="coupled")):
    ...     print(line.letter, "=", show(line.formula, ASCII, lambda name: (name.label, ATOM)))
    gdecay = g + lambda * at
    v+ = mu * v + gdecay
    w+ = w - eta * v+

`rule_lines` are formulas over the catalogue's letters (w, g, eta, m, ...). The listing fills in each parameter for
them, the general formulas say them as they are, and NumPy puts whole arrays in their place.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import NamedTuple

from backprop_trace.formulas.expr import (
    ONE,
    Formula,
    Name,
    Sum,
    after,
    derivative,
    given,
    names_in,
    rule_letter,
    substitute,
)
from backprop_trace.model.catalogue import OPTIMIZERS, SCHEDULES, SETTINGS, WEIGHT_DECAY, Optimizer, template
from backprop_trace.model.chain import Equation

ETA = rule_letter("eta")
TIME = rule_letter("t")
"""The number of the training step, in the formulas of optimizers that use it."""

WEIGHT, GRADIENT, THERE = given("w"), given("g"), given("at")
"""The letters of a parameter, of its gradient, and of where that is taken."""
SCHEDULED = "eta_t"
"""The learning rate of a step, where it changes from step to step."""


class Bound(NamedTuple):
    """What a number of a rule may be: from `least` on or `above` it, perhaps whole, below another; and what is said of
    any other."""

    low: str
    least: int = 0
    above: bool = False
    whole: bool = False
    below: int | None = None
    high: str = ""

    def fault(self, value: Fraction) -> str:
        """What is wrong with a number; empty if nothing is."""
        if value < self.least or (self.above and value == self.least) or (self.whole and value.denominator != 1):
            return self.low
        return self.high if self.below is not None and value >= self.below else ""


BOUNDS: Mapping[Name, Bound] = {
    ETA: Bound("the learning rate must be greater than 0", above=True),
    TIME: Bound("the time step is a whole number from 1 on", least=1, whole=True),
} | {
    rule_letter(setting.letter): Bound(
        f"{key} must not be below {setting.least}",
        setting.least,
        below=setting.below,
        high="" if setting.below is None else f"{key} must be below {setting.below}",
    )
    for key, setting in SETTINGS.items()
}


class UpdateRule(NamedTuple):
    """How the `trained` parameters are updated; the `fixed` ones are not.

    convention, weight_decay and schedule are keys of the catalogue's tables (the last two empty: none).
    """

    optimizer: str = "sgd"
    convention: str = "paper"
    weight_decay: str = ""
    schedule: str = ""
    trained: tuple[Name, ...] = ()
    fixed: tuple[Name, ...] = ()

    @property
    def entry(self) -> Optimizer:
        """What the catalogue knows of it."""
        return OPTIMIZERS[self.optimizer][self.convention]

    @property
    def looked_at(self) -> dict[Name, Name]:
        """Where the gradient of each parameter is taken, if that is ahead of it."""
        return {name: Name("ahead", name.label) for name in self.trained} if self.entry.ahead else {}


class RuleLine(NamedTuple):
    """A line of the rule: the letter that it computes, its formula over letters, and where it stands.

    `at`: "ahead" of the forward pass, "once" a step, as "decay" or as "update" of each parameter.
    """

    letter: str
    formula: Formula
    at: str


def rule_lines(rule: UpdateRule) -> list[RuleLine]:
    """The rule's lines in order, with what takes the place of the learning rate, the gradient or the weight."""
    entry, lines = rule.entry, list[RuleLine]()
    replaced: dict[Name, Formula] = {}

    def add(letter: str, text: str, where: str) -> None:
        lines.append(RuleLine(letter, substitute(template(text), replaced), where))

    if entry.ahead:
        add("ahead", entry.ahead, "ahead")
    if rule.schedule:
        add(SCHEDULED, SCHEDULES[rule.schedule], "once")
        replaced[given(ETA.label)] = given(SCHEDULED)
    for letter, text in entry.shared.items():
        add(letter, text, "once")
    if rule.weight_decay:
        letter, name, text = WEIGHT_DECAY[rule.weight_decay]
        add(name, text, "decay")
        replaced[given(letter)] = given(name)
    for letter, text in entry.lines.items():
        add(letter, text, "update")
    return lines


def looks_ahead(rule: UpdateRule) -> Iterator[Equation]:
    """Where the gradients are taken, if not at the parameters themselves."""
    lines = [line for line in rule_lines(rule) if line.at == "ahead"]
    shared = _shared_letters(rule)
    for parameter in rule.trained if lines else ():
        yield from _filled(lines, parameter, shared | _letters_of(rule, parameter), "forward")


def updates(rule: UpdateRule, objective: Name) -> Iterator[Equation]:
    """What is computed once, what is computed for each parameter, and the step's number."""
    lines, ahead, shared = rule_lines(rule), rule.looked_at, _shared_letters(rule)
    for line in lines:
        if line.at == "once":
            yield Equation(rule_letter(line.letter), substitute(line.formula, shared), (), "update")
    each = [line for line in lines if line.at in ("decay", "update")]
    for parameter in rule.trained:
        there = ahead.get(parameter, parameter)
        meaning = {**shared, **_letters_of(rule, parameter), GRADIENT: derivative(objective, there), THERE: there}
        yield from _filled(each, parameter, meaning, "update")
    if counts_steps(rule):
        yield Equation(after(TIME), Sum((TIME, ONE)), (), "update")


def _shared_letters(rule: UpdateRule) -> dict[Name, Formula]:
    """The letters that mean the same for all parameters."""
    computed = [line.letter for line in rule_lines(rule) if line.at == "once"]
    return {given(letter): rule_letter(letter) for letter in (*_numbers_of(rule), *computed)}


def _numbers_of(rule: UpdateRule) -> list[str]:
    """The letters that may stand for numbers of the rule."""
    return [ETA.label, TIME.label, *rule.entry.constants, *(setting.letter for setting in SETTINGS.values())]


def _letters_of(rule: UpdateRule, parameter: Name) -> dict[Name, Formula]:
    """What the letters w, m, v, ... stand for."""
    kept = {given(letter): Name(letter, parameter.label) for letter in rule.entry.state}
    return {WEIGHT: parameter, **kept}


def _filled(lines: list[RuleLine], parameter: Name, meaning: Mapping[Name, Formula], phase: str) -> Iterator[Equation]:
    """Lines of the rule for one parameter: w5+ = w5 - eta * dE/dw5."""
    meaning = dict(meaning)
    for line in lines:
        stem = line.letter.removesuffix("+")
        name = parameter if stem == "w" else Name(stem, parameter.label)
        name = after(name) if line.letter != stem else name
        yield Equation(name, substitute(line.formula, meaning), (), phase)
        meaning[given(line.letter)] = name


def states(rule: UpdateRule) -> dict[Name, str]:
    """What the optimizer keeps of each trained parameter, with its value before the first step."""
    return {Name(letter, name.label): initial for name in rule.trained for letter, initial in rule.entry.state.items()}


def carried(rule: UpdateRule) -> tuple[tuple[Name, Name], ...]:
    """(w5+, w5): parameters, what the optimizer keeps of each, and the step's number."""
    olds = [*rule.trained, *states(rule)]
    olds += [TIME] if counts_steps(rule) else []
    return tuple((after(old), old) for old in olds)


def constants_used(rule: UpdateRule) -> set[Name]:
    """Which of the learning rate and the optimizer's constants (and t) its formulas mention."""
    used = {name.label for line in rule_lines(rule) for name in names_in(line.formula)}
    return {rule_letter(letter) for letter in _numbers_of(rule) if letter in used}


def rule_numbers(rule: UpdateRule) -> set[Name]:
    """The numbers that the rule has for all parameters: its constants, and what it computes once a step."""
    return constants_used(rule) | {rule_letter(line.letter) for line in rule_lines(rule) if line.at == "once"}


def kinds_of_lines(rule: UpdateRule) -> set[str]:
    """The kinds of what the rule has of each parameter: m_w5, mhat_w5, change_w5."""
    each = {line.letter.removesuffix("+") for line in rule_lines(rule) if line.at != "once"}
    return {"change", *rule.entry.state, *each} - {WEIGHT.label}


def counts_steps(rule: UpdateRule) -> bool:
    return TIME in constants_used(rule)
