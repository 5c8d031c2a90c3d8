"""Every update rule of the catalogue over five steps: against PyTorch, and against each rule written out here."""

from __future__ import annotations

from collections.abc import Callable
from math import sqrt

import pytest

from backprop_trace.check.checker import Checker
from backprop_trace.files.sheet import read_sheet
from backprop_trace.files.spec import Example, read_example
from backprop_trace.formulas.expr import Name, Number, after
from backprop_trace.formulas.notation import ASCII, ATOM, show
from backprop_trace.formulas.notation.names import canonical
from backprop_trace.model.catalogue import OPTIMIZERS
from backprop_trace.model.update import counts_steps, kinds_of_lines, rule_numbers
from backprop_trace.run.step import Settings, trace, traces

START = (0.5, -0.3, 0.1)
SAMPLES = (((1.0, 2.0), 1.0), ((-1.0, 0.5), 2.0))
STEPS = 5
EXAMPLE = """
inputs: {{x1: [1, -1], x2: [2, 0.5]}}
targets: {{o: [1, 2]}}
parameters: {{w1: 0.5, w2: -0.3, b: 0.1}}
layers: [{{units: [o], activation: identity, weights: [[w1, w2]], bias: b}}]
loss: half_squared_error
optimizer: {{{optimizer}}}
"""


def ours(optimizer: str, step: int = STEPS) -> list[float]:
    result = trace(read_example(EXAMPLE.format(optimizer=optimizer)), step=step)
    return [result[name].value for name in ("w1+", "w2+", "b+")]


def gradient(w: list[float]) -> list[float]:
    """Of E = the sum of (t - y)^2 / 2 with y = w1 x1 + w2 x2 + b."""
    errors = [(w[0] * x[0] + w[1] * x[1] + w[2] - t, x) for x, t in SAMPLES]
    return [sum(e * x[0] for e, x in errors), sum(e * x[1] for e, x in errors), sum(e for e, _ in errors)]


SETTINGS: dict[str, tuple[str, dict[str, object]]] = {
    "name: sgd, learning_rate: 0.1": ("SGD", {"lr": 0.1}),
    "name: sgd, learning_rate: 0.1, weight_decay: 0.05": ("SGD", {"lr": 0.1, "weight_decay": 0.05}),
    "name: momentum, learning_rate: 0.05, momentum: 0.8": ("SGD", {"lr": 0.05, "momentum": 0.8}),
    "name: nesterov, learning_rate: 0.05, momentum: 0.8": ("SGD", {"lr": 0.05, "momentum": 0.8, "nesterov": True}),
    "name: adagrad": ("Adagrad", {}),
    "name: adagrad, learning_rate: 0.3, epsilon: 0.01": ("Adagrad", {"lr": 0.3, "eps": 0.01}),
    "name: adagrad, learning_rate: 0.3, learning_rate_decay: 0.2": ("Adagrad", {"lr": 0.3, "lr_decay": 0.2}),
    "name: rmsprop": ("RMSprop", {}),
    "name: rmsprop, learning_rate: 0.1, epsilon: 0.01, rho: 0.7": ("RMSprop", {"lr": 0.1, "eps": 0.01, "alpha": 0.7}),
    "name: adadelta": ("Adadelta", {}),
    "name: adadelta, epsilon: 0.01, rho: 0.7": ("Adadelta", {"eps": 0.01, "rho": 0.7}),
    "name: adam": ("Adam", {}),
    "name: adam, learning_rate: 0.1, epsilon: 0.01": ("Adam", {"lr": 0.1, "eps": 0.01}),
    "name: adam, learning_rate: 0.1, weight_decay: 0.05": ("Adam", {"lr": 0.1, "weight_decay": 0.05}),
    "name: adamw": ("AdamW", {}),
    "name: adamw, learning_rate: 0.1, weight_decay: 0.05": ("AdamW", {"lr": 0.1, "weight_decay": 0.05}),
    "name: adamax, learning_rate: 0.1, epsilon: 0.01": ("Adamax", {"lr": 0.1, "eps": 0.01}),
}
"""Our settings (with `convention: torch`) and the same in PyTorch's words."""

# PyTorch 2.13.0 (CPU, float64), the numbers of torch_numbers() below, run on 23 November 2026.
PYTORCH: dict[str, list[float]] = {
    "name: sgd, learning_rate: 0.1": [-0.22603971679687504, 0.22011413574218755, 0.951715138671875],
    "name: sgd, learning_rate: 0.1, weight_decay: 0.05": [-0.22858591195468753, 0.22291958879, 0.9396464202028125],
    "name: momentum, learning_rate: 0.05, momentum: 0.8": [-0.4318306830444336, 0.5248013980407714, 1.3189395282592773],
    "name: nesterov, learning_rate: 0.05, momentum: 0.8": [
        -0.5653059468127931,
        0.35014712243041995,
        1.2593012660320118,
    ],
    "name: adagrad": [0.4677453193029938, -0.26799044375135345, 0.1320746511838078],
    "name: adagrad, learning_rate: 0.3, epsilon: 0.01": [-0.35922076915096735, 0.2995703805494568, 0.7899533225663377],
    "name: adagrad, learning_rate: 0.3, learning_rate_decay: 0.2": [
        -0.21425141553408647,
        0.24459108650116992,
        0.7028131123259993,
    ],
    "name: rmsprop": [0.18302663546263, -0.010739897898913955, 0.39752626369187577],
    "name: rmsprop, learning_rate: 0.1, epsilon: 0.01, rho: 0.7": [
        -0.13429303336344117,
        0.21991335564967465,
        0.6621825355408526,
    ],
    "name: adadelta": [0.4835879469791904, -0.2836701711053445, 0.1163514733926322],
    "name: adadelta, epsilon: 0.01, rho: 0.7": [-0.4028193355100051, 0.31055002173177776, 0.808641088307622],
    "name: adam": [0.4950001401021016, -0.2950007016714053, 0.10499944633734912],
    "name: adam, learning_rate: 0.1, epsilon: 0.01": [0.005054170639040401, 0.180391000486957, 0.5867663172961094],
    "name: adam, learning_rate: 0.1, weight_decay: 0.05": [
        0.001960514032337879,
        0.18188045420229765,
        0.5880093071112593,
    ],
    "name: adamw": [0.49497524214207766, -0.29498580232812993, 0.10499434576687766],
    "name: adamw, learning_rate: 0.1, weight_decay: 0.05": [
        -0.0055175432733091945,
        0.18465580562942246,
        0.5808445657078022,
    ],
    "name: adamax, learning_rate: 0.1, epsilon: 0.01": [0.021606581274807066, 0.11816371304985421, 0.5344692353432016],
}


def torch_numbers(kind: str, options: dict[str, object]) -> list[float]:
    """The same five steps with PyTorch's autograd and optimizer."""
    import torch

    w = torch.tensor(START, dtype=torch.float64, requires_grad=True)
    x = torch.tensor([[*x, 1.0] for x, _ in SAMPLES], dtype=torch.float64)
    t = torch.tensor([t for _, t in SAMPLES], dtype=torch.float64)
    optimizer = getattr(torch.optim, kind)([w], **options)
    for _ in range(STEPS):
        optimizer.zero_grad()
        (0.5 * (t - x @ w) ** 2).sum().backward()
        optimizer.step()
    return [float(number) for number in w.detach()]


@pytest.mark.parametrize("optimizer", SETTINGS)
def test_five_steps_agree_with_pytorch(optimizer: str) -> None:
    assert ours(f"{optimizer}, convention: torch") == pytest.approx(PYTORCH[optimizer], rel=1e-12, abs=1e-13)


@pytest.mark.parametrize("optimizer", SETTINGS)
def test_pytorch_still_gives_these_numbers(optimizer: str) -> None:
    pytest.importorskip("torch", reason="PyTorch is not installed; its numbers are stored in this file")
    assert torch_numbers(*SETTINGS[optimizer]) == pytest.approx(PYTORCH[optimizer], rel=1e-12, abs=1e-13)


# --- the rules as Keras and the papers have them, one parameter at a time; s is what the optimizer keeps ---

Rule = Callable[[float, float, int, dict[str, float]], float]


def keras_momentum(w: float, g: float, t: int, s: dict[str, float]) -> float:
    s["v"] = 0.8 * s.get("v", 0) - 0.05 * g
    return w + s["v"]


def keras_nesterov(w: float, g: float, t: int, s: dict[str, float]) -> float:
    s["v"] = 0.8 * s.get("v", 0) - 0.05 * g
    return w + 0.8 * s["v"] - 0.05 * g


def keras_rmsprop(w: float, g: float, t: int, s: dict[str, float]) -> float:
    s["v"] = 0.9 * s.get("v", 0) + 0.1 * g * g
    return w - 0.001 * g / sqrt(s["v"] + 1e-7)


def keras_adagrad(w: float, g: float, t: int, s: dict[str, float]) -> float:
    s["a"] = s.get("a", 0.1) + g * g
    return w - 0.001 * g / sqrt(s["a"] + 1e-7)


def keras_adadelta(w: float, g: float, t: int, s: dict[str, float]) -> float:
    s["v"] = 0.95 * s.get("v", 0) + 0.05 * g * g
    move = sqrt(s.get("u", 0) + 1e-7) / sqrt(s["v"] + 1e-7) * g
    s["u"] = 0.95 * s.get("u", 0) + 0.05 * move * move
    return w - 0.001 * move


def keras_adam(w: float, g: float, t: int, s: dict[str, float], rate: float = 0.1, epsilon: float = 0.01) -> float:
    s["m"] = s.get("m", 0) + (g - s.get("m", 0)) * 0.1
    s["v"] = s.get("v", 0) + (g * g - s.get("v", 0)) * 0.001
    alpha = rate * sqrt(1 - 0.999**t) / (1 - 0.9**t)
    return w - alpha * s["m"] / (sqrt(s["v"]) + epsilon)


def keras_adamw(w: float, g: float, t: int, s: dict[str, float]) -> float:
    return keras_adam(w - w * 0.004 * 0.001, g, t, s, 0.001, 1e-7)


def keras_adamax(w: float, g: float, t: int, s: dict[str, float]) -> float:
    s["m"] = 0.9 * s.get("m", 0) + 0.1 * g
    s["u"] = max(0.999 * s.get("u", 0), abs(g))
    return w - 0.1 * s["m"] / ((1 - 0.9**t) * (s["u"] + 0.01))


def paper_adagrad(w: float, g: float, t: int, s: dict[str, float]) -> float:
    s["a"] = s.get("a", 0) + g * g
    return w - 0.3 * g / (0.01 + sqrt(s["a"]))


def paper_rmsprop(w: float, g: float, t: int, s: dict[str, float]) -> float:
    s["v"] = 0.9 * s.get("v", 0) + 0.1 * g * g
    return w - 0.1 * g / sqrt(s["v"] + 0.01)


def paper_adadelta(w: float, g: float, t: int, s: dict[str, float]) -> float:
    s["v"] = 0.95 * s.get("v", 0) + 0.05 * g * g
    move = sqrt(s.get("u", 0) + 1e-6) / sqrt(s["v"] + 1e-6) * g
    s["u"] = 0.95 * s.get("u", 0) + 0.05 * move * move
    return w - move


def paper_adam(w: float, g: float, t: int, s: dict[str, float]) -> float:
    s["m"] = 0.9 * s.get("m", 0) + 0.1 * g
    s["v"] = 0.999 * s.get("v", 0) + 0.001 * g * g
    return w - 0.1 * (s["m"] / (1 - 0.9**t)) / (sqrt(s["v"] / (1 - 0.999**t)) + 0.01)


def paper_adamax(w: float, g: float, t: int, s: dict[str, float]) -> float:
    s["m"] = 0.9 * s.get("m", 0) + 0.1 * g
    s["u"] = max(0.999 * s.get("u", 0), abs(g))
    return w - 0.1 / (1 - 0.9**t) * s["m"] / s["u"]


def averaged_momentum(w: float, g: float, t: int, s: dict[str, float]) -> float:
    s["v"] = 0.8 * s.get("v", 0) + 0.2 * g
    return w - 0.05 * s["v"]


def exponential_decay(w: float, g: float, t: int, s: dict[str, float]) -> float:
    return w - 0.1 * 0.5 ** (t - 1) * g


RULES: dict[str, Rule] = {
    "name: momentum, convention: keras, momentum: 0.8, learning_rate: 0.05": keras_momentum,
    "name: momentum, momentum: 0.8, learning_rate: 0.05": keras_momentum,
    "name: momentum, convention: average, momentum: 0.8, learning_rate: 0.05": averaged_momentum,
    "name: nesterov, convention: keras, momentum: 0.8, learning_rate: 0.05": keras_nesterov,
    "name: rmsprop, convention: keras": keras_rmsprop,
    "name: adagrad, convention: keras": keras_adagrad,
    "name: adadelta, convention: keras": keras_adadelta,
    "name: adam, convention: keras, learning_rate: 0.1, epsilon: 0.01": keras_adam,
    "name: adamw, convention: keras": keras_adamw,
    "name: adamax, convention: keras, learning_rate: 0.1, epsilon: 0.01": keras_adamax,
    "name: adagrad, learning_rate: 0.3, epsilon: 0.01": paper_adagrad,
    "name: rmsprop, learning_rate: 0.1, epsilon: 0.01": paper_rmsprop,
    "name: adadelta": paper_adadelta,
    "name: adam, learning_rate: 0.1, epsilon: 0.01": paper_adam,
    "name: adamax, learning_rate: 0.1": paper_adamax,
    "name: sgd, learning_rate: 0.1, learning_rate_decay: 0.5, schedule: exponential": exponential_decay,
}


def by_rule(rule: Rule) -> list[float]:
    w = list(START)
    kept: list[dict[str, float]] = [{}, {}, {}]
    for t in range(1, STEPS + 1):
        w = [rule(*arguments) for arguments in zip(w, gradient(w), (t, t, t), kept, strict=True)]
    return w


@pytest.mark.parametrize("optimizer", RULES)
def test_five_steps_agree_with_the_rule_written_out(optimizer: str) -> None:
    assert ours(optimizer) == pytest.approx(by_rule(RULES[optimizer]), rel=1e-12, abs=1e-13)


def test_every_optimizer_of_the_catalogue_is_compared() -> None:
    compared = {optimizer.split(",")[0].removeprefix("name: ") for optimizer in [*SETTINGS, *RULES]}
    assert compared == set(OPTIMIZERS)


def test_nesterovs_gradient_ahead_of_w_ends_where_the_frameworks_weights_are() -> None:
    """w + mu v of the look-ahead form is the w of PyTorch and Keras, at every step."""
    example = read_example(EXAMPLE.format(optimizer="name: nesterov, momentum: 0.8, learning_rate: 0.05"))
    last = trace(example, step=STEPS)
    shifted = [last[f"{name}+"].value + 0.8 * last[f"v_{name}+"].value for name in ("w1", "w2", "b")]
    expected = PYTORCH["name: nesterov, learning_rate: 0.05, momentum: 0.8"]
    assert shifted == pytest.approx(expected, rel=1e-12)


def test_the_look_ahead_takes_the_forward_pass_at_the_weights_ahead() -> None:
    example = read_example(EXAMPLE.format(optimizer="name: nesterov, momentum: 0.8, learning_rate: 0.05"))
    second = trace(example, step=2)
    ahead = [second[f"ahead_{name}"].value for name in ("w1", "w2", "b")]
    assert [second[f"dE/dahead_{name}"].value for name in ("w1", "w2", "b")] == pytest.approx(gradient(ahead))


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_the_exact_engine_agrees_with_floats_after_five_steps(name: str) -> None:
    for convention in OPTIMIZERS[name]:
        rate = "" if (name, convention) == ("adadelta", "paper") else ", learning_rate: 0.1"
        example = read_example(EXAMPLE.format(optimizer=f"name: {name}, convention: {convention}{rate}"))
        exact = trace(example, Settings("exact"), step=STEPS)
        floats = trace(example, step=STEPS)
        for line in floats.lines:
            assert float(exact.values[line.name]) == pytest.approx(line.value, rel=1e-9, abs=1e-12)


def test_the_number_of_the_step_is_a_line_and_advances() -> None:
    steps = traces(read_example(EXAMPLE.format(optimizer="name: adam")), steps=[1, 2, 3])
    assert [each["t+"].value for each in steps] == [2, 3, 4]


def test_a_rule_without_a_step_number_has_no_line_for_it() -> None:
    names = trace(read_example(EXAMPLE.format(optimizer="name: momentum, learning_rate: 0.1"))).by_name
    assert not any(name.kind == "+" and name.of and name.of.label == "t" for name in names)


# --- on a sheet ---

SLIPS: list[tuple[str, str, str, Callable[[dict[str, float]], float]]] = [
    ("name: adam", "mhat_w1", "no-correction", lambda v: v["m_w1+"]),
    ("name: adam", "vhat_w1", "step-off", lambda v: v["v_w1+"] / (1 - 0.999 ** (v["t"] - 1))),
    ("name: adam", "m_w1+", "coefficients-swapped", lambda v: 0.1 * v["m_w1"] + 0.9 * v["dE/dw1"]),
    ("name: adam", "v_w1+", "gradient-not-squared", lambda v: 0.999 * v["v_w1"] + 0.001 * v["dE/dw1"]),
    (
        "name: adam, epsilon: 0.01, learning_rate: 0.1",
        "w1+",
        "epsilon-place",
        lambda v: v["w1"] - 0.1 * v["mhat_w1"] / sqrt(v["vhat_w1"] + 0.01),
    ),
    (
        "name: rmsprop, epsilon: 0.01, learning_rate: 0.1",
        "w1+",
        "epsilon-place",
        lambda v: v["w1"] - 0.1 * v["dE/dw1"] / (sqrt(v["v_w1+"]) + 0.01),
    ),
    ("name: adagrad, learning_rate: 0.1", "w1+", "no-root", lambda v: v["w1"] - 0.1 * v["dE/dw1"] / v["s_w1+"]),
    (
        "name: momentum, momentum: 0.8, learning_rate: 0.05",
        "v_w1+",
        "coefficients-swapped",
        lambda v: 0.05 * v["v_w1"] - 0.8 * v["dE/dw1"],
    ),
    (
        "name: momentum, convention: torch, momentum: 0.8, learning_rate: 0.05",
        "v_w1+",
        "coefficients-swapped",
        lambda v: v["v_w1"] + 0.8 * v["dE/dw1"],
    ),
]


@pytest.mark.parametrize(("optimizer", "line", "slip", "bent"), SLIPS)
def test_a_slip_in_an_optimizers_line_is_named(
    optimizer: str, line: str, slip: str, bent: Callable[[dict[str, float]], float]
) -> None:
    example = read_example(EXAMPLE.format(optimizer=optimizer))
    first, second = traces(example, steps=[1, 2])
    values = {canonical(name): float(value) for name, value in second.values.items()}
    sheet = {canonical(each.name): float(each.value) for each in second.lines}
    cut = list(sheet).index(line)
    written = [("step 1", {canonical(each.name): float(each.value) for each in first.lines})]
    written += [("step 2", dict(list(sheet.items())[:cut]) | {line: bent(values)})]
    text = "".join(
        f"{title}:\n" + "".join(f"  {name}: {number:.9f}\n" for name, number in lines.items())
        for title, lines in written
    )
    (judged,) = [
        each
        for each in Checker(example).check(read_sheet(text, "sheet.yaml")).lines
        if (each.step, each.name) == (2, line)
    ]
    assert judged.verdict == "slip"
    assert slip in judged.slips


def test_weights_decay_where_nesterov_takes_the_gradient() -> None:
    """The gradient of E + lambda/2 |w|^2 at w + mu v is dE/dw + lambda (w + mu v) there."""
    w, v = list(START), [0.0] * 3
    for _ in range(STEPS):
        ahead = [a + 0.8 * b for a, b in zip(w, v, strict=True)]
        g = [slope + 0.05 * a for slope, a in zip(gradient(ahead), ahead, strict=True)]
        v = [0.8 * b - 0.05 * slope for b, slope in zip(v, g, strict=True)]
        w = [a + b for a, b in zip(w, v, strict=True)]
    settings = "name: nesterov, convention: paper, learning_rate: 0.05, momentum: 0.8, weight_decay: 0.05"
    assert ours(settings) == pytest.approx(w, rel=1e-13)


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_a_right_sheet_of_an_optimizer_is_right(name: str) -> None:
    rate = "" if name == "adadelta" else ", learning_rate: 0.1"
    example = read_example(EXAMPLE.format(optimizer=f"name: {name}{rate}"))
    lines = trace(example, step=2).lines
    text = "step 2:\n" + "".join(f"  {canonical(line.name)}: {line.value:.6f}\n" for line in lines)
    judged = Checker(example).check(read_sheet(text, "sheet.yaml")).lines
    assert {line.verdict for line in judged if line.written} <= {"right", "rounded"}


EVERY_RULE = [(name, convention) for name, conventions in OPTIMIZERS.items() for convention in conventions]


@pytest.mark.parametrize(("name", "convention"), EVERY_RULE)
@pytest.mark.parametrize(("changed", "verdicts"), [("{}", {"right"}), ("2 * ({})", {"slip", "wrong"})])
def test_the_formulas_of_an_optimizer_are_right_and_twice_them_are_not(
    name: str, convention: str, changed: str, verdicts: set[str]
) -> None:
    """Every line of a step as a formula over others, compared at numbers that a rule may have."""
    rate = "" if convention == "paper" and name == "adadelta" else ", learning_rate: 0.1"
    example = read_example(EXAMPLE.format(optimizer=f"name: {name}, convention: {convention}{rate}"))
    lines = [line for line in example.listing().equations if not isinstance(line.formula, Name | Number)]
    formulas = [show(line.formula, ASCII, lambda name: (canonical(name), ATOM)) for line in lines]
    sheet = [f"{canonical(line.name)} = {changed.format(text)}" for line, text in zip(lines, formulas, strict=True)]
    report = Checker(example).check(read_sheet("\n".join([*sheet, "w1 = 0.5"]), "sheet.txt"))
    found = {line.name: line.verdict for line in report.written if line.name != "w1"}
    assert len(found) > 10
    assert set(found.values()) <= verdicts, found


SEVERAL = """
inputs: {{x1: [0.5, -0.3, 0.8], x2: [0.1, 0.9, -0.4]}}
targets: {{o1: [0.2, 0.7, 0.4], o2: [0.9, 0.1, 0.3]}}
parameters: {{w1: 0.4, w2: -0.3, w3: 0.25, w4: 0.6, b1: 0.35, b2: -0.2}}
layers:
  - {{units: [h1], activation: tanh, weights: [[w1, w2]], bias: 0.1}}
  - {{units: [o1, o2], activation: sigmoid, weights: [[w3], [w4]], bias: [b1, b2]}}
loss: half_squared_error
batch: mean
batch_size: {size}
optimizer: {{name: {name}, convention: {convention}{more}}}
"""


def changes_and_errors(example: Example, with_weights: bool) -> str:
    """Three steps of a sheet with nothing but the lines that some writers print and others do not."""
    lines = []
    for found in traces(example, steps=(1, 2, 3)):
        lines.append(f"step {found.step}:")
        for parameter in example.rule.trained:
            before, later = found.values[parameter], found.values[after(parameter)]
            lines.append(f"  change_{parameter.label} = {later - before:.9f}")
            lines += [f"  {parameter.label}+ = {later:.9f}"] if with_weights else []
        for name, value in found.values.items():
            if name.kind == "E" and name.label:
                error = name._replace(kind="target"), name._replace(kind="out")
                text = f"{found.values[error[0]] - found.values[error[1]]:.9f}"
                lines.append(f"  {canonical(name._replace(kind='error'))} = {text}" if value else "")
    return "\n".join(lines)


@pytest.mark.parametrize("size", [3, 2, 1])
@pytest.mark.parametrize("more", ["", ", weight_decay: 0.01", ", learning_rate_decay: 0.1"])
@pytest.mark.parametrize(("name", "convention"), EVERY_RULE)
def test_errors_and_changes_are_right_under_every_rule_over_several_steps(name, convention, more, size) -> None:
    rate = "" if (name, convention) == ("adadelta", "paper") else ", learning_rate: 0.3"
    if not rate and "rate" in more:
        return
    example = read_example(SEVERAL.format(name=name, convention=convention, more=rate + more, size=size))
    for with_weights in (False, True):
        report = Checker(example).check(read_sheet(changes_and_errors(example, with_weights), "sheet"))
        verdicts = [(line.name, line.step, line.verdict) for line in report.lines if line.written]
        assert {verdict for *_, verdict in verdicts} <= {"right", "rounded"}, verdicts


@pytest.mark.parametrize(
    ("settings", "kinds", "numbers"),
    [
        ("name: sgd", {"change"}, {"eta"}),
        ("name: adam", {"change", "m", "v", "mhat", "vhat"}, {"eta", "beta1", "beta2", "epsilon", "t"}),
        ("name: momentum", {"change", "v"}, {"eta", "mu"}),
    ],
)
def test_a_rule_has_numbers_for_each_parameter_and_for_all_of_them(settings, kinds, numbers):
    example = read_example(f"""
        inputs: {{x: 1}}
        targets: {{o: 0}}
        layers: [{{units: [o], activation: identity, weights: [[1]]}}]
        loss: half_squared_error
        optimizer: {{{settings}, learning_rate: 0.1}}
    """)
    assert kinds_of_lines(example.rule) == kinds
    assert {name.label for name in rule_numbers(example.rule)} == numbers
    assert counts_steps(example.rule) is ("t" in numbers)
