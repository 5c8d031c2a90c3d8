"""The words and letters for quantities: those that always mean a kind, and those that a notation gives a meaning.

A word for a net input, an activation, a delta, a loss goes into its tuple here; letters that mean one thing in one
book and another in the next are a notation.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple


class NameNotation(NamedTuple):
    """What the letters mean: those that stand for net inputs, activations and deltas, beside those that always do.

    `d_is` says what dw5 is: a gradient or a change.
    """

    key: str
    said: str
    net: tuple[str, ...] = ("z",)
    out: tuple[str, ...] = ("a",)
    delta: tuple[str, ...] = ()
    d_is: str = "gradient"


NOTATIONS: Sequence[NameNotation] = (
    NameNotation("net-out", "net inputs are called net or z, activations out or a"),
    NameNotation("bishop", "a is the net input and z the activation, as in Bishop's book", ("a",), ("z",)),
    NameNotation("hagan", "n is the net input, a the activation, s the sensitivity", ("n",), ("a",), ("s",)),
    NameNotation("haykin", "v is the net input and y the activation, as in Haykin's book", ("v",), ("y", "φ")),
    NameNotation("changes", "dw is the change of w", d_is="change"),
    NameNotation("bishop changes", "a is the net input, z the activation, dw a change", ("a",), ("z",), (), "change"),
    NameNotation("f", "x is the net input and f the activation", ("x", "net", "z"), ("f", "φ", "g", "fx", "f(x)")),
    NameNotation("fausett", "z_in is the net input, z the activation", ("z_in", "y_in", "zin", "yin"), ("z", "y")),
    NameNotation("p", "p is the activation, q the net input", ("q", "p_in", "r"), ("p",)),
    NameNotation("logits", "o is the net input of the outputs", ("o", "z", "a"), ("h",)),
    NameNotation("state", "s is the state, the activation of the recurrent units", ("z", "a", "net"), ("s", "o")),
)  # fmt: skip

COUNTING = {
    "weights counted by rows": "w1, w2, ... are the weights row by row",
    "weights counted by columns": "w1, w2, ... are the weights column by column",
    "to-from": "the first index of a weight is the unit that it leads to",
    "from-to": "the first index of a weight is the unit that it comes from",
    "by time step": "the number behind a name is the time step",
    "by sample": "the number behind a name is the sample",
}
"""What is said of the ways of counting time steps, samples, and weights that have no names of that kind: the end of
the rule, the words."""


MATRIX = "written as a matrix"
"""How a rule begins that holds for matrices only, be they of one number."""


def other_way(rule: str) -> str:
    """The way of counting that a sheet cannot follow as well."""
    for one, other in (("by rows", "by columns"), ("to-from", "from-to")):
        if rule.endswith((one, other)):
            return rule.removesuffix(one) + other if rule.endswith(one) else rule.removesuffix(other) + one
    return ""


NET = ("weighted_sum", "net_input", "netinput", "net_in", "netin", "net", "input", "in", "i", "u", "s", "sum",
       "total_input", "preact", "activation_in", "logit", "logits", "pre", "weighted_input", "pre-activation",
       "preactivation", "pre_activation", "netto", "netzeingabe", "inp", "net_inp", "zs", "scores", "weighted_sums",
       "input_sum", "netzinput", "nettoeingabe", "nettoinput", "gewichtete_summe", "summe", "eingang",
       "netto-input", "entrée_nette", "entree_nette", "somme_pondérée", "somme", "entrada_neta", "suma_ponderada",
       "suma", "entrée", "entrada", "before_activation", "netz-input",
       "eingabe")  # fmt: skip
OUT = ("output", "out", "o", "activation", "activations", "act", "y", "ausgabe", "aktivierung", "ausgang",
       "actual_output", "actual", "final_output", "ausgabewert", "squashed", "sortie", "salida", "uscita", "saída",
       "activación", "after_activation")  # fmt: skip
HIDDEN = ("hidden", "hs", "h")
OUTPUTS = ("y_hat", "yhat", "y_pred", "ypred", "yh", "pred", "prediction", "predictions", "predicted",
           "y_predicted", "y_out", "yout", "yp", "y^", "output", "out", "o", "y", "p", "prob", "probs", "probability",
           "probabilities", "softmax", "y'", "vorhersage", "q")  # fmt: skip
TARGETS = ("target", "targ", "tgt", "t", "y_true", "ytrue", "d", "y", "label", "desired", "ideal", "actual",
           "expected", "y*", "target_output", "desired_output", "zielwert", "sollwert", "soll", "ziel", "cible",
           "deseado")  # fmt: skip
LOSSES = ("e_total", "etotal", "e_tot", "etot", "total_error", "total_loss", "totalerror", "totalloss", "error_total",
          "err_total", "loss_total", "e", "c", "j", "l", "q", "loss", "cost", "error", "err", "mse", "sse", "bce",
          "ce", "total", "risk", "objective", "nll", "e_ges", "eges", "e_gesamt", "gesamtfehler", "fehler", "e_t",
          "c_0", "teilfehler", "verlust", "gesamtverlust", "kosten", "losses", "erreur", "perte", "coût", "pérdida",
          "costo", "coste", "σe")  # fmt: skip
DELTAS = ("delta", "error_propagated", "propagated_error", "backpropagated_error",
          "deltas", "err", "error_term", "errorterm", "sensitivity", "local_gradient", "d", "error",
          "error_signal", "fehlersignal", "fehlerterm", "del")  # fmt: skip
ERRORS = ("error", "e", "err", "diff")
SLOPES = ("error", "error_propagated", "propagated_error", "backpropagated_error")
"""What comes back to a unit: the gradient of its activation, or its delta."""
RATES = ("eta", "lr", "learning_rate", "learningrate", "alpha", "rate", "step_size", "stepsize", "n")
RATE_LETTERS = ("a", "l", "r")
"""These, too, where a number speaks for it."""
KIND_BEHIND = {
    "net": (
        "net",
        "in",
        "input",
        "inputs",
        "sum",
        "z",
        "logits",
        "net_input",
        "net input",
        "weighted sum",
        "pre-activation",
        "pre-activations",
        "preactivations",
        "pre_activations",
    ),
    "out": ("out", "output", "outputs", "act", "activation", "activations", "a", "o", "state", "states"),
    "delta": ("delta", "deltas", "error_term", "error_terms", "error_signal", "error", "errors"),
    "error": ("error", "errors", "err"),
    "slope": ("error", "errors"),
    "E": ("error", "loss", "cost"),
    "target": ("true", "target", "actual"),
}
"""What may stand behind a unit or layer instead of before it: h1_out, hidden_inputs, layer_2_delta. An error of a layer
may be the gradient of its activations, too."""
LAYER_NAMES = {"hidden": 0, "h": 0, "hid": 0, "ih": 0, "xh": 0, "input_hidden": 0, "input_to_hidden": 0, "i_h": 0,
               "output": -1, "o": -1, "out": -1, "y": -1, "ho": -1, "hy": -1, "hidden_output": -1, "final": -1,
               "hidden_to_output": -1, "h_o": -1, "predicted": -1, "last": -1}  # fmt: skip
"""Layers by name, in a network of one hidden layer: units and the weights that lead there."""
RECURRENT = ("hh", "rec", "recurrent", "hidden_hidden")
LOSS_WORDS = re.compile(
    r"(?:(?:total|tot|overall|sum|l2|log|squared|quadratic|mean|average|avg|mse|bce|ce|nll|binary|categorical|cross|"
    r"cross[ -]?entropy|initial|training|network|batch|gesamt|mittlerer|quadratischer)[ _-])*"
    r"(?:errore?|erro|loss|cost|fehler|verlust|erreur|perte|coût|pérdida|coste?o?|(?:cross[ _-]?|kreuz)?entrop(?:y|ie))"
    r"(?:[ _](?:e|j|l|c|gesamt|totale?|quadratique|cuadrático|function|value|before(?: (?:the )?(?:update|training))?|"
    r"after (?:the )?forward (?:pass|propagation))|\.item\(\)|\.data){0,2}|"
    r"[ejlc]_?(?:total|tot|ges|gesamt)|(?:sum|total|mean|average)[ _](?:of )?(?:the )?(?:squared )?(?:errors|losses)"
)
LOSS_OF = re.compile(r"([a-z]{1,4}) ?\((?:w|b|theta|θ|x|y|yhat|hat|t|o|[,;| ]|_?total)+\)")
RATE_WORDS = re.compile(r"(?:learning[ _]?rate|lernrate|step[ _]?size|lr)(?:[ _](?:eta|alpha|α|mu|n))?")
KINDS = frozenset({*NET, *OUT, *DELTAS, *ERRORS, *TARGETS, "δ", "e", "loss", "cost",
                   *(letter for each in NOTATIONS for letter in (*each.net, *each.out, *each.delta))})  # fmt: skip
"""What a quantity of a unit is called."""
ACTIVATIONS = "f|g|h|s|phi|φ|ϕ|σ|sigma|sigmoid|act|activation|tanh|relu|ReLU|psi|ψ|fprime|transfer"
