"""What of a trace is shown, the numbers in its lines, and the words that stand above them.

>>> from backprop_trace.files.spec import load
>>> described(load("mazur"))
'2-2-2 network, sigmoid; loss: half squared error; gradient descent, learning rate 0.5'
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, NamedTuple

from backprop_trace.files.spec import Example
from backprop_trace.formulas.expr import Name
from backprop_trace.formulas.notation import ASCII, ATOM, BOX, Leaf, Notation, Piece, number_piece
from backprop_trace.formulas.notation.names import Alphabet, Speller, canonical
from backprop_trace.formulas.notation.numbers import Value, bound_of_zero, digits_of_fraction, short_fraction, shown
from backprop_trace.model.catalogue import ACTIVATIONS, LOSSES
from backprop_trace.model.chain import PHASES, Equation
from backprop_trace.model.styles import speller
from backprop_trace.model.update import ETA, TIME, constants_used
from backprop_trace.render.blocks import Amount, Naming
from backprop_trace.run.step import Line, Settings, Trace, ancestors

if TYPE_CHECKING:
    from backprop_trace.formulas.arithmetic.hand import Rounding


class PagePractice(NamedTuple):
    """What a page asks for in practising: so many lines of some phases, chosen by a seed, to so many decimals (none: as
    many as one likes). Is it the first mode?"""

    phases: tuple[str, ...] = PHASES
    lines: int | None = None
    seed: int = 0
    first: bool = False
    decimals: int | None = None


class View(NamedTuple):
    """What is to be shown, and how.

    phases: which of them; only: these quantities, with_ancestors: and all they depend on. steps: how many there are
    in all.
    """

    example: Example
    settings: Settings = Settings()
    style: str = "net-out"
    phases: tuple[str, ...] = PHASES
    only: frozenset[Name] = frozenset()
    with_ancestors: bool = False
    steps: int = 1
    animate: bool = False
    practice: PagePractice | None = PagePractice()
    warnings: tuple[str, ...] = ()
    decimals: Rounding | None = None
    """To how many decimals values are shown, where that is not a number of digits."""
    compact: bool | None = None
    """Are lines that only copy put in where they are used? None: in documents."""
    matrix: str = ""
    parts: tuple[str, ...] = ()
    """In matrices, a sample in each `column` or `row`; empty: line by line."""


PARTS = ("drawing", "given", "formulas", "steps", "table")
"""Of a document; where none is named it has all, or of quantities that are asked for the steps and their table."""


def wants(view: View, part: str) -> bool:
    """Is this part of a document to be shown?"""
    return part in view.parts if view.parts else not view.only or part in ("steps", "table")


def chosen(trace: Trace, view: View) -> list[Line]:
    """The lines of a trace that are to be shown."""
    equations: list[Equation] | tuple[Equation, ...] = trace.listing.equations
    if view.only:
        if view.with_ancestors:
            equations = ancestors(equations, view.only)
        else:
            equations = [equation for equation in equations if equation.name in view.only]
    if len(equations) == len(trace.listing.equations) and len(view.phases) == len(PHASES):
        return list(trace.lines)
    return [trace._line(equation) for equation in equations if equation.phase in view.phases]


def naming(trace: Trace, view: View) -> Naming:
    """How the quantities of a trace are called."""
    return Naming(view.style, trace.example.network, trace.listing.by_output)


class Names:
    """Names as leaves of a formula."""

    def __init__(self, trace: Trace, view: View, alphabet: Alphabet):
        self.spell = speller(view.style, alphabet, trace.example.network, trace.listing.by_output)
        self.leaf = spelled(self.spell, alphabet)


def spelled(spell: Speller, alphabet: Alphabet) -> Leaf:
    """Names as leaves, held together as tightly as they are written."""

    def leaf(name: Name) -> Piece:
        text = spell(name)
        return text, BOX if name.kind in ("d", "+") or alphabet.is_raised(text) else ATOM

    return leaf


class Numbers:
    """Values as leaves of a formula: what is given as it was written, fractions as fractions."""

    def __init__(self, trace: Trace, notation: Notation, decimals: Rounding | None = None):
        self.values, self.digits, self.notation = trace.values, trace.settings.shown_digits, notation
        self.given, self.decimals = trace.written, decimals

    def text(self, name: Name) -> str:
        if name in self.given:
            return self.given[name]
        value = self.values[name]
        return short_fraction(value) or self.shown(value)

    def shown(self, value: Value) -> str:
        """A value with so many digits, or so many decimals."""
        return shown(value, self.digits) if self.decimals is None else f"{self.decimals.apply(Fraction(value)):f}"

    def amount(self, value: Value, fraction: bool = True) -> Amount:
        """A value as it is to be shown: the fraction where there is a short one, and the decimal."""
        decimal, short = self.shown(value), short_fraction(value) if fraction else None
        return Amount(decimal) if short is None else Amount(decimal, short, Fraction(decimal) == value)

    def leaf(self, name: Name) -> Piece:
        text = self.text(name)
        return self.notation.number(text) if self.notation.boxed else number_piece(text)

    def plain(self, value: Value) -> str:
        text = shown(value, self.digits)
        return self.notation.number(text)[0] if self.notation.boxed else text


# --- what stands above the lines ---


def shape(example: Example) -> str:
    """2-2-2, or how many definitions there are."""
    network = example.network
    if network.definitions:
        return f"{len(network.definitions)} definition{'s' if len(network.definitions) > 1 else ''}"
    return "-".join(str(len(column)) for column in network.columns)


def activations(example: Example) -> str:
    """The layers' activations, once if they are all the same."""
    words = example.network.activations
    return words[0] if len(set(words)) == 1 else ", ".join(words)


def objective(example: Example) -> str:
    """The loss, or the definition whose gradients are wanted."""
    return example.network.loss or canonical(example.network.objective)


def loss_called(example: Example) -> str:
    """The loss in words, or the definition whose gradients are wanted."""
    return objective(example) if example.network.definitions else example.network.loss.replace("_", " ")


def described(example: Example) -> str:
    """The network in one line."""
    network, training = example.network, example.training
    samples = f"{training.samples} samples, losses {training.batch}" if training.samples > 1 else ""
    samples = samples.replace("losses sum", "losses added").replace("losses mean", "losses averaged")
    samples += batches(example)
    times = f"{training.times} time steps" if training.times else ""
    if training.settling is not None:
        times = f"settled (change below {training.settling.threshold}) after {training.times} iterations"
    rate = f", learning rate {example.values[ETA]}" if ETA in example.values else ""
    if network.definitions:
        what = [shape(example), f"gradients of {objective(example)}"]
    else:
        what = [f"{shape(example)} network, {activations(example)}", f"loss: {loss_called(example)}"]
    update = f"{update_rule(example)}{rate}" if example.rule.trained or not network.definitions else ""
    return "; ".join(text for text in (*what, times, samples, update) if text)


def batches(example: Example) -> str:
    """How the samples are spread over the training steps."""
    size, seed, done, _ = example.training.batching
    if size is None:
        return ""
    shuffled = "in the order of the file" if seed is None else f"shuffled with seed {seed}"
    after = f", after {done} steps" if done else ""
    return f", {'one' if size == 1 else size} a step, {shuffled}{after}"


def update_rule(example: Example) -> str:
    """The optimizer in one line, with its convention, its constants and what decays."""
    rule = example.rule
    constants = sorted(constants_used(rule) - {ETA, TIME})
    if not constants and not rule.entry.state:
        return {"sgd": "gradient descent"}.get(rule.optimizer, rule.optimizer)
    decay = f"{rule.weight_decay} weight decay" if rule.weight_decay else ""
    schedule = f"{rule.schedule} decay of the learning rate" if rule.schedule else ""
    numbers = [f"{name.label} {example.values[name]}" for name in constants if name in example.values]
    texts = [f"{rule.convention} convention", *numbers, decay, schedule]
    return f"{rule.optimizer} ({', '.join(text for text in texts if text)})"


def engine(settings: Settings, shortened: bool = False, decimals: Rounding | None = None) -> str:
    """The arithmetic in one line."""
    if decimals is not None:
        how = "exactly" if settings.engine == "exact" else "with double precision"
        return f"{settings.engine}: computed {how}, shown with {decimals}"
    match settings.engine:
        case "exact":
            text = f"exact: fractions, else {settings.shown_digits} significant digits, every one of them certain"
            if shortened:
                from backprop_trace.formulas.arithmetic.exact import LONGEST_FRACTION

                text += f"; fractions longer than {LONGEST_FRACTION} digits are given up for certified digits"
            return text
        case "hand":
            return f"by hand: every line rounded to {settings.rounding}, and used as rounded"
    return f"float: computed with double precision, {settings.shown_digits} significant digits shown"


def zeros(trace: Trace) -> str:
    """Which quantities are shown as 0 because they cannot be told from it, and how small they certainly are."""
    bounds = {canonical(line.name): bound for line in trace.lines if (bound := bound_of_zero(line.value))}
    if not bounds:
        return ""
    most = max(bounds.values(), key=lambda bound: int(bound[2:]))
    few = [*list(bounds)[:8], *(["..."] if len(bounds) > 8 else [])]
    return f"; 0 stands for less than {most} in {', '.join(few)}"


def notes(example: Example) -> list[str]:
    """What the catalogue has to say about the functions in use."""
    network = example.network
    found = [ACTIVATIONS[word].note for word in network.activations]
    found += [LOSSES[network.loss].note] if network.loss else []
    return [note for note in dict.fromkeys([*found, rounded_note(example)]) if note]


def rounded_of(example: Example) -> dict[str, list[str]]:
    """The given numbers that are printed rounded, for the heads of records; nothing where there are none."""
    found = [canonical(name) for name in example.values if name in example.rounded]
    return {"rounded": found} if found else {}


MOST_ROUNDED = 12


def rounded_note(example: Example) -> str:
    """Which given numbers are printed rounded, if any are."""
    found = rounded_of(example).get("rounded", ())
    if not found:
        return ""
    more = f" and {len(found) - MOST_ROUNDED} more" if len(found) > MOST_ROUNDED else ""
    numbers = f"{', '.join(found[:MOST_ROUNDED])}{more}"
    known = "is printed rounded, and known" if len(found) == 1 else "are printed rounded, and each known"
    return f"{numbers} {known} to half a unit of its last digit"


def long_fraction_note(trace: Trace) -> str:
    """How long the longest fraction is, where it is too long to be shown."""
    fractions = [line.value for line in trace.lines if isinstance(line.value, Fraction)]
    longest = max((digits_of_fraction(value) for value in fractions if not short_fraction(value)), default=0)
    if longest <= 40:
        return ""
    return f"fractions of up to {longest} digits are shown as decimals here; --format json has them whole"


def givens(trace: Trace, phases: tuple[str, ...]) -> list[tuple[Name, str]]:
    """The givens with their numbers, as they stand at this step: inputs, targets, parameters, learning rate."""
    if "forward" not in phases:
        return []
    numbers, inputs = Numbers(trace, ASCII), trace.example.network.inputs

    def place(name: Name) -> int:
        return (
            0 if name.kind == "" and name.label in inputs else 1 if name.kind == "target" else 3 if name == ETA else 2
        )

    return [(name, numbers.text(name)) for name in sorted(trace.example.values, key=place)]
