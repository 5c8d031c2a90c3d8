"""The words of a step of the page: its title, a sentence on why, and which general formula it is an instance of.

    >>> from backprop_trace.files.spec import load
    >>> from backprop_trace.run.step import trace
    >>> t = trace(load("mazur"))
    >>> words = StepWords(t.example, "en")
    >>> words.of(t["dE/dnet_h1"].equation).title
    'Delta of h<sub>1</sub>'
    >>> words.general[words.of(t["dE/dnet_h1"].equation).general].about
    'delta of a hidden unit'

Sentences are patterns of the table of words (see `words`); what is put into them are names, as HTML.
"""

from __future__ import annotations

from typing import NamedTuple

from backprop_trace.files.spec import Example
from backprop_trace.formulas.expr import LOSS, Call, Name, Product, Sum, derivative, given, names_in, plain
from backprop_trace.formulas.notation.mathml import escaped
from backprop_trace.formulas.notation.names import net_out
from backprop_trace.model.catalogue import ACTIVATIONS, LOSSES
from backprop_trace.model.chain import PHASES, Equation
from backprop_trace.model.general import General, of_any_network
from backprop_trace.render.words import sentence, word


class Words(NamedTuple):
    """A step's title and the sentence on why, both HTML; the place of its general formula among all, -1 for none."""

    title: str
    why: str
    general: int


# --- names ---


def html_name(name: Name) -> str:
    """A name with its index lowered: net<sub>h1</sub>, ∂E/∂w<sub>5</sub>."""
    if name.kind == "d":
        assert name.of is not None and name.wrt is not None
        of = name.of._replace(label=name.via.label, time=name.via.time) if name.via and name.of == LOSS else name.of
        way = f" | <sub>{html_name(name.via)}</sub>" if name.via and name.of != LOSS else ""
        return f"∂{html_name(of)}/∂{html_name(name.wrt)}{way}"
    symbol = net_out(name)
    lower = f"<sub>{escaped(symbol.lower)}</sub>" if symbol.lower else ""
    raised = symbol.upper + symbol.mark + ("" if name.time is None else f"(t={name.time})")
    upper = f"<sup>{escaped(raised)}</sup>" if raised else ""
    return escaped(_GREEK.get(symbol.base, symbol.base)) + lower + upper


_GREEK = {"eta": "η", "beta": "β", "alpha": "α", "epsilon": "ε", "lambda": "λ", "mu": "μ", "rho": "ρ", "gamma": "γ"}


def _unit(name: Name) -> str:
    return html_name(Name("", name.label))


# --- general formulas ---

_OF_ANY = derivative(given("E"), given("u"))
CHAIN_RULE = General(
    "chain rule",
    _OF_ANY,
    (Call("sum_k", (Product((derivative(given("E"), given("v_k")), derivative(given("v_k"), given("u")))),)),),
)
"""Of networks whose lines are their own: definitions and time steps."""

_OF_ALL = derivative(given("E"), given("w"))
TOTAL = General(
    "gradient of all samples",
    _OF_ALL,
    (Call("sum_s", (derivative(given("E_s"), given("w")),)),),
)
"""Of a gradient to which several samples or places add."""


class StepWords:
    """The words of all steps of an example in a language."""

    def __init__(self, example: Example, language: str):
        self.network, self.language = example.network, language
        formulas = example.general_formulas(PHASES)
        self.own = not formulas
        self.general = (
            [*formulas, TOTAL]
            if formulas
            else [CHAIN_RULE, *of_any_network(example.network, example.rule, example.training)]
        )
        self.biases = {bias.label for bias in self.network.biases}

    def say(self, pattern: str, *parts: str) -> str:
        return sentence(pattern, self.language, *parts)

    def of(self, equation: Equation) -> Words:
        title, why = self._worded(equation)
        name = equation.name
        places = [("sample {}", name.sample), ("time {}", name.time)]
        where = ", ".join(self.say(word, str(place)) for word, place in places if place is not None)
        return Words(f"{title} ({where})" if where else title, why, self._general(equation))

    # --- which general formula ---

    def _general(self, equation: Equation) -> int:
        """The place of the formula with this on its left side; of an activation and its slope, that of its kind."""
        left, about = self._meant(equation)
        places = [place for place, line in enumerate(self.general) if line.left == left]
        if left in (_ACTIVATION, _SLOPE, _CROSS_SLOPE):
            kind = [place for place, line in enumerate(self.general) if line.about == about]
            return next((place for place in places if kind and place >= kind[0]), -1)
        return next((place for place in places if self.general[place].about.startswith(about)), -1)

    def _meant(self, equation: Equation) -> tuple[Name, str]:
        """The left side of its general formula, and how what that is about begins."""
        name, about = equation.name, ""
        match name.kind:
            case "net":
                return given("z"), self._of_several("net input", name.label)
            case "out":
                return _ACTIVATION, self._of_activation(name.label)
            case "E":
                return given("E_j" if name.label else "E" if name.sample is None else "E_s"), about
            case "+":
                assert name.of is not None
                return given("w+" if name.of.kind == "" else f"{name.of.kind}+"), about
            case "d":
                assert name.of is not None and name.wrt is not None
                if TOTAL in self.general and isinstance(equation.formula, Sum) and name.wrt.kind == "":
                    return _OF_ALL, TOTAL.about
                return self._meant_by_slope(name.of, name.wrt)
        return given(name.kind), about

    def _meant_by_slope(self, of: Name, wrt: Name) -> tuple[Name, str]:
        if of.kind == "out":
            return (_SLOPE if of.label == wrt.label else _CROSS_SLOPE), self._of_activation(of.label)
        if self.own:
            return (_OF_ANY if of == self.network.objective else of), ""
        if wrt.kind in ("net", "out") and wrt.label not in self.network.outputs:
            return given("delta_j"), self._of_several("delta of a hidden unit", of.label)
        if wrt.kind == "out":
            return derivative(given("E_j"), given("o")), ""
        if wrt.kind == "net":
            return given("delta_j"), "delta of an output unit"
        return (derivative(given("E"), given("b")) if wrt.label in self.biases else _GRADIENT), ""

    def _of_activation(self, unit: str) -> str:
        word = self._activation(unit)
        return f"activation: {word.replace('_', ' ')}" if word in ACTIVATIONS else "activation"

    def _of_several(self, about: str, unit: str) -> str:
        """Of the ways in which net inputs come about, the one of this unit, where there are several."""
        if len({layer.net_input for layer in self.network.layers}) < 2 or unit not in self.network.units:
            return about
        return f"{about} ({self.network.layer_of(unit).net_input.replace('_', ' ')})"

    def _activation(self, unit: str) -> str:
        return self.network.layer_of(unit).activation if unit in self.network.units else ""

    # --- title and why ---

    def _worded(self, equation: Equation) -> tuple[str, str]:
        name, say = equation.name, self.say
        unit = _unit(name)
        match name.kind:
            case "net":
                bias = isinstance(equation.formula, Sum) and any(
                    isinstance(term, Name) and term.kind == "" for term in equation.formula.terms
                )
                return say("Net input of {}", unit), say(_NET_WITH_BIAS if bias else _NET, unit)
            case "out":
                return say("Activation of {}", unit), self._why_activation(self._activation(name.label))
            case "E" if name.label:
                called = word(self.network.loss.replace("_", " "), self.language)
                why = say("How far {} is from its target, as the loss function measures it: {}.", unit, escaped(called))
                return say("Loss at {}", unit), why
            case "E" if name.sample is None and name.time is None:
                return say("Total loss"), say("All losses together. This one number is what training makes small.")
            case "E":
                return say("Loss"), say("The losses at all outputs together.")
            case "d":
                return self._worded_derivative(equation)
            case "+":
                assert name.of is not None
                return say("New {}", html_name(name.of)), say(_NEW if name.of.kind == "" else _STATE)
            case "":
                return html_name(plain(name)), say("A line of the exercise, worked out from those before it.")
        return html_name(plain(name)), say(_STATE)

    def _why_activation(self, word: str) -> str:
        if word == "identity":
            return self.say("The net input is passed on as it is.")
        called = escaped(word.replace("_", " ")) if word in ACTIVATIONS else self.say("the activation function")
        return self.say(_RANGES.get(word, "What the unit passes on: {} of its net input."), called)

    def _worded_derivative(self, equation: Equation) -> tuple[str, str]:
        of, wrt, say = equation.name.of, equation.name.wrt, self.say
        assert of is not None and wrt is not None
        if of in (self.network.objective, LOSS):
            return self._worded_gradient(equation)
        if of.kind == "out" and wrt.kind == "net":
            activation = self._activation(of.label)
            called = activation.replace("_", " ") if activation in ACTIVATIONS else say("the activation")
            why = say("How strongly the activation answers to a small change of the net input.")
            return say("Slope of {} at {}", escaped(called), _unit(of)), why
        if of.kind == "net" and wrt.kind == "out":
            weight = next((html_name(plain(used)) for used in names_in(equation.formula)), "")
            title = say("Slope of the net input of {} in the output of {}", _unit(of), _unit(wrt))
            if not weight:
                return title, say(_HELD_FIXED)
            return title, say(
                "{} reaches {} through {}: the weight as it was before any update.", *map(_unit, (wrt, of)), weight
            )
        if of.kind == "net":
            title = say("Slope of the net input of {} in {}", _unit(of), html_name(wrt))
            return title, say("In the net input, this is what {} is multiplied by.", html_name(wrt))
        return say("Slope of {} in {}", html_name(of), html_name(wrt)), say(_HELD_FIXED)

    def _worded_gradient(self, equation: Equation) -> tuple[str, str]:
        name, say = equation.name, self.say
        assert name.wrt is not None
        wrt, unit, total = name.wrt, _unit(name.wrt), isinstance(equation.formula, Sum)
        if name.via is not None:
            return say("Back to {} by way of {}", unit, _unit(name.via)), say(_SHARE, _unit(name.via))
        if wrt.kind == "net":
            return say("Delta of {}", unit), say(_DELTA, unit)
        if wrt.kind == "out" and total:
            return say("All that comes back to {}", unit), say(_PATHS, unit)
        if wrt.kind == "out" and wrt.label in self.network.outputs:
            note = LOSSES[self.network.loss].note if self.network.loss in LOSSES else ""
            why = say("How the loss changes with the output of {}: the slope of the loss function.", unit)
            return say("Slope of the loss in the output {}", unit), f"{why} {escaped(say(note))}" if note else why
        if wrt.kind == "out":
            return say("What comes back to {}", unit), say(_ONE_PATH, unit)
        title = say("Gradient of {}", html_name(wrt))
        if total:
            return title, say("It acts in several places, samples or time steps; what each adds is added up.")
        if self.network.definitions:
            return title, say(_CHAIN, html_name(wrt))
        return title, say(_OF_BIAS if wrt.label in self.biases else _OF_WEIGHT)


_ACTIVATION, _SLOPE = given("a"), derivative(given("a"), given("z"))
_CROSS_SLOPE, _GRADIENT = derivative(given("a"), given("z_k")), derivative(given("E"), given("w_ji"))

# --- sentences, as the table of words has them ---

_NET = "All that comes in at {}: each value times the weight of its connection, added up."
_NET_WITH_BIAS = "All that comes in at {}: each value times the weight of its connection, added up, and the bias."
_RANGES = {
    "sigmoid": "What the unit passes on: {} of its net input, between 0 and 1.",
    "tanh": "What the unit passes on: {} of its net input, between −1 and 1.",
    "softmax": "What the unit passes on: {}, its share of all exponentials of the layer.",
}
_HELD_FIXED = "How strongly the one answers to the other, all else held fixed."
_SHARE = "The part of the loss that reaches it through {}: what came back there, times the slope on the way."
_DELTA = "Chain rule: what came back to the output of {}, times the slope of its activation."
_PATHS = "The loss depends on {} along several paths. Their shares are added."
_ONE_PATH = "Chain rule: what comes back to the unit that {} feeds, times the weight on the way."
_CHAIN = "Chain rule: the gradient of what uses {}, times its slope there; several such paths are added."
_OF_WEIGHT = "Chain rule: the delta of the unit where it ends, times what comes in through it."
_OF_BIAS = "A bias is multiplied by 1, so its gradient is the delta of its unit."
_NEW = "A step against the gradient, as long as the learning rate says."
_STATE = "A line of the update rule."
