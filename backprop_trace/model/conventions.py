"""The conventions of sheets: other ways of doing a whole exercise, each of them somebody's textbook.

>>> kind_of("no-half"), sentence_of("batches-of-1")
('definition', 'updates after every sample')

How an exercise is computed under each of them stands in `check/conventions.py`. To add one: an entry here, and its
variant there.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

NOTATION, DEFINITION, METHOD = "notation", "definition", "method"
"""The kinds of conventions: how it is written, what is meant, how it is computed. A method is not excused."""


class Convention(NamedTuple):
    """`sentence` completes "this sheet ..."; `slip` is the slip that gives the same numbers on a single line."""

    sentence: str
    kind: str = DEFINITION
    slip: str = ""


DELTA_SIGN, ERROR_SIGN, CHANGE_SIGN, TRUNCATES = SIGNS = ("delta-sign", "error-sign", "change-sign", "truncates")
"""Those that leave the lines as they are: signs, and cutting off."""

ALL_SAMPLES, BATCHES_OF = "all-samples", "batches-of-"
"""With the number of samples behind it."""

CONVENTIONS: Mapping[str, Convention] = {
    DELTA_SIGN: Convention("writes deltas with target - output, so with the opposite sign of dE/dnet", NOTATION),
    ERROR_SIGN: Convention("writes the error as output - target", NOTATION),
    CHANGE_SIGN: Convention("writes the change as what is subtracted: eta * dE/dw", NOTATION),
    TRUNCATES: Convention("cuts numbers off instead of rounding them", NOTATION),
    "no-half": Convention("has no factor 1/2 in the loss: E = (target - output)^2", slip="no-half"),
    "half": Convention("has a factor 1/2 in the loss", slip="half-added"),
    "mean-of-outputs": Convention("takes the mean over the outputs instead of the sum", slip="mean-for-sum"),
    "sum-of-outputs": Convention("takes the sum over the outputs instead of the mean", slip="sum-for-mean"),
    "mean-of-samples": Convention("takes the mean over the samples instead of the sum", slip="mean-for-sum"),
    "sum-of-samples": Convention("takes the sum over the samples instead of the mean", slip="sum-for-mean"),
    "each-sample-alone": Convention(
        "writes the deltas and gradients of single samples without 1/n", NOTATION, "sum-for-mean"
    ),
    "thresholds": Convention("subtracts thresholds where the example adds biases", NOTATION),
    "numbering": Convention("numbers the weights the other way round (from, to)", NOTATION, "transposed"),
    "updated-weights": Convention(
        "computes the hidden deltas from the already updated weights", METHOD, "updated-weights"
    ),
    "transposed-weights": Convention("takes the weights the other way round (from, to)", METHOD, "transposed"),
    "biases-updated": Convention("updates the biases, which the example keeps fixed"),
    **{
        f"{word}-velocity": Convention(f"has the velocity of the {word} convention")
        for word in ("paper", "torch", "keras", "average")
    },
    "activations-settled": Convention("stops iterating as soon as the activations have settled"),
    "biases-fixed": Convention("keeps the biases fixed, which the example updates", slip="bias-not-updated"),
    ALL_SAMPLES: Convention("updates once for all samples together"),
    f"{BATCHES_OF}1": Convention("updates after every sample"),
}
"""The conventions, by what they are called in files and reports; mini-batches of other sizes beside them."""


def is_about_batches(convention: str) -> bool:
    return convention == ALL_SAMPLES or convention.startswith(BATCHES_OF)


def is_convention(word: str) -> bool:
    return word in CONVENTIONS or re.fullmatch(rf"{BATCHES_OF}[1-9][0-9]{{0,8}}", word) is not None


def sentence_of(convention: str) -> str:
    """What a sheet does that follows a convention."""
    if convention in CONVENTIONS:
        return CONVENTIONS[convention].sentence
    return f"updates after every {convention.removeprefix(BATCHES_OF)} samples"


def kind_of(convention: str) -> str:
    return CONVENTIONS[convention].kind if convention in CONVENTIONS else DEFINITION


class Ways(NamedTuple):
    """Which conventions the author of an exercise decides on: excused whatever their kind, or not excused."""

    accept: frozenset[str] = frozenset()
    refuse: frozenset[str] = frozenset()

    def over(self, other: Ways) -> Ways:
        """These, and of the other ones those that these say nothing of."""
        return Ways(self.accept | (other.accept - self.refuse), self.refuse | (other.refuse - self.accept))

    def excuse(self, convention: str) -> bool:
        """Is a sheet that follows a convention without a mistake?"""
        return convention in self.accept or (convention not in self.refuse and kind_of(convention) != METHOD)
