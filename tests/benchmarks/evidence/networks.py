"""Random exercises as the YAML text a teacher would write: 2-2-1 to 5-4-3, and kinds of their own.

    >>> import random
    >>> print(exercise(random.Random(3), "plain").splitlines()[0])
    title: a 3-4-3 network

`python -m evidence.networks KIND SEED` prints one. Every exercise is a function of its seed.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Callable, Sequence

OUTPUTS = {
    "sigmoid": ("half_squared_error", "squared_error", "mean_squared_error", "binary_cross_entropy"),
    "tanh": ("half_squared_error", "mean_squared_error"),
    "identity": ("half_squared_error", "squared_error", "mean_squared_error"),
    "relu": ("half_squared_error",),
    "softmax": ("categorical_cross_entropy",),
}
"""Activations of the output layer with the losses that go with them."""

HIDDEN = ("sigmoid", "sigmoid", "tanh", "relu", "identity", "leaky_relu", "softplus")
OPTIMIZERS = ("momentum", "nesterov", "adagrad", "rmsprop", "adam", "adamw", "adamax", "adadelta")


def number(rng: random.Random, low: float = -1, high: float = 1, places: int = 2) -> str:
    """A number with at most so many decimals, never 0."""
    while True:
        found = f"{rng.uniform(low, high):.{rng.randint(1, places) if places else 0}f}"
        if float(found):
            return found


def row(rng: random.Random, count: int, **bounds: float) -> str:
    return "[" + ", ".join(number(rng, **bounds) for _ in range(count)) + "]"


def layer(rng: random.Random, units: str, fed: int, activation: str, whole: bool = False, more: str = "") -> str:
    """One layer with its weights; `whole` for integers."""
    bounds = {"low": -3, "high": 3, "places": 0} if whole else {}
    count = units.count(",") + 1
    text = f"  - units: [{units}]\n    activation: {activation}\n    weights: ["
    text += ", ".join(row(rng, fed, **bounds) for _ in range(count)) + f"]\n{more}"
    bias = rng.choice(("", row(rng, count, **bounds), row(rng, count, **bounds), number(rng, **bounds)))
    return text + (f"    bias: {bias}\n" if bias else "")


def named(letter: str, count: int) -> str:
    return ", ".join(f"{letter}{place}" for place in range(1, count + 1))


def column(rng: random.Random, samples: int, of: Callable[[], str]) -> str:
    return of() if samples == 1 else "[" + ", ".join(of() for _ in range(samples)) + "]"


def targets(rng: random.Random, count: int, samples: int, activation: str, whole: bool) -> str:
    """Targets an output with this activation can reach; of a softmax they add up to 1."""
    names = named("o", count).split(", ")
    if activation == "softmax":
        hot = [rng.randrange(count) for _ in range(samples)]
        rows = [[str(int(place == one)) for one in hot] for place in range(count)]
        cells = [cell[0] if samples == 1 else f"[{', '.join(cell)}]" for cell in rows]
    elif whole or activation in ("identity", "relu"):
        cells = [column(rng, samples, lambda: str(rng.randint(-3, 3))) for _ in names]
    else:
        cells = [column(rng, samples, lambda: rng.choice(("0", "1", number(rng, 0.05, 0.95)))) for _ in names]
    return ", ".join(f"{name}: {cell}" for name, cell in zip(names, cells, strict=True))


def layered(rng: random.Random, samples: int = 1, whole: bool = False, activation: str = "", tail: str = "") -> str:
    """A network of two layers (sometimes three) with inputs x, hidden units h and outputs o."""
    fed, hidden, out = rng.randint(2, 5), rng.randint(2, 4), rng.randint(1, 3)
    last = activation or rng.choice(("identity", "relu") if whole else tuple(OUTPUTS))
    out = max(out, 2) if last == "softmax" else out
    inside = rng.choice(("identity", "relu") if whole else HIDDEN)
    span = {"low": -3, "high": 4, "places": 0} if whole else {"low": -1, "high": 1}
    entries = (f"x{place}: {column(rng, samples, lambda: number(rng, **span))}" for place in range(1, fed + 1))
    text = f"title: a {fed}-{hidden}-{out} network\ninputs: {{{', '.join(entries)}}}\n"
    text += f"targets: {{{targets(rng, out, samples, last, whole)}}}\nlayers:\n"
    text += layer(rng, named("h", hidden), fed, inside, whole)
    if rng.random() < 0.15:
        text += layer(rng, named("g", 2), hidden, inside, whole)
        hidden = 2
    text += layer(rng, named("o", out), hidden, last, whole) + f"loss: {rng.choice(OUTPUTS[last])}\n"
    return text + (tail or f"learning_rate: {rng.choice(('0.5', '0.1', '1', '0.25', '0.05'))}\n")


def plain(rng: random.Random) -> str:
    return layered(rng)


def integers(rng: random.Random) -> str:
    return layered(rng, whole=True, samples=rng.choice((1, 1, 2)))


def several(rng: random.Random) -> str:
    """Several samples, mean or sum, now and then one sample a step."""
    size = rng.choice(("", "", "batch_size: 1\n"))
    tail = f"batch: {rng.choice(('mean', 'mean', 'sum'))}\n{size}learning_rate: {rng.choice(('0.5', '0.1', '1'))}\n"
    return layered(rng, samples=rng.randint(2, 4), tail=tail)


def optimized(rng: random.Random) -> str:
    """A small network with another optimizer than gradient descent."""
    name = rng.choice(OPTIMIZERS)
    rate = "" if name == "adadelta" else f", learning_rate: {rng.choice(('0.1', '0.01', '0.5'))}"
    return layered(rng, tail=f"optimizer: {{name: {name}{rate}}}\n")


def adam(rng: random.Random) -> str:
    """An optimizer with an epsilon that four decimals show."""
    name = rng.choice(("adam", "rmsprop"))
    return layered(rng, tail=f"optimizer: {{name: {name}, learning_rate: 0.1, epsilon: 0.1}}\n")


def decayed(rng: random.Random) -> str:
    """Gradient descent or momentum with weight decay: a penalty on the weights."""
    name = rng.choice(("sgd", "momentum"))
    return layered(rng, tail=f"optimizer: {{name: {name}, learning_rate: 0.1, weight_decay: 0.1}}\n")


def recurrent(rng: random.Random) -> str:
    times, units = rng.randint(2, 3), rng.randint(1, 2)
    cells = (row(rng, times), row(rng, times, low=0.1, high=0.9))
    text = (
        f"title: a recurrent network\nsequence: {{inputs: {{x: {cells[0]}}}, targets: {{o1: {cells[1]}}}}}\nlayers:\n"
    )
    weights = ", ".join(row(rng, units) for _ in range(units))
    again = f"    recurrent: [{weights}]\n"
    text += layer(rng, named("h", units), 1, rng.choice(("tanh", "sigmoid", "relu")), more=again)
    text += layer(rng, "o1", units, rng.choice(("identity", "sigmoid")))
    return text + "loss: half_squared_error\nlearning_rate: 0.1\n"


DEFINED: Sequence[str] = (
    "inputs: {{x: {a}, y: {b}, z: {c}}}\ndefinitions:\n  q: x + y\n  f: q * z\n  g: f^2 + q\nobjective: g\n",
    "inputs: {{x1: {a}, x2: {b}}}\nparameters: {{w1: {c}, w2: {d}, b: {e}}}\nfixed: [x1, x2]\ndefinitions:\n"
    "  s: w1 * x1 + w2 * x2 + b\n  p: 1 / (1 + exp(-s))\n  E: 1/2 * (1 - p)^2 + 0.1 * (w1^2 + w2^2)\nobjective: E\n",
    "inputs: {{x1: {a}, x2: {b}, x3: {c}, y1: {d}, y2: {e}}}\nparameters: {{gamma: 1.5, beta: {d}}}\n"
    "fixed: [x1, x2, x3, y1, y2]\ndefinitions:\n  mu: (x1 + x2 + x3) / 3\n"
    "  var: ((x1 - mu)^2 + (x2 - mu)^2 + (x3 - mu)^2) / 3\n  s: sqrt(var + 0.01)\n  n1: (x1 - mu) / s\n"
    "  n2: (x2 - mu) / s\n  o1: gamma * n1 + beta\n  o2: gamma * n2 + beta\n"
    "  E: (o1 - y1)^2 + (o2 - y2)^2\nobjective: E\n",
    "inputs: {{q1: {a}, q2: {b}, x1: {c}, x2: {d}, y1: {e}, y2: {a}, v1: 2, v2: -1}}\ndefinitions:\n"
    "  s1: (q1 * x1 + q2 * x2) / sqrt(2)\n  s2: (q1 * y1 + q2 * y2) / sqrt(2)\n"
    "  a1: exp(s1) / (exp(s1) + exp(s2))\n  a2: exp(s2) / (exp(s1) + exp(s2))\n  o: a1 * v1 + a2 * v2\n"
    "  E: 1/2 * (o - 1)^2\nobjective: E\n",
    "inputs: {{x: {a}, h: {b}, y: {c}}}\nparameters: {{wf: {d}, uf: {e}, wg: {a}, ug: {b}}}\nfixed: [x, h, y]\n"
    "definitions:\n  f: sigmoid(wf * x + uf * h)\n  g: tanh(wg * x + ug * f * h)\n  n: (1 - f) * h + f * g\n"
    "  E: 1/2 * (y - n)^2\nobjective: E\n",
    "parameters: {{x: {a}, y: {b}}}\ndefinitions:\n  u: 1 - x\n  v: y - x^2\n  f: u^2 + 10 * v^2\nobjective: f\n",
    "inputs: {{x: {a}}}\nparameters: {{w: {b}, b: {c}}}\nfixed: [x]\ndefinitions:\n  z: w * x + b\n"
    "  s: log(1 + exp(z))\n  m: max(z, 0.1)\n  f: s * m + abs(w)\nobjective: f\n",
)
"""Definitions: a circuit, a penalised neuron, normalised values, attention, a gated cell, a valley, kinks."""


def defined(rng: random.Random) -> str:
    letters = {letter: number(rng, -2, 2) for letter in "abcde"}
    rate = f"learning_rate: {rng.choice(('0.1', '0.02', '0.5'))}\n"
    return f"title: definitions\n{rng.choice(DEFINED).format(**letters)}{rate}"


KINDS: dict[str, Callable[[random.Random], str]] = {
    "plain": plain, "integers": integers, "several": several, "optimized": optimized, "decayed": decayed,
    "recurrent": recurrent, "defined": defined, "adam": adam,
}  # fmt: skip


def exercise(rng: random.Random, kind: str = "") -> str:
    return KINDS[kind or rng.choice(tuple(KINDS))](rng)


if __name__ == "__main__":
    print(exercise(random.Random(int(sys.argv[2])), sys.argv[1]), end="")
