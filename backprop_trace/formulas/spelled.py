"""Every reading of a spelling: which quantities of a network may have been meant by `z1`, `dW2`, `f'(net_o1)`.

    >>> shape = Shape(("i1",), (LayerLabels(("h1", "h2"), (("w1",), ("w2",)), ("b", "b")),), ("i1", "w1", "w2", "b"))
    >>> {(found.name.kind, found.name.label) for found in readings("z1", shape, NOTATIONS[0])}
    {('net', 'h1')}

A spelling has *marks* (new, gradient, change, slope) around an *atom* (a letter and an index). The letters are in a
table of notations; the ways of counting units, layers and weights are *rules*, each with its name: whoever knows the
numbers of a sheet finds out which of them its writer follows. A reading is a matrix of quantities; most are one by one.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from backprop_trace.formulas.expr import LOSS, Name, after, derivative
from backprop_trace.formulas.paper import lowered


class LayerLabels(NamedTuple):
    """The labels of a layer: its units, the weights (a row per unit), the biases."""

    units: tuple[str, ...]
    weights: tuple[tuple[str | None, ...], ...] = ()
    biases: tuple[str | None, ...] = ()
    recurrent: tuple[tuple[str | None, ...], ...] = ()


class Shape(NamedTuple):
    """The labels of a network: inputs, layers, and whatever else is given."""

    inputs: tuple[str, ...]
    layers: tuple[LayerLabels, ...]
    given: tuple[str, ...] = ()
    objective: Name = LOSS
    units: tuple[str, ...] = ()
    """Quantities of the file's own definitions."""


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
)  # fmt: skip

COUNTING = {
    "weights counted by rows": "w1, w2, ... are the weights row by row",
    "weights counted by columns": "w1, w2, ... are the weights column by column",
    "to-from": "the first index of a weight is the unit that it leads to",
    "from-to": "the first index of a weight is the unit that it comes from",
    "by time step": "the number behind a name is the time step",
}
"""What is said of the ways of counting time steps, and weights that have no names of that kind: the end of the rule,
the words."""


def other_way(rule: str) -> str:
    """The way of counting that a sheet cannot follow as well."""
    for one, other in (("by rows", "by columns"), ("to-from", "from-to")):
        if rule.endswith((one, other)):
            return rule.removesuffix(one) + other if rule.endswith(one) else rule.removesuffix(other) + one
    return ""


NET = ("weighted_sum", "net_input", "netinput", "net_in", "netin", "net", "input", "in", "i", "u", "s", "sum",
       "total_input", "preact", "activation_in", "logit", "logits", "pre", "weighted_input", "pre-activation",
       "preactivation", "pre_activation", "netto", "netzeingabe", "inp", "net_inp", "zs", "scores")  # fmt: skip
OUT = ("output", "out", "o", "activation", "activations", "act", "y", "ausgabe", "aktivierung")
HIDDEN = ("hidden", "hs", "h")
OUTPUTS = ("y_hat", "yhat", "y_pred", "ypred", "yh", "pred", "prediction", "predictions", "predicted",
           "y_predicted", "y_out", "yout", "yp", "y^", "output", "out", "o", "y", "p", "prob", "probs")  # fmt: skip
TARGETS = ("target", "targ", "tgt", "t", "y_true", "ytrue", "d", "y", "label", "desired", "ideal", "actual",
           "expected", "y*")  # fmt: skip
LOSSES = ("e_total", "etotal", "e_tot", "etot", "total_error", "total_loss", "totalerror", "totalloss", "error_total",
          "err_total", "loss_total", "e", "c", "j", "l", "q", "loss", "cost", "error", "err", "mse", "sse", "bce",
          "ce", "total", "risk", "objective", "nll", "e_ges", "eges", "e_gesamt", "gesamtfehler", "fehler", "e_t",
          "c_0")  # fmt: skip
DELTAS = ("delta", "deltas", "err", "error_term", "errorterm", "sensitivity", "local_gradient", "d", "error",
          "error_signal", "fehlersignal")  # fmt: skip
ERRORS = ("error", "e", "err", "diff")
RATES = ("eta", "lr", "learning_rate", "learningrate", "alpha", "rate", "step_size", "stepsize", "n")
KIND_BEHIND = {
    "net": ("net", "in", "input", "inputs", "sum", "z", "logits", "net_input"),
    "out": ("out", "output", "outputs", "act", "activation", "activations", "a", "o"),
    "delta": ("delta", "deltas", "error_term", "error_terms", "error_signal", "error", "errors"),
    "error": ("error", "errors", "err"),
    "slope": ("error", "errors"),
    "target": ("true", "target", "actual"),
}
"""What may stand behind a unit or layer instead of before it: h1_out, hidden_inputs, layer_2_delta. An error of a layer
may be the gradient of its activations, too."""
LAYER_NAMES = {"hidden": 0, "h": 0, "hid": 0, "ih": 0, "xh": 0, "input_hidden": 0, "input_to_hidden": 0, "i_h": 0,
               "output": -1, "o": -1, "out": -1, "y": -1, "ho": -1, "hy": -1, "hidden_output": -1, "final": -1,
               "hidden_to_output": -1, "h_o": -1, "predicted": -1, "last": -1}  # fmt: skip
"""Layers by name, in a network of one hidden layer: units and the weights that lead there."""
RECURRENT = ("hh", "rec", "recurrent", "hidden_hidden")
_LOSS_WORDS = re.compile(
    r"(?:(?:total|tot|overall|sum|squared|mean|mse|bce|network|gesamt|quadratischer)[ _])*"
    r"(?:error|loss|cost|fehler)(?:[ _](?:e|j|l|c|gesamt|total|function|value)|\.item\(\)|\.data)?|[ejlc]_(?:total|tot)"
)
_LOSS_OF = re.compile(r"([a-z]{1,4}) ?\((?:w|b|theta|θ|x|y|yhat|hat|t|o|[,;| ]|_?total)+\)")
_RATE_WORDS = re.compile(r"(?:learning[ _]?rate|lernrate|step[ _]?size|lr)(?:[ _](?:eta|alpha|α|mu|n))?")
KINDS = frozenset({*NET, *OUT, *DELTAS, *ERRORS, *TARGETS, "δ", "e", "loss", "cost",
                   *(letter for each in NOTATIONS for letter in (*each.net, *each.out, *each.delta))})  # fmt: skip
"""What a quantity of a unit is called."""
_ACTIVATIONS = "f|g|h|s|phi|φ|ϕ|σ|sigma|sigmoid|act|activation|tanh|relu|ReLU|psi|ψ|fprime|transfer"


class Reading(NamedTuple):
    """What a spelling may stand for: rows of quantities, and the rule of counting by which it does."""

    rows: tuple[tuple[Name, ...], ...]
    rule: str

    @property
    def name(self) -> Name:
        return self.rows[0][0]

    @property
    def size(self) -> tuple[int, int]:
        return len(self.rows), len(self.rows[0])

    def turned(self) -> Reading:
        return Reading(tuple(zip(*self.rows, strict=True)), self.rule)

    def each(self, mark: Callable[[Name], Name | None]) -> Reading | None:
        rows = tuple(tuple(mark(name) for name in row) for row in self.rows)
        return None if any(name is None for row in rows for name in row) else Reading(rows, self.rule)  # type: ignore[arg-type]


# --- the spelling made simple ---

_HATTED = {"ŷ": "yhat", "Ŷ": "yhat", "ô": "ohat", "â": "ahat"}
_RAISED = str.maketrans({**dict(zip("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789", strict=True)), "⁺": "+", "⁽": "(", "⁾": ")"})
_OF = re.compile(
    r"\b(net input|weighted sum|net|input|activation|output|out|delta|target|error term|error|loss|sum|netzeingabe|"
    r"ausgabe|aktivierung|fehlersignal)\s+(?:of|at|for|to|in|von)\s+(?:the\s+)?"
    r"(?:unit |neuron |node |hidden unit |output unit )?",
    re.IGNORECASE,
)
_RAISED_RUN = re.compile("[⁰¹²³⁴⁵⁶⁷⁸⁹⁽⁾]+")
_GREEK = {
    "∂": "d",
    "δ": "delta",
    "Δ": "change_",
    "∆": "change_",
    "η": "eta",
    "∇": "grad_",
    "θ": "theta",
    "ε": "epsilon",
}


_SAME = [
    (re.compile(pattern, re.IGNORECASE), written)
    for pattern, written in (
        (r"""(?:grads?|gradients?)\[["']d?_?(\w+)["']\]""", r"grad_\1"),
        (r"""(?:params?|parameters|cache|weights)\[["'](\w+)["']\]""", r"\1"),
        (r"(?:delta_)?nabla_(\w.*)", r"grad_\1"),
        (r"delta ?(\S+?)/delta ?(\S+)", r"d\1/d\2"),
        (r"(?:model|net|layers|self\.\w+)(?:\[|\.)(\d+)\]?\.(weight|bias)(.*)", r"layers\1.\2\3"),
        (
            r"(?:derivative of )?d?_?(?!grad|slope|derivative)(\w+) (?:wrt|w\.r\.t\.?|with respect to|nach) (.+)",
            r"d\1/d\2",
        ),
        (r"(.+?)_?(\d+)_(true|pred|hat)", r"\1_\3_\2"),
        (r"(h|o|hidden|output)_(in|out|net|input|output)_?(\d+)", r"\2_\1\3"),
        (r"((?-i:.*[a-z]))((?-i:Out|In|Net|Input|Output))_?(\d*)", r"\2_\1\3"),
        (r"(.*)weight_?(\d+)(.*)", r"\1w\2\3"),
        (r"(?:total )?(net|weighted|error) (input|sum|term|signal) (\w+)", r"\1_\2_\3"),
        (r"([wbvWBV])_?new_?(\d+)", r"\1\2_new"),
        (r"(.+) (?:becomes|is now|wird(?: zu)?)", r"\1_new"),
        (r"grad_[EJLC]\((\w+)\)", r"grad_\1"),
        (r"(?:partial )?derivative (?:wrt|w\.r\.t\.?|with respect to) (.+)", r"grad_\1"),
        (r"(.+?)(?: value| is)", r"\1"),
    )
]
"""Habits, each with the spelling that says the same."""


@lru_cache(maxsize=4096)
def simple(text: str) -> str:
    """A spelling in plain letters: ŷ₁ is yhat_1, z²₁ is z^2_1, ∂E/∂w₅ is dE/dw_5, ∇w8 is grad_w8."""
    text = unquoted(text)
    for sign, plain in _HATTED.items():
        text = text.replace(sign, plain)
    text = _RAISED_RUN.sub(lambda found: "^" + found.group().translate(_RAISED), lowered(text)).translate(_RAISED)
    text = text.replace("′", "'").replace("’", "'").replace("−", "-").replace("∕", "/").replace("\\", "")
    text = re.sub(r"^\{(.*)\}$", r"\1", text)
    text = re.sub(r"\{([^{}]*)\}", r"\1", text)
    for sign, plain in _GREEK.items():
        text = text.replace(sign, plain)
    text = _OF.sub(lambda found: found[1].replace(" ", "_") + "_", text)
    text = unicodedata.normalize("NFKC", text).replace("y\u0302", "yhat").replace("\u0302", "hat")
    text = re.sub(r"\s+", " ", text.replace("__", "_")).strip()
    for pattern, same in _SAME:
        if found := pattern.fullmatch(text):
            return found.expand(same)
    return text


_VERBS = re.compile(
    r".*\b(?:is|are|get|gets|gives|have|has|becomes|be|equals|calculate|compute|find|obtain|with|where)\s+", re.I
)
_HARMLESS = re.compile(
    r"(?:(?:the|so|thus|then|therefore|hence|now|finally|next|and|for|value|weights?|bias|hidden|unit|neuron|node|layer|"
    r"total|cost|loss|our|a|an|first|also|step|updated|forward|backward|pass|out)\s+)+(?=\S*[\W\d_]|\S{1,2}$)",
    re.I,
)


def without_prose(text: str) -> str:
    """`So the total error is E` is E."""
    text = _VERBS.sub("", text.strip(), count=1)
    return _HARMLESS.sub("", text, count=1) if _HARMLESS.match(text) else text


def unquoted(text: str) -> str:
    """Without the quotation marks around it: w3' keeps its prime."""
    text = text.strip().strip("`").strip()
    while len(text) > 1 and text[0] in "\"'" and text[-1] == text[0]:
        text = text[1:-1].strip()
    return text


# --- marks ---

_ARTICLE = r"(?:the |of |for |von |der |w\.?r\.?t\.? )*"
_OLD = (
    re.compile(r"(?:old|initial|current|alte?s?)[ _](?:weight |value of )?(?P<of>.+)", re.IGNORECASE),
    re.compile(r"(?P<of>.+?)[ _^]*\(?(?:old|alt|init|initial|\(0\))\)?", re.IGNORECASE),
)
_NEW = (
    re.compile(
        r"(?:new|updated|update|neue?s?|next)[ _](?:(?:weight|bias|value|gewicht|wert)[ _](?:of |for |von )?)?"
        r"(?P<of>.+)",
        re.IGNORECASE,
    ),
    re.compile(
        r"(?P<of>.+?)[ _^]*\(?(?:new|updated|neu|next|upd|plus|prime|after(?: update)?|at t ?\+ ?1|t ?\+ ?1)\)?",
        re.IGNORECASE,
    ),
    re.compile(r"(?P<of>.+?)\^?_?(?:\+|\*|'|\(1\)|\[t\+1\]|\(\+\))"),
)
_CHANGE = (
    re.compile(
        rf"(?:change|update|delta|step|änderung)[ _]{_ARTICLE}(?:in |to )?(?:weight ?)?(?P<of>.+)", re.IGNORECASE
    ),
    re.compile(r"change_?(?P<of>.+)"),
    re.compile(r"delta_?(?P<of>[a-z].*)", re.IGNORECASE),
    re.compile(r"(?:(?P<of>.+)[_ ](?:change|delta))"),
)
_GRADIENT = (
    re.compile(
        rf"(?:gradient|grad|derivative|slope)[ _]?(?:of |e |l |loss )?{_ARTICLE}\(?(?P<of>[^()]+(?:\([^()]*\))?)\)?",
        re.IGNORECASE,
    ),
    re.compile(r"(?P<of>.+?)[._ ](?:grad|gradient)", re.IGNORECASE),
    re.compile(r"(?:grads?|gradients?)\[['\"]?d?(?P<of>\w+)['\"]?\]", re.IGNORECASE),
    re.compile(r"(?P<of>[wbvuWBVU]\w*)_error"),
    re.compile(r"g_?(?P<of>[wbWB_].*)"),
    re.compile(r"grad_(?P<of>.+?)(?:\(?[EJLC]\)?)"),
)
_D = re.compile(r"d_?(?P<of>[A-Za-z].*)")
_SLOPE = re.compile(
    rf"(?:{_ACTIVATIONS})'?_?\w{{0,2}}?'\(?(?P<of>[^()]*)\)?|(?:{_ACTIVATIONS})'\((?P<of2>.+)\)", re.IGNORECASE
)
_VALUE = re.compile(rf"(?:{_ACTIVATIONS}|logistic|a|out)_?\w{{0,2}}?\((?P<of>[^()]+)\)", re.IGNORECASE)
_SLOPE_WORDS = re.compile(
    r"(?:derivative|(?:d_?|deriv_|derivative_)(?:sigmoid|tanh|relu|act|activation)|"
    r"(?:sigmoid|sigma|sig|tanh|relu|g|f|act|activation)_(?:prime|deriv|derivative|grad|output_to_derivative))"
    r"\((?P<of>[^()]+)\)",
    re.IGNORECASE,
)
_QUOTIENT = re.compile(r"d ?\(?(?P<of>[^/]+?)\)?\s*/\s*d ?\(?(?P<wrt>[^/:|]+?)\)?")
_UNSLASHED = re.compile(r"[dD](?:_?(?=[A-Za-z]))(?P<rest>.+)")
_TURNED = re.compile(r"(?P<of>.+?)(?:\.T|\^T|ᵀ)")


def readings(text: str, shape: Shape, notation: NameNotation) -> Iterator[Reading]:
    """Everything a spelling may stand for, in a notation; whether there is such a quantity the caller knows."""
    text = simple(text)
    if match := _TURNED.fullmatch(text):
        yield from (reading.turned() for reading in _marked(match["of"], shape, notation))
    yield from _marked(text, shape, notation)
    if "(" in text and text.endswith(")") and not re.search(r"[ /]", text):
        yield from _marked(re.sub(r"\((\w+)\)$", r"_\1", text), shape, notation)


def _marked(text: str, shape: Shape, notation: NameNotation) -> Iterator[Reading]:
    atoms = _Atoms(shape, notation)
    yield from atoms.read(text)
    for found in filter(None, (_SLOPE.fullmatch(text), _SLOPE_WORDS.fullmatch(text))):
        inner = found["of"] or found.groupdict().get("of2") or ""
        yield from _each(atoms.read(inner) if inner else (), _slope)
    if value := _VALUE.fullmatch(text):
        yield from _each(atoms.read(value["of"]), _value)
    for pattern in _OLD:
        if match := pattern.fullmatch(text):
            yield from atoms.parameters(match["of"].strip("() "))
    for pattern in _NEW:
        if match := pattern.fullmatch(text):
            yield from _each(atoms.parameters(match["of"].strip("() ")), after)
    for pattern in _CHANGE:
        if match := pattern.fullmatch(text):
            yield from _each(atoms.parameters(match["of"].strip("() ")), _change)
    yield from _gradients(text, atoms, notation)


def _gradients(text: str, atoms: _Atoms, notation: NameNotation) -> Iterator[Reading]:
    gradient = _gradient_of(atoms.shape.objective)
    for pattern in _GRADIENT:
        if match := pattern.fullmatch(text):
            yield from _each(atoms.read(match["of"].strip()), gradient)
    if quotient := _QUOTIENT.fullmatch(text):
        yield from _quotients(quotient["of"].strip(), quotient["wrt"].strip(), atoms)
        return
    for of, wrt in _unslashed(text):
        yield from _quotients(of, wrt, atoms)
    if match := _D.fullmatch(text):
        if notation.d_is == "gradient":
            yield from _each(atoms.read(match["of"]), gradient)
        else:
            yield from _each(atoms.parameters(match["of"]), _change)
            yield from _each(
                atoms.read(match["of"]), lambda name: gradient(name) if name.kind in ("net", "out") else None
            )


def _unslashed(text: str) -> Iterator[tuple[str, str]]:
    """dE_dw5, d_L_d_w5, dEdw5 and d_E_w5 without the sign of a quotient: wherever a d or a _ may part it."""
    match = _UNSLASHED.fullmatch(text)
    for cut in re.finditer(r"(?=(_d_|_[dD]|(?<!_)d_?|_))", match["rest"]) if match and len(text) <= 60 else ():
        of, wrt = match["rest"][: cut.start()], match["rest"][cut.end(1) :]  # type: ignore[index]
        if of and wrt:
            yield of, wrt


def _quotients(of: str, wrt: str, atoms: _Atoms) -> Iterator[Reading]:
    if atoms.is_loss(of):
        yield from _each(atoms.read(wrt), _gradient_of(atoms.shape.objective))
    yield from _own_net(of, wrt, atoms)
    for above in atoms.read(of):
        if above.size == (1, 1) and above.name.kind in ("net", "out", "E"):
            yield from _each(atoms.read(wrt), lambda name, of=above.name: derivative(of, name))  # type: ignore[misc]
        if above.size == (1, 1) and above.name.kind == "E" and above.name.label:
            yield from _each(atoms.read(wrt), lambda name, via=above.name.label: _through(via, name))  # type: ignore[misc]


def _own_net(of: str, wrt: str, atoms: _Atoms) -> Iterator[Reading]:
    """dy1/dnet, dnet/dw5: the net input that belongs to the other one."""
    nets = {*atoms.notation.net, *NET}
    for reading in atoms.read(of) if wrt.lower() in nets else ():
        yield from _each(iter((reading,)), lambda name: _slope(name) if name.kind == "out" else None)
    for reading in atoms.read(wrt) if of.lower() in nets else ():
        for unit in atoms.units:
            yield from _each(iter((reading,)), lambda name, unit=unit: derivative(Name("net", unit), name))  # type: ignore[misc]


def _through(output: str, name: Name) -> Name:
    """What the loss at one output adds: the whole gradient at this output itself."""
    if name.label == output and name.kind in ("net", "out"):
        return derivative(LOSS, name)
    return derivative(LOSS, name, Name("", output))


def _each(found: Iterator[Reading] | tuple[()], mark: Callable[[Name], Name | None]) -> Iterator[Reading]:
    for reading in found:
        marked = reading.each(mark)
        if marked is not None:
            yield marked


def _gradient_of(objective: Name) -> Callable[[Name], Name]:
    return lambda name: derivative(objective, name)


def _change(name: Name) -> Name | None:
    return Name("change", name.label) if not name.kind else None


def _value(name: Name) -> Name | None:
    """f(s) is an activation."""
    return Name("out", name.label) if name.kind == "net" else None


def _slope(name: Name) -> Name | None:
    return derivative(Name("out", name.label), Name("net", name.label)) if name.kind in ("net", "out") else None


# --- atoms: a letter and an index ---

_LAYERED = (
    re.compile(r"\^\(?\[?(?P<layer>\d+)\]?\)?_?,?(?P<rest>\w*)"),
    re.compile(r"_?(?P<rest>\w*?)\^\(?\[?(?P<layer>\d+)\]?\)?"),
    re.compile(r"\[(?P<layer>\d+)\]_?(?P<rest>\w*)"),
    re.compile(r"_?\((?P<layer>\d+)\)_?(?P<rest>\w*)"),
    re.compile(r"_?(?P<layer>\d+)[_,](?P<rest>\d+)"),
    re.compile(r"_?(?P<layer>\d)(?P<rest>\d)"),
    re.compile(r"_?(?P<layer>\d+)\[(?P<zero>\d+(?:(?:,\s?|\]\[)\d+)?)\]"),
)
_TWO = re.compile(r"_?(\d+)(?:[,_]|->|→|\]\[)?\s?(\d*)")
_PYTORCH = re.compile(
    r"(?:self\.|model\.|net\.)?(?P<layer>\w+?)[._](?P<what>weight|weights|bias|kernel)s?", re.IGNORECASE
)
_SQUASHED = re.compile(r"[_\s,.^{}()\[\]→>|-]+")


class _Atoms:
    """Atoms of one notation: net_h1, a1, w5, W1, E_o1, delta_o1."""

    def __init__(self, shape: Shape, notation: NameNotation):
        self.shape, self.notation = shape, notation
        self.units = [unit for layer in shape.layers for unit in layer.units]

    def read(self, text: str) -> Iterator[Reading]:
        text = text.strip()
        if not text or len(text) > 60:
            return
        yield from self.parameters(text)
        if self.is_loss(text):
            yield _one(self.shape.objective, "loss")
        yield from self.bare_units(text)
        is_own = bool(self.matching(text, self.units))  # whatever its letter and number may mean elsewhere
        for kind, letters in self.letters():
            for letter in letters:
                index = _behind(text, letter)
                if index is not None:
                    found = self.indexed(kind, index)
                    yield from (each for each in found if not is_own or each.size != (1, 1))
        yield from () if is_own else self.kind_behind(text)

    def kind_behind(self, text: str) -> Iterator[Reading]:
        """h1_out, hidden_layer_input; a layer alone is its activations: layer_1, predictions."""
        for kind, words in KIND_BEHIND.items():
            for word in words:
                of, _, behind = (
                    text.rpartition(word) if text.lower().endswith((f"_{word}", f" {word}")) else ("", "", "")
                )
                if of and not behind:
                    yield from self.indexed(kind, f"_{of.strip('_ ')}")
        if len(text) > 1 and not text.isdigit():
            yield from (
                Reading((tuple(Name("out", unit) for unit in units),), rule) for rule, units in self.words(text)
            )

    def is_loss(self, text: str) -> bool:
        text = text.lower()
        if match := _LOSS_OF.fullmatch(text):
            text = match[1]
        return text.replace(" ", "_") in LOSSES or _LOSS_WORDS.fullmatch(text) is not None

    def letters(self) -> Iterator[tuple[str, Sequence[str]]]:
        """The kinds of quantities, each with the letters that stand for it."""
        own = self.notation
        taken = {*own.net, *own.out, *own.delta}
        yield "net", (*own.net, *(word for word in NET if word not in taken))
        yield "out", (*own.out, *(word for word in OUT if word not in taken))
        yield "delta", (*own.delta, *DELTAS)
        yield "hidden", HIDDEN
        yield "outputs", OUTPUTS
        yield "target", TARGETS
        yield "E", LOSSES
        yield "error", ERRORS

    def bare_units(self, text: str) -> Iterator[Reading]:
        """`h1` alone is the activation of h1."""
        for unit in self.matching(text, self.units):
            yield _one(Name("out", unit), "unit")
            if unit in self.shape.layers[-1].units:
                yield _one(Name("target", unit), "unit's target")
        for label in self.matching(text, self.shape.units):
            yield _one(Name("", label), "own")

    @staticmethod
    def matching(text: str, labels: Sequence[str]) -> list[str]:
        """The labels a text spells: exactly, or else without regard to case and signs between."""
        if text in labels:
            return [text]
        squashed = _SQUASHED.sub("", text)
        return ([label for label in labels if _SQUASHED.sub("", label) == squashed]
                or [label for label in labels if _SQUASHED.sub("", label).lower() == squashed.lower()])  # fmt: skip

    # --- units ---

    def indexed(self, kind: str, index: str) -> Iterator[Reading]:
        if not self.shape.layers:
            return
        whole = {"hidden": "out", "outputs": "out", "delta": "net", "slope": "out"}.get(kind, kind)
        for rule, units in self.places(kind, self.counted_back(index)):
            if kind != "hidden" or rule not in ("output", "the outputs"):
                yield from self.of_kind(kind, Reading((tuple(Name(whole, unit) for unit in units),), rule))

    def of_kind(self, kind: str, reading: Reading) -> Iterator[Reading]:
        """The quantities, or the gradients with respect to them."""
        if kind in ("delta", "slope"):
            yield from _each(iter((reading,)), _gradient_of(self.shape.objective))
        else:
            yield reading

    def counted_back(self, index: str) -> str:
        """a^(L), z^(L-1): L is the number of layers."""

        def number(found: re.Match[str]) -> str:
            return str(len(self.shape.layers) - int(found[1] or 0))

        return re.sub(r"(?<=[\^(\[])L(?: ?- ?(\d))?(?![A-Za-z])", number, index)

    def places(self, kind: str, index: str) -> Iterator[tuple[str, Sequence[str]]]:
        """The units an index may mean, each time with the rule by which it does."""
        layers = self.shape.layers
        hidden, outputs = layers[:-1], layers[-1].units
        only_outputs = kind in ("outputs", "target", "E", "error")
        pool = outputs if only_outputs else self.units
        label = index.lstrip("_").strip("()[]")
        for unit in self.matching(label, pool) if label else ():
            yield "label", (unit,)
            return
        if not label:
            yield from self.without_index(kind) if kind != "E" else ()
            return
        if only_outputs or kind == "out":
            yield from self.counted(label, outputs, "output")
        if kind in ("hidden", "net", "out", "delta") and len(hidden) == 1:
            yield from self.counted(label, hidden[0].units, "hidden")
        if kind in ("net", "delta"):
            yield from self.counted(label, outputs, "output")
        if index.startswith("[") and label.isdecimal() and len(label) < 4:
            for units in (outputs, *(() if only_outputs or len(hidden) != 1 else (hidden[0].units,))):
                yield from self.counted(str(int(label) + 1), units, "counted from 0")
        yield from self.numbered(label, pool)
        if only_outputs:
            yield from (found for found in self.words(label) if found[0] == "output")
        else:
            yield from self.running(label)
            yield from self.layered(index)
            yield from self.words(label)

    def without_index(self, kind: str) -> Iterator[tuple[str, Sequence[str]]]:
        """With one output or one hidden unit the index may be missing; else the letter stands for the layer."""
        *hidden, last = self.shape.layers
        if kind == "hidden":
            yield from (("the only hidden layer", layer.units) for layer in hidden if len(hidden) == 1)
            return
        yield "the outputs", last.units
        if kind in ("net", "out", "delta") and len(hidden) == 1 and len(hidden[0].units) == 1:
            yield "the hidden unit", hidden[0].units

    @staticmethod
    def counted(label: str, units: Sequence[str], rule: str) -> Iterator[tuple[str, Sequence[str]]]:
        if label.isdecimal() and len(label) < 4 and 1 <= int(label) <= len(units):
            yield rule, (units[int(label) - 1],)

    def numbered(self, label: str, pool: Sequence[str]) -> Iterator[tuple[str, Sequence[str]]]:
        """Where each unit has a number of its own (I4 of unit h4), it alone may stand for the unit."""
        if not label.isdecimal():
            return
        numbers = [_number_of(unit) for unit in self.units]
        if len(set(numbers)) == len(numbers) and "" not in numbers:
            yield from (("unit's number", (unit,)) for unit in pool if _number_of(unit) == label)

    def running(self, label: str) -> Iterator[tuple[str, Sequence[str]]]:
        """Units numbered throughout: the first hidden one is 1, or comes after the inputs."""
        if len(self.shape.layers) > 1:
            yield from self.counted(label, self.units, "running number")
            after_inputs = [*self.shape.inputs, *self.units]
            for rule, (unit,) in self.counted(label, after_inputs, "running number after the inputs"):
                if unit in self.units:
                    yield rule, (unit,)

    def layered(self, index: str) -> Iterator[tuple[str, Sequence[str]]]:
        """z^2_1, z[1], a_1^(2), z12: a layer, and a unit in it or all of them."""
        label = index.lstrip("_").strip("()[]")
        if label.isdecimal() and len(label) < 3:
            for first in (1, 2, 0) if "[" in index else (1, 2):
                if (layer := self.layer(int(label), first)) is not None:
                    yield f"layer {first}", layer.units
        for pattern in _LAYERED:
            match = pattern.fullmatch(index)
            if match is None:
                continue
            fields = match.groupdict()
            unit = str(int(fields["zero"]) + 1) if (fields.get("zero") or "").isdecimal() else fields.get("rest") or ""
            for first in (1, 2):
                layer = self.layer(int(match["layer"]), first)
                if layer is None:
                    continue
                if not unit:
                    yield f"layer {first}", layer.units
                yield from ((f"layer {first}", found) for _, found in self.counted(unit.strip("_"), layer.units, ""))

    def words(self, label: str) -> Iterator[tuple[str, Sequence[str]]]:
        """net_hidden, delta_output, out_output_2; layer_1 and l1, with or without what it gives."""
        if not self.shape.layers:
            return
        *hidden, last = self.shape.layers
        label = re.sub(r"[_ ]?layer$|(?<=[a-z])s$", "", re.sub(r"(?<=predicted)_output$", "", label.lower()))
        name, number = re.fullmatch(r"(.*?)[_, ]?(\d*)", label).groups()  # type: ignore[union-attr]
        if name in ("layer", "l") and number:
            for first in (1, 2):
                if (layer := self.layer(int(number), first)) is not None:
                    yield f"layer {first}", layer.units
        elif name in ("hidden", "h", "hid") and len(hidden) == 1:
            units = hidden[0].units
            yield from self.counted(number, units, "hidden") if number else [("the only hidden layer", units)]
        elif LAYER_NAMES.get(name) == -1:
            yield from self.counted(number, last.units, "output") if number else [("the outputs", last.units)]

    def layer(self, number: int, first: int) -> LayerLabels | None:
        return self.shape.layers[number - first] if 0 <= number - first < len(self.shape.layers) else None

    # --- parameters and other givens ---

    def parameters(self, text: str) -> Iterator[Reading]:
        text = text.strip()
        own = self.matching(text, self.shape.given)
        yield from (_one(Name("", label), "own") for label in own)
        alike = any(label.replace("_", "").lower() == re.sub(r"[_\s]", "", text).lower() for label in own)
        yield from (each for each in self.by_place(text) if not alike or each.size != (1, 1))

    def by_place(self, text: str) -> Iterator[Reading]:
        """Parameters that are called by their place: W1, b^2_1, fc1.weight."""
        if text.lower().replace(" ", "_") in RATES or _RATE_WORDS.fullmatch(text.lower()):
            yield _one(Name("rule", "eta"), "rate")
        if match := _PYTORCH.fullmatch(text):
            yield from self.modules(match["layer"], match["what"].lower())
        for letter in ("weights", "weight", "W", "w", "θ", "theta", "v", "V", "u", "U"):
            index = _behind(text, letter, exact=letter in ("W", "w", "v", "V", "u", "U"))
            if index is not None:
                yield from self.weights(index)
        for letter in ("biases", "bias", "b", "B", "θ", "theta"):
            index = _behind(text, letter, exact=False)
            if index is not None:
                yield from self.biases(index)

    def modules(self, name: str, what: str) -> Iterator[Reading]:
        """fc1.weight, layers.0.bias, hidden.weight, output.kernel"""
        layers = self.shape.layers
        number = re.search(r"(\d+)$", name)
        found: list[tuple[str, LayerLabels]] = []
        if number:
            found += [("module 1", layers[int(number[1]) - 1])] if 1 <= int(number[1]) <= len(layers) else []
            found += [("module 0", layers[int(number[1])])] if int(number[1]) < len(layers) else []
            if int(number[1]) % 2 == 0 and int(number[1]) // 2 < len(layers):
                found.append(("every second module", layers[int(number[1]) // 2]))
        elif re.match(r"h|hid", name, re.IGNORECASE) and len(layers) == 2:
            found.append(("module by name", layers[0]))
        elif re.match(r"o|out|last|fc|linear", name, re.IGNORECASE):
            found.append(("module by name", layers[-1]))
        for rule, layer in found:
            yield from self.whole(layer, rule, "bias" if what == "bias" else "weights")

    def whole(self, layer: LayerLabels, rule: str, what: str) -> Iterator[Reading]:
        """All weights or biases of a layer; a bias that all its units share may stand once."""
        rows = (layer.biases,) if what == "bias" else layer.weights
        if not rows or not rows[0] or any(label is None for row in rows for label in row):
            return
        yield Reading(tuple(tuple(Name("", label) for label in row if label) for row in rows), rule)
        if what == "bias" and len(set(layer.biases)) == 1 and len(layer.biases) > 1 and layer.biases[0]:
            yield _one(Name("", layer.biases[0]), rule)

    def named_layer(self, label: str) -> LayerLabels | None:
        """W_hidden, b_out, W_ho: the weights that lead to a layer that is called by name."""
        place = LAYER_NAMES.get(label.lower())
        return self.shape.layers[place] if place is not None and len(self.shape.layers) == 2 else None

    def weights(self, index: str) -> Iterator[Reading]:
        layers, index = self.shape.layers, self.counted_back(index)
        if not index:
            if len(layers) <= 2:
                rule = "the only layer" if len(layers) == 1 else "V and W"
                yield from (found for layer in layers for found in self.whole(layer, rule, "weights"))
            return
        label = index.lstrip("_").strip("()[]")
        if label.isdecimal() and len(label) < 3:
            for first in (1, 2, 0) if "[" in index else (1, 2):
                if (layer := self.layer(int(label), first)) is not None:
                    yield from self.whole(layer, f"weights {first}", "weights")
        if (named := self.named_layer(label)) is not None:
            yield from self.whole(named, "weights by name", "weights")
        for layer in layers if label.lower() in RECURRENT else ():
            yield from self.whole(layer._replace(weights=layer.recurrent), "weights by name", "weights")
        yield from self.in_order(label)
        for layer, rule, rest in self.in_layers(index):
            yield from self.whole(layer, rule, "weights") if not rest else self.ends(layer, rule, rest)
        for layer in layers if len(layers) == 1 else ():
            yield from self.ends(layer, "the only layer", label)
        yield from self.by_unit_numbers(label)

    def in_order(self, label: str) -> Iterator[Reading]:
        """w1, w2, ... for weights that have names of another kind: counted as they stand."""
        layers = [layer.weights for layer in self.shape.layers]
        for rule, matrices in (
            ("weights counted by rows", layers),
            ("weights counted by columns", [tuple(zip(*rows, strict=True)) for rows in layers]),
        ):
            labels = list(dict.fromkeys(each for rows in matrices for row in rows for each in row if each))
            if any(re.fullmatch(r"[A-Za-z]_?\d+", each) for each in labels):
                return
            for _, found in self.counted(label, labels, rule):
                yield _one(Name("", found[0]), rule)

    def in_layers(self, index: str) -> Iterator[tuple[LayerLabels, str, str]]:
        for pattern in _LAYERED:
            match = pattern.fullmatch(index)
            if match is None:
                match = re.fullmatch(r"\^?\(?\[?(?P<layer>\d+)\]?\)?_(?P<rest>\d+[,_]?\d*)", index)
            if match is None:
                continue
            fields = match.groupdict()
            rest = fields.get("rest") or ""
            if zero := fields.get("zero"):
                rest = ",".join(str(int(part) + 1) for part in re.findall(r"\d+", zero))
            for first in (1, 2):
                if (layer := self.layer(int(match["layer"]), first)) is not None:
                    yield layer, f"weights {first}", rest

    @staticmethod
    def ends(layer: LayerLabels, rule: str, text: str) -> Iterator[Reading]:
        """21 is the weight to unit 2 from unit 1, or the other way round."""
        match = _TWO.fullmatch(text)
        if match is None:
            return
        pairs = [(match[1], match[2])] if match[2] else [(text[:1], text[1:])] if len(text) == 2 else []
        if not pairs and len(layer.weights) == 1:
            pairs = [("1", match[1])]
        for first, second in pairs:
            for order, row, column in (("to-from", first, second), ("from-to", second, first)):
                if 1 <= int(row) <= len(layer.weights) and 1 <= int(column) <= len(layer.weights[0]):
                    label = layer.weights[int(row) - 1][int(column) - 1]
                    if label is not None:
                        yield _one(Name("", label), f"{rule}, {order}" if first != second else rule)

    def by_unit_numbers(self, label: str) -> Iterator[Reading]:
        """w35 leads from unit 3 to unit 5 where all units are numbered; w_h1_o1 by labels."""
        for layer, before in zip(
            self.shape.layers, [self.shape.inputs, *(each.units for each in self.shape.layers)], strict=False
        ):
            for unit, row in zip(layer.units, layer.weights, strict=False):
                for source, weight in zip(before, row, strict=False):
                    if weight is None:
                        continue
                    squashed = _SQUASHED.sub("", label).lower()
                    if squashed == f"{source}{unit}".lower().replace("_", ""):
                        yield _one(Name("", weight), "from-to by labels")
                    elif squashed == f"{unit}{source}".lower().replace("_", ""):
                        yield _one(Name("", weight), "to-from by labels")
                    elif squashed == _number_of(source) + _number_of(unit) and _number_of(source):
                        yield _one(Name("", weight), "from-to by numbers")

    def biases(self, index: str) -> Iterator[Reading]:
        layers, index = self.shape.layers, self.counted_back(index)
        label = index.lstrip("_").strip("()[]")
        if not label:
            yield from self.whole(layers[-1], "the only layer", "bias") if len(layers) == 1 else ()
            return
        if (named := self.named_layer(label)) is not None:
            yield from self.whole(named, "weights by name", "bias")
        if label.isdecimal() and len(label) < 3:
            for first in (1, 2, 0) if "[" in index else (1, 2):
                if (layer := self.layer(int(label), first)) is not None:
                    yield from self.whole(layer, f"weights {first}", "bias")
        for layer, rule, rest in self.in_layers(index):
            if not rest:
                yield from self.whole(layer, rule, "bias")
            elif rest.isdecimal() and 1 <= int(rest) <= len(layer.biases) and (found := layer.biases[int(rest) - 1]):
                yield _one(Name("", found), rule)
        for layer in layers:
            for unit, bias in zip(layer.units, layer.biases, strict=False):
                if bias is not None and self.matching(label, [unit]):
                    yield _one(Name("", bias), "bias by label")
                elif bias is not None and label == _number_of(unit):
                    yield _one(Name("", bias), "bias by number")
        for layer in layers if len(layers) == 1 else ():
            for _, (bias,) in self.counted(label, [each or "" for each in layer.biases], ""):
                if bias:
                    yield _one(Name("", bias), "bias by number")


def _one(name: Name, rule: str) -> Reading:
    return Reading(((name,),), rule)


def _number_of(label: str) -> str:
    found = re.search(r"(\d+)$", label)
    return found[1] if found else ""


def _behind(text: str, letter: str, exact: bool = False) -> str | None:
    """What stands behind a letter, if it is an index: `_h1`, `1`, `^2_1`, `[2]`, nothing."""
    start = text[: len(letter)]
    if start != letter and (exact or start.lower() != letter.lower()):
        return None
    rest = text[len(letter) :].strip()
    if (
        not rest
        or rest[0] in "_^[("
        or rest[0].isdigit()
        or (len(letter) > 1 and rest[0].isalpha())
        or _unit_like(rest)
    ):
        return rest
    return None


def _unit_like(rest: str) -> bool:
    return bool(re.fullmatch(r"[A-Za-z]{1,2}\d{0,2}", rest))
