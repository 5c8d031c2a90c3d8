"""The kinds of mistakes, and what they are called."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from backprop_trace.formulas.expr import Formula


class Slip(NamedTuple):
    """`sentence` completes "your number is what one gets if ..."; `many` completes "n of your m lines ...".

    `rank` orders what fits: 1 the classical slips, 2 mix-ups of neighbours, 3 accidents with digits; 4 is, in
    a line that was skipped, a guess that is mentioned where nothing else fits, and leaves the line wrong.
    """

    sentence: str
    many: str = ""
    rank: int = 1


SLIPS: Mapping[str, Slip] = {
    # forward pass
    "transposed": Slip("the indices of the weight matrix are swapped", "swap the indices of the weight matrix"),
    "crossed": Slip("two weights are exchanged between the terms of the sum", "exchange two weights"),
    "no-bias": Slip("the bias is left out", "leave the bias out"),
    "wrong-bias": Slip("the bias of another layer or unit is added", "add another bias"),
    "bias-twice": Slip("the bias is added twice", "add the bias twice"),
    "bias-subtracted": Slip("the bias is subtracted instead of added", "subtract the bias"),
    "net-for-out": Slip("the net input of a unit is passed on instead of its activation", "pass on the net input"),
    "missing-term": Slip("a term of the sum is left out", "leave out a term", 2),
    "minus-lost": Slip("a minus sign is lost, or put in, within the formula: + for -, or - for +", "lose a sign", 2),
    "product-of-sums": Slip("sums are multiplied where products are added, as in (w1 + w2) (x1 + x2)", "", 2),
    "no-weight": Slip("a weight is left out", "leave out a weight"),
    "wrong-weight": Slip("another weight of the layer is used", "use another weight", 2),
    "wrong-row": Slip("the weights of another unit are used", "use the weights of another unit"),
    "wrong-input": Slip("the value of a neighbouring input or unit is used", "use a neighbour's value", 2),
    "wrong-sample": Slip("the value of another sample is used", "use the value of another sample", 2),
    "wrong-time": Slip("the value of another time step is used", "use the value of another time step", 2),
    "no-function": Slip("a function is left out", "leave out a function", 2),
    "no-activation": Slip("the activation function is left out", "leave out the activation function"),
    "wrong-activation": Slip("another activation function is used", "use another activation function"),
    "exponent-sign": Slip("the net input has the wrong sign inside the activation function"),
    "exponential-alone": Slip("only the exponential is taken, without the rest of the function", "take only e^z"),
    "no-brackets": Slip("brackets around a denominator are left out, as in 1/1 + e^-z", "leave out brackets"),
    "power-of-ten": Slip(
        "a power of 10 is taken where a power of e belongs: 10^-z for e^-z", "take powers of 10 for e"
    ),
    "softmax-unnormalised": Slip("the exponentials are not divided by their sum"),
    "softmax-twice": Slip("softmax is applied to the outputs of softmax once more", "apply softmax twice"),
    # loss
    "no-half": Slip("the factor 1/2 is left out", "leave out the factor 1/2"),
    "half-added": Slip("a factor 1/2 is put in that the loss does not have", "put in a factor 1/2"),
    "no-square": Slip("the difference is not squared", "", 4),
    "wrong-loss": Slip("another loss function is used", "use another loss function", 2),
    "difference-of-squares": Slip(
        "the squares are subtracted, t^2 - o^2, instead of squaring the difference", "subtract squares"
    ),
    "wrong-target": Slip("the target of another output is used", "use another output's target"),
    "targets-swapped": Slip("the targets of the outputs are exchanged", "exchange the targets"),
    "hard-target": Slip("the target is taken as 0 or 1, though it is smoothed", "take smoothed targets as 0 or 1"),
    "log-base-ten": Slip("the logarithm to the base 10 is taken instead of the natural one"),
    "log-base-two": Slip(
        "the logarithm to the base 2 is taken instead of the natural one", "take logarithms to the base 2"
    ),
    "mean-for-sum": Slip("the mean is taken instead of the sum", "take the mean instead of the sum"),
    "sum-for-mean": Slip("the sum is taken instead of the mean", "take the sum instead of the mean"),
    "n-minus-1": Slip("the sum is divided by N - 1 instead of N", "divide by N - 1 instead of N"),
    "one-sample": Slip(
        "only one sample is taken, where those of all belong together", "take only one sample for all of them"
    ),
    "one-output": Slip("only one term of the sum is kept", "keep only one term of the sum"),
    # deltas and gradients
    "sign": Slip("the sign is reversed (target - output for output - target)", "have the opposite sign"),
    "no-slope": Slip("the slope of the activation function is left out", "leave out the activation's slope"),
    "slope-at-output": Slip("the slope is taken at the activation instead of at the net input: f'(out)"),
    "slope-of-net": Slip("the net input stands in the slope where the activation belongs, as in net (1 - net)"),
    "wrong-slope": Slip("the slope of another activation function is used", "use another function's slope"),
    "half-slope": Slip("only one factor of the slope is kept: only out, or only 1 - out"),
    "slope-not-squared": Slip("the activation is not squared in its slope: 1 - out for 1 - out^2", "do not square it"),
    "delta-of-other-loss": Slip(
        "the delta belongs to another loss: out - target where the slope is needed, or the reverse"
    ),
    "softmax-diagonal": Slip("only the diagonal of the softmax's Jacobian is used"),
    "doubled": Slip("a factor 2 is kept", "keep a factor 2"),
    "halved": Slip("a factor 1/2 is put in"),
    "loss-for-error": Slip("the loss stands where the difference between output and target belongs"),
    "error-for-delta": Slip("dE/dout is used where the delta dE/dnet belongs", "use dE/dout for the delta"),
    "wrong-delta": Slip("the delta of another unit is used", "use another unit's delta", 2),
    "weight-for-input": Slip("the weight stands where the input to the weight belongs", "use the weight for the input"),
    "net-for-input": Slip("the net input stands where the activation belongs", "use the net input for the activation"),
    "output-for-input": Slip("the unit's own activation stands where its input belongs"),
    "gradient-without-input": Slip("the input to the weight is left out: the delta is taken for the gradient"),
    "rate-in-gradient": Slip("the learning rate is multiplied into the gradient", "have the rate in the gradient"),
    "updated-weights": Slip("the already updated weights are used", "use the already updated weights"),
    "bias-gradient-times-bias": Slip("the gradient of the bias is multiplied by the bias"),
    "bias-gradient-times-input": Slip("the gradient of the bias is multiplied by an input"),
    "shared-bias-one-term": Slip("only one unit's delta is taken for the bias that several units share"),
    # update
    "ascent": Slip("the gradient is added instead of subtracted", "add the gradient instead of subtracting it"),
    "no-rate": Slip("the learning rate is left out", "leave out the learning rate"),
    "rate-twice": Slip("the learning rate is multiplied in twice"),
    "not-updated": Slip("the weight is not updated"),
    "bias-not-updated": Slip("the bias is not updated"),
    "change-only": Slip("the change stands where the new weight belongs"),
    "change-times-weight": Slip("the change is multiplied by the weight: w (1 - eta g)", "multiply changes by weights"),
    "no-penalty": Slip("the penalty on large weights (weight decay) is left out", "leave the penalty out"),
    "wrong-gradient": Slip("the gradient of another parameter is used", "use another gradient", 2),
    "factor-left-out": Slip("a factor is left out", "leave out a factor", 2),
    "no-scale": Slip("the scale factor, such as 1/sqrt(d), is left out", "leave out the scale factor"),
    "wrong-order": Slip("a difference is taken the wrong way round", "take a difference the wrong way round", 2),
    # optimizers
    "no-correction": Slip("the bias correction (1 - beta^t) is left out", "leave out the bias correction"),
    "no-velocity": Slip(
        "what is kept from the step before (velocity, moment) is left out", "leave out what the step before has left"
    ),
    "wrong-beta": Slip("beta1 stands where beta2 belongs, or the reverse", "take beta1 for beta2"),
    "epsilon-place": Slip("epsilon stands on the other side of the root", "have epsilon on the other side of the root"),
    "no-epsilon": Slip("epsilon is left out", "leave epsilon out"),
    "step-off": Slip("the number of the step, t, is off by one", "have the number of the step off by one"),
    "coefficients-swapped": Slip("the two coefficients are swapped", "swap the two coefficients"),
    "gradient-not-squared": Slip("the gradient is not squared", "do not square the gradient"),
    "no-root": Slip("the root is left out", "leave out the root"),
    "old-state": Slip("the optimizer's state from before the step is used", "use the state from before the step", 2),
    # digits
    "factor-ten": Slip("the decimal point is one place off", "have the decimal point one place off"),
    "digits-swapped": Slip("two neighbouring digits are swapped", "", 3),
    "sign-dropped": Slip("a minus sign is lost or put in", "lose a minus sign", 2),
    "copied-wrong": Slip("an earlier number is copied with one digit off", "", 3),
    "digit-lost": Slip("a digit is lost in writing the number down", "", 3),
    "exchanged": Slip("the numbers of two lines are exchanged", "", 2),
    "given-misread": Slip("a given number is read with a wrong digit, or with its point out of place", "", 3),
    "old-weights": Slip("the weights from before the last update are used", "use the weights from before the update"),
    "stale": Slip("it is the value of another training step, time step or sample", "are of another step or sample", 2),
}


class Bend(NamedTuple):
    """A formula one slip away, and the slip's id."""

    slip: str
    formula: Formula
