"""Mistakes planted by the catalogue of slips itself: each of its ids, in the lines that the catalogue bends.

    >>> from evidence.judged import shipped
    >>> import random
    >>> mistakes.plant(shipped("mazur"), "slip: no-half", random.Random(1), KINDS).at[1].kind
    'E'

What `mistakes` plants was thought of apart from the catalogue; this is for every id there is. Slips that are no bent
formulas (digits, numbers of another place, all lines at once) have a maker here or there.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from decimal import Decimal
from functools import partial

from backprop_trace.check.slips import SLIPS, Facts, bends, bent_run, is_structural, written_out
from backprop_trace.formulas.expr import Formula, Minus, Name, Number, names_in, substitute
from backprop_trace.model.chain import Equation
from backprop_trace.run.step import traces
from evidence import mistakes
from evidence.calculation import At
from evidence.judged import Exercise
from evidence.mistakes import Kind, Plans
from evidence.writers import Habit, figured, spelled

Text = Callable[[str], str]


def literal(number: Decimal) -> Formula:
    text = f"{abs(number):f}"
    return Minus(Number(text)) if number < 0 else Number(text)


def listing(made: Exercise, step: int) -> Mapping[Name, Equation]:
    (found,) = traces(made.example, steps=(step,))
    return {line.name: line for line in found.listing.equations}


def bent(slip: str, made: Exercise, rng: random.Random) -> Plans:
    """A line bent by this slip, any that can be; now and then structural lines are put in where they are used."""
    step = rng.randint(1, max(line.step for line in made.calculated.lines))
    facts, equations = Facts(made.example), listing(made, step)
    place = {line.at: number for number, line in enumerate(made.calculated.lines)}
    opened = rng.random() < 0.5  # writers seldom write them out
    left_out = frozenset(at for at in place if opened and is_structural(at[1]))
    kept = [name for name in equations if (step, name) not in left_out]

    def known(name: Name, at: int) -> bool:
        return place[step, name] < at if (step, name) in place else name in made.calculated.given

    for name in rng.sample(kept, len(kept)):
        found = False
        for bend in bends(equations[name], written_out(equations[name].formula, equations, kept), facts):
            if bend.slip == slip and all(known(used, place[step, name]) for used in names_in(bend.formula)):
                found = True
                yield {(step, name): bend.formula}, (step, name), left_out
        if found:
            return


def in_all_lines(slip: str, made: Exercise, rng: random.Random) -> Plans:
    lines = tuple(listing(made, 1).values())
    run = bent_run(lines, slip, Facts(made.example))
    changed = {(1, line.name): line.formula for line, old in zip(run, lines, strict=True) if line != old}
    if changed:
        yield changed, next(iter(changed))


def honest(made: Exercise) -> Mapping[At, Decimal]:
    """What somebody puts down with four decimals."""
    return figured(made.calculated, Habit(), {line.at: 4 for line in made.calculated.lines})


def copied_wrong(made: Exercise, rng: random.Random) -> Plans:
    """An earlier number of the sheet with one digit changed, in one line."""
    numbers = honest(made)
    for line in made.calculated.lines:
        for name in names_in(line.formula) if not is_structural(line.name) else ():
            number = numbers.get((line.step, name))
            if number:
                text = spelled(number)
                at = rng.choice([at for at, sign in enumerate(text) if sign in "123456789"])
                new = rng.choice([sign for sign in "123456789" if sign != text[at]])
                other = Decimal(text[:at] + new + text[at + 1 :])
                yield {line.at: substitute(line.formula, {name: literal(other)})}, line.at


def elsewhere(made: Exercise, rng: random.Random) -> Plans:
    """The number of the same quantity in another step, sample or time step."""
    numbers, alike = honest(made), dict[Name, list[At]]()
    for at in numbers:
        name = at[1]  # what is summed over samples or time steps is no such quantity of its own
        alike.setdefault(name._replace(sample=name.sample and 1, time=name.time and 1), []).append(at)
    for ats in alike.values():
        for at in ats:
            for other in ats:
                if other != at and numbers[other]:
                    yield {at: literal(numbers[other])}, at


def swapped_digits(rng: random.Random, text: str) -> str:
    places = [at for at in range(len(text) - 1) if text[at : at + 2].isdigit() and text[at] != text[at + 1]]
    if not places:
        return text
    at = rng.choice(places)
    return text[:at] + text[at + 1] + text[at] + text[at + 2 :]


PLAIN, STATE = ("plain", "shipped", "several"), ("optimized",)
TIMES = ("recurrent",)
NETWORKS: Mapping[str, tuple[str, ...]] = {
    **dict.fromkeys(("no-scale", "no-function"), ("defined",)),
    **dict.fromkeys(("no-correction", "wrong-beta", "step-off", "no-root", "old-state",
                     "coefficients-swapped", "gradient-not-squared", "no-velocity"), STATE),
    **dict.fromkeys(("epsilon-place", "no-epsilon"), ("adam",)),
    **dict.fromkeys(("softmax-diagonal", "softmax-unnormalised", "softmax-twice", "power-of-ten"), ("softmax",)),
    **dict.fromkeys(("wrong-sample", "one-sample", "sum-for-mean", "n-minus-1"), ("several",)),
    "wrong-time": TIMES, "no-penalty": ("decayed", "defined"), "stale": ("several", "recurrent", "shipped"),
}  # fmt: skip
"""Where the slips are at home that only some exercises can have."""

LATER = ("no-velocity", "old-state", "old-weights", "wrong-beta", "step-off", "no-correction")
"""Slips of the second step."""


def _kind(slip: str) -> Kind:
    """How a slip of the catalogue is planted, and the ids by which it may be named."""
    plans: Callable[[Exercise, random.Random], Plans] | None
    spoil: Text | None = None
    words, steps = slip, 2 if slip in LATER else 1
    match slip:
        case "targets-swapped":
            plans, words = partial(in_all_lines, slip), "targets-swapped|wrong-target"
        case "updated-weights":
            plans = mistakes.updated_weights
        case "exchanged":
            plans = mistakes.exchanged
        case "given-misread":
            words = "given-misread|copied-wrong|factor-ten"
            plans = mistakes.misread(("", "target"))
        case "old-weights":
            plans = mistakes.stale
        case "copied-wrong":
            plans = copied_wrong
        case "stale":
            plans = elsewhere
        case _ if slip in SPOILS:
            plans, spoil = None, SPOILS[slip]
        case _:
            plans = partial(bent, slip)
    named = rf"(?<![\w-])({words})(?![\w-])"
    return Kind(plans, named, spoil, NETWORKS.get(slip, PLAIN), steps)


SPOILS: Mapping[str, Text] = {
    "factor-ten": mistakes.moved_point,
    "digits-swapped": partial(swapped_digits, random.Random(1)),
    "sign-dropped": mistakes.other_sign,
    "digit-lost": mistakes.digit_lost,
}

KINDS: Mapping[str, Kind] = {f"slip: {slip}": _kind(slip) for slip in SLIPS}
