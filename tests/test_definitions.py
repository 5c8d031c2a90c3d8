"""Formulas of one's own: definitions, activations and losses, against published numbers and central differences."""

import math

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from backprop_trace.check.checker import Checker
from backprop_trace.files.sheet import published_sheet, read_sheet
from backprop_trace.files.source import SourceError
from backprop_trace.files.spec import load, read_example
from backprop_trace.formulas.arithmetic import FLOAT, ComputationError, evaluate_all
from backprop_trace.formulas.expr import Minus
from backprop_trace.formulas.notation.names import canonical
from backprop_trace.formulas.parse import read_formula
from backprop_trace.model.derive import whole_gradients
from backprop_trace.run.step import trace
from backprop_trace.run.verify import verify

CIRCUIT = """
inputs: {x: -2, y: 5, z: -4}
definitions:
  q: x + y
  f: q * z
objective: f
"""


def test_cs231ns_circuit_has_the_gradients_of_the_variant():
    found = trace(read_example(CIRCUIT))
    expected = {"q": 3, "f": -12, "df/dq": -4, "df/dz": 3, "df/dx": -4, "df/dy": -4}
    assert {name: found[name].value for name in expected} == expected
    assert {line.equation.phase for line in found.lines} == {"forward", "backward"}


def test_cs231ns_neuron_has_the_gradients_of_the_variant():
    found = trace(load("cs231n-neuron"))
    assert found["f"].value == pytest.approx(0.7310585786300049, rel=1e-15)
    dx, dw = (0.3932238664829637, -0.5898357997244456), (-0.19661193324148185, -0.3932238664829637)
    assert [found[f"df/dx{place}"].value for place in (0, 1)] == pytest.approx(dx, rel=1e-14)
    assert [found[f"df/dw{place}"].value for place in (0, 1)] == pytest.approx(dw, rel=1e-14)
    assert found["df/dw2"].value == pytest.approx(0.19661193324148185, rel=1e-14)


def test_parameters_of_definitions_descend_step_by_step():
    x, y = -0.5, 0.5
    for _ in range(7):
        slope_x, slope_y = -2 * (1 - x) - 40 * x * (y - x**2), 20 * (y - x**2)
        x, y = x - 0.02 * slope_x, y - 0.02 * slope_y
    found = trace(load("descent"), step=7)
    assert (found["x+"].value, found["y+"].value) == pytest.approx((x, y), rel=1e-12)


def test_what_is_fixed_has_no_gradient():
    found = trace(read_example(CIRCUIT + "fixed: [x]\n"))
    with pytest.raises(KeyError):
        found["df/dx"]
    assert found["df/dy"].value == -4


def test_several_samples_are_added_up():
    found = trace(read_example(CIRCUIT.replace("x: -2", "x: [-2, 3]")))
    assert found["f"].value == (-2 + 5) * -4 + (3 + 5) * -4
    assert found["df/dy[2]"].value == -4


OWN = """
inputs: {x: 0.7}
targets: {o1: 0.25}
parameters: {w: -0.4, b: 0.3}
layers:
  - units: [o1]
    activation: %s
    weights: [[w]]
    bias: b
loss: %s
learning_rate: 0.1
"""


def test_an_activation_of_ones_own_has_its_slope_derived_and_shown():
    """Swish: its slope is s + z s (1 - s), s the sigmoid."""
    found = trace(read_example(OWN % ("z / (1 + exp(-z))", "half_squared_error")))
    z = -0.4 * 0.7 + 0.3
    s = 1 / (1 + math.exp(-z))
    assert found["out_o1"].value == pytest.approx(z * s)
    assert found["dout_o1/dnet_o1"].value == pytest.approx(s + z * s * (1 - s))


def test_a_loss_of_ones_own_has_its_slope_derived_and_shown():
    example = read_example(OWN % ("identity", "log((exp(t - o) + exp(o - t)) / 2)"))
    found = trace(example)
    error = -0.4 * 0.7 + 0.3 - 0.25
    assert found["E"].value == pytest.approx(math.log(math.cosh(error)))
    assert found["dE/dout_o1"].value == pytest.approx(math.tanh(error))
    assert {row.verdict for row in verify(example)} == {"agrees"}


def test_where_two_definitions_tie_a_gradient_of_one_side_is_a_kink_and_not_wrong():
    example = read_example(
        "inputs: {x: 0.3}\nparameters: {w: 0.7}\nlearning_rate: 0.1\nobjective: f\n"
        "definitions:\n  p: w\n  q: x + cos(max(w, p))\n  f: p * q\n"
    )
    names = list(whole_gradients(trace(example).listing))
    verdicts = {row.name.wrt.label: row.verdict for row in verify(example, names)}
    assert verdicts == {"p": "kink", "q": "agrees", "w": "agrees", "x": "agrees"}


# --- random definitions ---

NAMES = ("x", "y", "w")


@st.composite
def formulas(draw, names, depth=3):
    if depth == 0 or draw(st.integers(0, 3)) == 0:
        return draw(st.sampled_from([*names, "2", "0.5"]))
    one = draw(formulas(names, depth - 1))
    other = draw(formulas(names, depth - 1))
    return draw(st.sampled_from([
        f"({one} + {other})", f"({one} - {other})", f"({one}) * ({other})", f"({one}) / (2 + ({other})^2)",
        f"tanh({one})", f"sin({one})", f"cos({one})", f"sigmoid({one})", f"exp(-({one})^2)", f"log(1 + ({one})^2)",
        f"sqrt(1 + ({one})^2)", f"max({one}, {other})", f"min({one}, {other})", f"abs({one})", f"relu({one})",
        f"-({one})", f"({one})^3",
    ]))  # fmt: skip


@st.composite
def definitions(draw):
    known, lines = list(NAMES), []
    for label in ("p", "q", "r"):
        lines.append(f"  {label}: {draw(formulas(tuple(known)))}")
        known.append(label)
    lines.append("  f: p * q + r^2 + x * w")
    many = draw(st.booleans())
    xs = "[0.3, -0.8]" if many else "0.3"
    return (
        f"inputs: {{x: {xs}, y: -1.1}}\nparameters: {{w: 0.7}}\ndefinitions:\n"
        + "\n".join(lines)
        + (f"\nobjective: f\nlearning_rate: 0.1\nbatch: {draw(st.sampled_from(['sum', 'mean']))}\n")
    )


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(definitions())
def test_the_gradients_of_random_definitions_agree_with_central_differences(text):
    example = read_example(text)
    found = trace(example)
    names = list(whole_gradients(found.listing))
    assert len(names) >= 2
    try:
        rows = verify(example, names)
    except ComputationError as broken:
        if "told from 0" in str(broken) or "not even with" in str(broken):
            return  # 0 that no number of bits can tell from 0: x - x through two definitions
        raise
    assert {row.verdict for row in rows} <= {"agrees", "kink"}


# --- bad input ---


def said(text: str) -> str:
    with pytest.raises(SourceError) as wrong:
        read_example(text)
    assert len(wrong.value.problems) == 1, str(wrong.value)
    return str(wrong.value)


BAD = [
    ("q: x + y", "q: q + y", "the definition of 'q' refers to itself"),
    ("q: x + y", "q: f + y", "'f' is defined later, in line 5"),
    ("q: x + y", "q: foo(x)", "unknown function 'foo'"),
    ("q: x + y", "q: tan(x)", "did you mean 'tanh'?"),
    ("q: x + y", "q: x + u", "unknown name 'u'"),
    ("q: x + y", "q: x +", "expected a number"),
    ("q: x + y", "q: max(x)", "max takes 2 arguments"),
    ("q: x + y", "q: " + "(" * 10_000 + "x" + ")" * 10_000, "more than 2000 symbols"),
    ("q: x + y", "q: " + "(" * 900 + "x" + ")" * 900, "brackets nested deeper"),
    ("q: x + y", "q: x@-1 + y", "no time step before"),
    ("objective", "  x: y + z\nobjective", "used for two things"),
    ("objective", "  exp: y + z\nobjective", "already means something"),
    ("q: x + y", "q: [x, y]", "a formula must stand here"),
    ("definitions:\n  q: x + y\n  f: q * z", "definitions: {q: max(0, x), f: q * z}", "on a line of its own"),
    ("objective: f", "objective: g", "must be one of the definitions"),
    ("objective: f", "", "lacks the key 'objective'"),
    ("objective: f", "objective: f\nlayers: []", "unknown key 'layers'"),
    ("objective: f", "objective: f\nfixed: [u]", "unknown parameter 'u'"),
]


@pytest.mark.parametrize(("old", "new", "message"), BAD, ids=lambda text: text[:30])
def test_what_is_wrong_with_a_definition_is_said_at_its_place(old, new, message):
    text = said(CIRCUIT.replace(old, new))
    assert message in text


def test_the_caret_stands_under_the_very_name():
    lines = said(CIRCUIT.replace("q * z", "q * zz")).splitlines()
    source, caret = (line.partition("| ")[2] for line in lines[3:5])
    assert source[caret.index("^") :] == "zz"


@pytest.mark.parametrize(
    ("activation", "message"),
    [("z / (1 + exq(-z))", "unknown function 'exq'"), ("z + o", "unknown name 'o'"), ("1 + 1", "does not depend on z"),
     ("gauss", "unknown activation"), ("2 * z +", "expected a number")],
)  # fmt: skip
def test_an_activation_that_is_neither_a_word_nor_a_formula_is_refused(activation, message):
    assert message in said(OWN % (activation, "half_squared_error"))


@pytest.mark.parametrize(
    ("formula", "reason"),
    [("exp(1000 * y)", "grows beyond"), ("9^9^9^9 * x", "grows beyond"), ("log(x)", "logarithm of a negative"),
     ("sqrt(x)", "square root of a negative"), ("y / (x + 2)", "division by zero"), ("x^0.5", "fractional power")],
)  # fmt: skip
def test_a_computation_that_breaks_names_the_definition(formula, reason, run, tmp_path):
    path = tmp_path / "circuit.yaml"
    path.write_text(CIRCUIT.replace("x + y", formula))
    code, _, err = run("show", str(path))
    assert code == 3 and "breaks in q" in err and reason in err


@pytest.mark.parametrize(
    ("formula", "reason"),
    [("log(x)", "the logarithm of a negative number"), ("log(x + 2)", "the logarithm of 0"),
     ("sqrt(x)", "the square root of a negative number"), ("x^0.5", "a fractional power of a negative number"),
     ("y / (x + 2)", "division by zero"), ("(x + 2)^-1", "division by zero")],
)  # fmt: skip
@pytest.mark.parametrize("how", ["show", "show --engine exact", "show --round 4", "train -n 2", "verify"])
def test_every_way_of_computing_says_alike_why_there_is_no_value(formula, reason, how, run, tmp_path):
    path = tmp_path / "circuit.yaml"
    path.write_text(CIRCUIT.replace("x + y", formula))
    command, *options = how.split()
    code, _, err = run(command, str(path), *options)
    assert code == 3 and "breaks in q" in err and f": {reason}" in err


@pytest.mark.parametrize("formula", ["9^9^9^9 * x", "exp(exp(exp(exp(exp(y)))))"])
def test_what_is_too_large_for_exact_arithmetic_ends_with_a_message_too(formula, run, tmp_path):
    path = tmp_path / "circuit.yaml"
    path.write_text(CIRCUIT.replace("x + y", formula))
    code, _, err = run("show", str(path), "--engine", "exact")
    assert code == 3 and "breaks in q" in err


# --- on a sheet ---


def sheet_of(found, bent: str = "") -> str:
    """Every quantity with nine digits, the bent one off by a tenth."""
    values = ((canonical(line.name), line.value) for line in found.lines)
    return "\n".join(f'"{name}": {value + (0.1 if name == bent else 0):.9f}' for name, value in values)


@pytest.mark.parametrize(
    ("name", "bent"),
    [("cs231n-circuit", "df/dq"), ("cs231n-neuron", "df/ddot"), ("descent", "df/dx:v"), ("rnn", "dE/du@2"),
     ("lstm", "c@2"), ("settling", "dE/dnet_h1@3"), ("convolution", "dE/dk1")],
)  # fmt: skip
def test_every_quantity_can_stand_on_a_sheet_and_is_judged(name, bent):
    example, found = load(name), trace(load(name))
    right = Checker(example).check(read_sheet(sheet_of(found), "sheet.yaml"))
    assert {line.verdict for line in right.lines if line.written} <= {"right", "rounded"}
    wrong = Checker(example).check(read_sheet(sheet_of(found, bent), "sheet.yaml"))
    assert [line.name for line in wrong.lines if line.verdict in ("wrong", "slip")] == [bent]


def test_a_formula_that_has_a_value_near_the_given_numbers_only_is_not_judged():
    example = read_example(CIRCUIT.replace("x + y", "log(x - 1000) + y").replace("x: -2", "x: 1001"))
    formula, number = Checker(example).check(read_sheet("q: log(x - 1000) + y\nf: -20\n", "sheet")).written
    assert (formula.verdict, number.verdict) == ("undecided", "right")
    assert formula.message == "the formula could not be evaluated at enough points"


@pytest.mark.parametrize("name", ["cs231n-circuit", "cs231n-neuron"])
def test_what_the_course_prints_is_right(name):
    example = load(name)
    assert example.published is not None
    printed = Checker(example).check(published_sheet(example.published, name, example.text))
    assert {line.verdict for line in printed.lines if line.written} == {"right"}


def test_a_condition_compares_any_two_formulas():
    text = "inputs: {x: 2, y: 5}\ndefinitions: {f: x * y if y > x + 1 else x}\nobjective: f\n"
    assert trace(read_example(text))["df/dx"].value == 5
    assert trace(read_example(text.replace("y: 5", "y: 3")))["df/dx"].value == 1


def test_what_is_wrong_in_a_formula_is_said_even_behind_an_earlier_definition():
    text = "inputs: {x: 2}\ndefinitions:\n  u: x + 1\n  v: max(u 0)\nobjective: v\n"
    with pytest.raises(SourceError, match=r"expected '\)', found '0'"):
        read_example(text)


def bent_sheet(name, line, formula):
    """A sheet whose line is reckoned with another formula, and every later line from it; nine digits."""
    found = trace(load(name))
    lines = [(each.name, each.formula if canonical(each.name) != line else formula) for each in found.listing.equations]
    values = {name: value for name, value in found.values.items() if name not in dict(lines)}
    evaluate_all(lines, values, FLOAT)
    return "\n".join(f'"{canonical(each.name)}": {values[each.name]:.9f}' for each in found.listing.equations)


SLIPS_OF_DEFINITIONS = [
    ("descent", "x+", "x + eta * df/dx", "ascent"),
    ("descent", "f", "10 * v^2", "missing-term"),
    ("descent", "df/dv", "v", "sign"),
    ("lstm", "c@2", "f@2 * c@1 + g@2", "factor-left-out"),
    ("lstm", "c@2", "f@2 * c@1", "missing-term"),
    ("lstm", "f@1", "wf * x@1 + uf * h@0", "no-function"),
    ("lstm", "f@2", "sigmoid(wf * x@2 + uf * h@0)", "wrong-time"),
    ("lstm", "dE/dwf", "dE/dwf@1 + dE/dwf@1", "wrong-time"),
    ("rnn", "dE/du", "dE/du@3 + dE/du@1", "missing-term"),
    ("rnn", "net_h1@3", "w * x@2 + u * out_h1@2 + b", "wrong-time"),
]


@pytest.mark.parametrize(("name", "line", "formula", "slip"), SLIPS_OF_DEFINITIONS)
def test_a_slip_in_a_definition_or_over_time_is_called_by_its_name(name, line, formula, slip):
    found = trace(load(name))
    bent = read_formula(formula, found.vocabulary.read)
    if slip == "sign":
        bent = Minus(found[line].equation.formula)
    report = Checker(load(name)).check(read_sheet(bent_sheet(name, line, bent), "sheet.yaml"))
    mistakes = {judged.name: judged.slips for judged in report.lines if judged.verdict in ("wrong", "slip")}
    assert list(mistakes) == [line] and slip in mistakes[line]


def test_steps_of_definitions_are_compared_and_checked_with_their_own_objective(run, tmp_path):
    code, out, _ = run("show", "descent", "--compare", "1")
    assert code == 0 and "f falls from 2.875 to 2.4891056" in out
    sheet = tmp_path / "sheet.yaml"
    sheet.write_text("x+: -0.4600\ny+: 0.6000\n")
    code, out, _ = run("check", "descent", str(sheet))
    assert code == 1 and "add the gradient" in out and "from 2.875 to 2.48911" in out


def test_definitions_have_no_matrices(run):
    code, _, err = run("train", "descent", "--epochs", "3", "--fast")
    assert code == 2 and "--fast: definitions have no matrices" in err


SOFTMAX = """\
inputs: {z1: 1, z2: 2, z3: 3}
definitions:
  S: exp(z1) + exp(z2) + exp(z3)
  p3: exp(z3) / S
  L: -log(p3)
objective: L
"""


@pytest.mark.parametrize(
    ("sheet", "verdicts"),
    [
        ("dp3/dz3 = 0.2227\n", ["rounded"]),  # p (1 - p), by way of S, too
        ("dp3/dz3 = 0.6652\n", ["right"]),  # exp(z3) / S, with S as it is
        ("dp3/dz3 = 0.3227\n", ["wrong"]),
        ("dp3/dz3 = 0.2227\ndL/dz3 = -0.3348\n", ["rounded", "right"]),  # which rests on the slope along the direct way
    ],
)
def test_a_slope_between_definitions_may_be_the_whole_derivative(sheet, verdicts):
    report = Checker(read_example(SOFTMAX)).check(read_sheet(sheet, "s"))
    assert [line.verdict for line in report.written] == verdicts
