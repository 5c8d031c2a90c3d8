"""Conventions: other ways of doing the whole exercise, each of them somebody's textbook.

A sheet that has mistakes under the example's own convention is judged under the others too; one that leaves clearly
fewer is taken, said once, and the rest of the sheet is judged under it. What they are called, and of which kind they
are, stands in `model/conventions.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import cached_property

from backprop_trace.check.causes import Causes
from backprop_trace.check.variant import Circular, Variant, bent_listing
from backprop_trace.files.spec import Example
from backprop_trace.formulas.expr import Minus, Number, Product, Quotient, names_in, substitute
from backprop_trace.model.batches import Samples
from backprop_trace.model.catalogue import OPTIMIZERS
from backprop_trace.model.chain import Equation
from backprop_trace.model.conventions import ALL_SAMPLES, BATCHES_OF, CONVENTIONS, METHOD, SIGNS, is_about_batches
from backprop_trace.model.layers import Layer
from backprop_trace.model.network import Listing
from backprop_trace.model.settle import forward_settled
from backprop_trace.run.step import size as size_of


def _of(variant: Variant, example: Example) -> Variant:
    """The variant of a changed example."""
    return Variant(example, digits=variant.digits)


def _with_loss(variant: Variant, own: str, other: str) -> Variant | None:
    return _of(variant, variant.example.with_network(loss=other)) if variant.example.network.loss == own else None


def _no_half(variant: Variant) -> Variant | None:
    return _with_loss(variant, "half_squared_error", "squared_error")


def _half(variant: Variant) -> Variant | None:
    return _with_loss(variant, "squared_error", "half_squared_error")


def _mean_of_outputs(variant: Variant) -> Variant | None:
    if len(variant.example.network.outputs) < 2:
        return None
    return _with_loss(variant, "squared_error", "mean_squared_error") or _with_loss(
        variant, "half_squared_error", "mean_squared_error"
    )


def _sum_of_outputs(variant: Variant) -> Variant | None:
    if len(variant.example.network.outputs) < 2:
        return None
    return _with_loss(variant, "mean_squared_error", "squared_error")


def _batch(own: str, other: str) -> Callable[[Variant], Variant | None]:
    def variant_of(variant: Variant) -> Variant | None:
        training = variant.example.training
        several = training.samples > 1 and training.batching.size != 1
        return _of(variant, variant.example.with_training(batch=other)) if several and training.batch == own else None

    return variant_of


def _updated_weights(variant: Variant) -> Variant | None:
    """Hidden deltas from the weights that have just been updated."""
    if variant.example.network.depth < 2:
        return None

    def bent(samples: Samples) -> Listing:
        return bent_listing(variant.listed(samples), "updated-weights", variant.facts)

    changed = Variant(variant.example, bent, variant.digits)
    try:
        changed.at(1)
    except Circular:
        return None
    return changed


def _transposed_weights(variant: Variant) -> Variant | None:
    """w_jk read as going from j to k; only square matrices allow it."""
    network = variant.example.network
    square = [layer for layer in network.layers if len(layer.units) == len(layer.sources) > 1]
    if not square:
        return None
    layers = tuple(_transposed(layer) if layer in square else layer for layer in network.layers)
    return _of(variant, variant.example.with_network(layers=layers))


def _has_named_weights(variant: Variant) -> bool:
    """Do the weights have names of their own, or are they numbers in a matrix?"""
    return any(
        each.weight.label != f"w_{each.source.label}_{each.unit}"
        for each in variant.example.network.connections
        if not each.back
    )


def _named_transposed(variant: Variant) -> Variant | None:
    return _transposed_weights(variant) if _has_named_weights(variant) else None


def _bare_transposed(variant: Variant) -> Variant | None:
    return None if _has_named_weights(variant) else _transposed_weights(variant)


def _relisted(variant: Variant, change: Callable[[Equation], Equation]) -> Variant:
    """The variant with some of its lines written in another way."""

    def listed(samples: Samples) -> Listing:
        own = variant.listed(samples)
        return own._replace(equations=tuple(map(change, own.equations)))

    return Variant(variant.example, listed, variant.digits)


def _thresholds(variant: Variant) -> Variant | None:
    """What a layer calls its bias is subtracted."""
    biases = {bias: Minus(bias) for bias in variant.example.network.biases}
    if not biases:
        return None

    def changed(equation: Equation) -> Equation:
        name = equation.name
        if name.kind == "net":
            return equation._replace(formula=substitute(equation.formula, biases))
        if name.kind == "d" and name.of is not None and name.of.kind == "net" and name.wrt in biases:
            return equation._replace(formula=Minus(equation.formula))
        return equation

    return _relisted(variant, changed)


def _each_sample_alone(variant: Variant) -> Variant | None:
    """Deltas and gradients of single samples without 1/n, which only their sum gets."""
    example, training = variant.example, variant.example.training
    if training.samples < 2 or training.batch != "mean" or training.batching.size == 1:
        return None

    def listed(samples: Samples) -> Listing:
        own = variant.listed(samples)
        factor = Number(str(len(samples)))
        return own._replace(equations=tuple(_without_share(each, factor) for each in own.equations))

    return Variant(example, listed, variant.digits)


def _without_share(equation: Equation, samples: Number) -> Equation:
    name, formula = equation.name, equation.formula
    if name.kind != "d" or name.of is None or name.of.kind not in ("E", "") or name.via is not None:
        return equation
    if name.sample is not None and any(used.kind == "target" for used in names_in(formula)):
        return equation._replace(formula=Product((samples, formula)), shortcut=None)
    if name.sample is None and any(used.sample is not None for used in names_in(formula)):
        return equation._replace(formula=Quotient(formula, samples))
    return equation


def _transposed(layer: Layer) -> Layer:
    return layer._replace(weights=tuple(zip(*layer.weights, strict=True)))


def _biases_updated(variant: Variant) -> Variant | None:
    rule = variant.example.rule
    fixed = [bias for bias in variant.example.network.biases if bias in rule.fixed]
    if not fixed or rule.entry.state:  # a fixed bias has no state to start from
        return None
    kept = tuple(name for name in rule.fixed if name not in fixed)
    return _of(variant, variant.example.with_rule(trained=(*rule.trained, *fixed), fixed=kept))


def _biases_fixed(variant: Variant) -> Variant | None:
    rule = variant.example.rule
    biases = [bias for bias in variant.example.network.biases if bias in rule.trained]
    if not biases:
        return None
    kept = tuple(name for name in rule.trained if name not in biases)
    return _of(variant, variant.example.with_rule(trained=kept, fixed=(*rule.fixed, *biases)))


def _velocity(convention: str) -> Callable[[Variant], Variant | None]:
    """What the velocity is differs; where epsilon stands is no matter of taste within one exercise."""

    def variant_of(variant: Variant) -> Variant | None:
        own = variant.example.rule
        if own.optimizer not in ("momentum", "nesterov") or convention not in OPTIMIZERS[own.optimizer]:
            return None
        other = own._replace(convention=convention).entry
        same = (other.lines, other.ahead) == (own.entry.lines, own.entry.ahead)
        return None if same else _of(variant, variant.example.with_rule(convention=convention))

    return variant_of


def _stops_early(variant: Variant) -> Variant | None:
    """Iterating stops when the activations have settled, though the gradient has not."""
    training = variant.example.training
    if training.settling is None:
        return None
    stopped = forward_settled(variant.example.network, training, variant.example.values)
    return None if stopped.times == training.times else _of(variant, variant.example._replace(training=stopped))


VARIANTS: Mapping[str, Callable[[Variant], Variant | None]] = {
    "no-half": _no_half,
    "half": _half,
    "mean-of-outputs": _mean_of_outputs,
    "sum-of-outputs": _sum_of_outputs,
    "mean-of-samples": _batch("sum", "mean"),
    "sum-of-samples": _batch("mean", "sum"),
    "each-sample-alone": _each_sample_alone,
    "thresholds": _thresholds,
    "numbering": _bare_transposed,
    "updated-weights": _updated_weights,
    "transposed-weights": _named_transposed,
    "biases-updated": _biases_updated,
    **{f"{word}-velocity": _velocity(word) for word in ("paper", "torch", "keras", "average")},
    "activations-settled": _stops_early,
    "biases-fixed": _biases_fixed,
}
"""How each convention computes an exercise: its variant, or None where it would be the same or cannot be."""

MOST_LINES = 20_000
"""A convention about batches is tried where a step has no more lines."""


def batches(variant: Variant, size: int) -> tuple[str, Variant] | None:
    """The variant with mini-batches of another size, and what this is called; None if it is the same, or too large."""
    example, samples = variant.example, variant.example.training.samples
    if size == example.training.batch_size:
        return None
    batching = example.training.batching._replace(size=size if size < samples else None)
    changed = example.with_training(batching=batching)
    if size_of(changed) > MOST_LINES:
        return None
    return ALL_SAMPLES if size >= samples else f"{BATCHES_OF}{size}", Variant(changed, digits=variant.digits)


class Variants:
    """An example's own variant, and those of the conventions, made when they are first needed."""

    def __init__(self, own: Variant):
        self.own = own
        self._batches: dict[int, tuple[str, Variant] | None] = {}
        self._made: dict[str, Variant | None] = {}
        self._causes: dict[tuple[int, int], Causes] = {}

    def __getitem__(self, convention: str) -> Variant | None:
        if convention not in self._made:
            self._made[convention] = VARIANTS[convention](self.own)
        return self._made[convention]

    def causes(self, variant: Variant, step: int) -> Causes:
        """What slips in all lines make of a step of a variant."""
        key = id(variant), step
        if key not in self._causes:
            self._causes[key] = Causes(variant, step, self.methods)  # which keeps the variant: its identity is its own
        return self._causes[key]

    @cached_property
    def methods(self) -> dict[str, Variant]:
        """The variants of the methods that are no excuse, by the slip that each of them is."""
        entries = ((word, entry.slip) for word, entry in CONVENTIONS.items() if entry.kind == METHOD)
        return {slip: variant for word, slip in entries if (variant := self[word]) is not None}

    def others(self) -> list[tuple[str, Variant]]:
        return [(word, variant) for word in VARIANTS if (variant := self[word]) is not None]

    def batches(self, sizes: Iterable[int]) -> list[tuple[str, Variant]]:
        """The variants with mini-batches of other sizes."""
        found = []
        for size in sizes:
            if size <= self.own.example.training.samples:
                if size not in self._batches:
                    self._batches[size] = batches(self.own, size)
                found += [self._batches[size]]
        return [variant for variant in found if variant is not None]


def possible(example: Example) -> list[str]:
    """The conventions that an example can be computed under, signs and mini-batches among them."""
    variants, several = Variants(Variant(example)), example.training.samples > 1
    return [word for word in CONVENTIONS if (several and is_about_batches(word)) or _is_possible(variants, word)]


def _is_possible(variants: Variants, word: str) -> bool:
    return variants[word] is not None if word in VARIANTS else word in SIGNS
