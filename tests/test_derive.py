"""The chain rule without numbers, against the text that asked for it and against SymPy's own derivative."""

import random
import re
import shutil
import subprocess
from itertools import pairwise

import pytest

from backprop_trace.cli.commands.derive import of_a_sample
from backprop_trace.files.spec import load, read_example, shipped
from backprop_trace.formulas.arithmetic import FLOAT, evaluate
from backprop_trace.formulas.closed_form import NoClosedForm, closed_form, expanded, from_sympy, to_sympy
from backprop_trace.formulas.expr import LOSS, Name, derivative, given, names_in
from backprop_trace.formulas.notation import ASCII, ATOM, show
from backprop_trace.model.derive import derivations, gradients
from backprop_trace.run.step import trace

KUMAR = """
inputs: [x_1, x_2]
parameters: [w1_11, w1_12, w1_21, w1_22, w1_31, w1_32, b_1, w2_11, w2_12, w2_13, b_2]
layers:
  - {units: 3, activation: identity, weights: [[w1_11, w1_12], [w1_21, w1_22], [w1_31, w1_32]], bias: b_1}
  - {units: 1, activation: identity, weights: [[w2_11, w2_12, w2_13]], bias: b_2}
loss: squared_error
"""

KUMARS_LIST = r"""
\frac{\partial C}{\partial w^2_{11}} = \frac{\partial C}{\partial a^3_1}\frac{\partial a^3_1}{\partial Z^3_1}\frac{\partial Z^3_1}{\partial w^2_{11}}
\frac{\partial C}{\partial w^2_{12}} = \frac{\partial C}{\partial a^3_1}\frac{\partial a^3_1}{\partial Z^3_1}\frac{\partial Z^3_1}{\partial w^2_{12}}
\frac{\partial C}{\partial w^2_{13}} = \frac{\partial C}{\partial a^3_1}\frac{\partial a^3_1}{\partial Z^3_1}\frac{\partial Z^3_1}{\partial w^2_{13}}
\frac{\partial C}{\partial w^1_{11}} = \frac{\partial C}{\partial a^3_1}\frac{\partial a^3_1}{\partial Z^3_1}\frac{\partial Z^3_1}{\partial a^2_1}\frac{\partial a^2_1}{\partial Z^2_1}\frac{\partial Z^2_1}{\partial w^1_{11}}
\frac{\partial C}{\partial w^1_{12}} = \frac{\partial C}{\partial a^3_1}\frac{\partial a^3_1}{\partial Z^3_1}\frac{\partial Z^3_1}{\partial a^2_1}\frac{\partial a^2_1}{\partial Z^2_1}\frac{\partial Z^2_1}{\partial w^1_{12}}
\frac{\partial C}{\partial w^1_{21}} = \frac{\partial C}{\partial a^3_1}\frac{\partial a^3_1}{\partial Z^3_2}\frac{\partial Z^3_2}{\partial a^2_2}\frac{\partial a^2_2}{\partial Z^2_2}\frac{\partial Z^2_2}{\partial w^1_{21}}
\frac{\partial C}{\partial w^1_{22}} = \frac{\partial C}{\partial a^3_1}\frac{\partial a^3_1}{\partial Z^3_2}\frac{\partial Z^3_2}{\partial a^2_2}\frac{\partial a^2_2}{\partial Z^2_2}\frac{\partial Z^2_2}{\partial w^1_{22}}
\frac{\partial C}{\partial w^1_{31}} = \frac{\partial C}{\partial a^3_1}\frac{\partial a^3_1}{\partial Z^3_1}\frac{\partial Z^3_1}{\partial a^2_3}\frac{\partial a^2_3}{\partial Z^2_3}\frac{\partial Z^2_3}{\partial w^1_{31}}
\frac{\partial C}{\partial w^1_{32}} = \frac{\partial C}{\partial a^3_1}\frac{\partial a^3_1}{\partial Z^3_1}\frac{\partial Z^3_1}{\partial a^2_3}\frac{\partial a^2_3}{\partial Z^2_3}\frac{\partial Z^2_3}{\partial w^1_{32}}
"""  # noqa: E501
"""As Kumar prints it: two of the lines have Z^3_2, a unit that does not exist."""


@pytest.fixture
def kumar(tmp_path):
    path = tmp_path / "kumar.yaml"
    path.write_text(KUMAR)
    return str(path)


def as_we_write(line: str) -> str:
    right = line.replace("Z^3_2", "Z^3_1").replace("Z", "z").replace("{11}", "11")
    right = re.sub(r"_\{(\d+)\}", r"_\1", right)
    factors = re.findall(r"\\frac\{\\partial (\S+)\}\{\\partial (\S+?)\}", right)
    first, *others = (f"∂{of}/∂{wrt}" for of, wrt in factors)
    return f"{first} = {' · '.join(others)}"


def test_every_line_of_kumars_list_is_printed_with_its_two_slips_put_right(run, kumar):
    code, out, _ = run("derive", kumar, "--style", "layered")
    assert code == 0
    expected = [as_we_write(line) for line in KUMARS_LIST.strip().splitlines()]
    assert len(expected) == 9
    assert [line for line in out.splitlines() if line in expected] == expected


def test_the_bias_lines_kumar_only_names_are_written_out(run, kumar):
    _, out, _ = run("derive", kumar, "--style", "layered")
    lines = out.splitlines()
    assert "∂C/∂b2 = ∂C/∂a^3_1 · ∂a^3_1/∂z^3_1 · ∂z^3_1/∂b2" in lines
    start = lines.index("∂C/∂b1 = ∂C/∂a^3_1 · ∂a^3_1/∂z^3_1 · ∂z^3_1/∂a^2_1 · ∂a^2_1/∂z^2_1 · ∂z^2_1/∂b1")
    assert lines[start + 1 : start + 3] == [
        "       + ∂C/∂a^3_1 · ∂a^3_1/∂z^3_1 · ∂z^3_1/∂a^2_2 · ∂a^2_2/∂z^2_2 · ∂z^2_2/∂b1",
        "       + ∂C/∂a^3_1 · ∂a^3_1/∂z^3_1 · ∂z^3_1/∂a^2_3 · ∂a^2_3/∂z^2_3 · ∂z^2_3/∂b1",
    ]


SHARED = """
inputs: {x: [0.5, -0.25], y: [0.125, 2]}
targets: {o1: [1, 0], o2: [0, 1]}
parameters: {w: 0.5, v: -0.75, b: 0.1}
layers:
  - {units: [h1, h2], activation: tanh, weights: [[w, v], [v, w]], bias: b}
  - {units: [o1, o2], activation: softmax, weights: [[w, 0.3], [-0.2, v]], bias: b}
loss: categorical_cross_entropy
batch: mean
learning_rate: 0.1
"""


@pytest.mark.parametrize("most", [1000, 1])
@pytest.mark.parametrize("text", ["mazur", SHARED], ids=["mazur", "tied weights, shared bias, softmax, two samples"])
def test_a_derivation_with_the_numbers_put_in_is_the_gradient(text, most):
    """With all paths written out, and by way of the deltas where there would be too many."""
    example = load(text) if "\n" not in text else read_example(text)
    found = trace(example)
    for derivation in derivations(found.listing, most=most):
        value = evaluate(derivation.filled, found.values, FLOAT)
        assert value == pytest.approx(found.values[derivation.name], rel=1e-12, abs=1e-300)
        if not derivation.by_way_of:
            assert evaluate(derivation.chain, found.values, FLOAT) == pytest.approx(value)


def test_softmax_is_derived_down_to_p_minus_t_and_everything_before_it_goes_on_from_there(run):
    """The issue: twelve pages, and o - t is never reached."""
    _, out, _ = run("derive", "deep", "--format", "plain")
    lines = out.splitlines()
    assert lines[0].startswith("∂E/∂net_o1 = ∂E/∂out_o1 · ∂out_o1/∂net_o1 + ∂E/∂out_o2 · ∂out_o2/∂net_o1 = ")
    assert lines[0].endswith(" = out_o1 - target_o1")
    assert lines[1] == "∂E/∂w_n21_o1 = ∂E/∂net_o1 · ∂net_o1/∂w_n21_o1 = (out_o1 - target_o1) · out_n21"
    _, out, _ = run("derive", "deep", "--format", "plain", "--only", "dE/dw_n21_o2")
    assert [line.partition(" = ")[0] for line in out.splitlines()] == ["∂E/∂net_o2", "∂E/∂w_n21_o2"]


def test_products_of_slopes_have_no_brackets_they_do_not_need(run):
    _, out, _ = run("derive", "mazur", "--format", "plain", "--only", "dE/dw5")
    assert out.endswith(" = (out_o1 - target_o1) · out_o1 · (1 - out_o1) · out_h1\n")


def test_a_derivation_has_a_heading_for_each_layer_and_says_what_its_terms_are(run):
    _, out, _ = run("derive", "xor")
    assert "A term for each sample and each path." in out
    assert "\nOutput layer (sigmoid)\n" in out
    assert "\nHidden layer (sigmoid)\n" in out


@pytest.mark.parametrize("text", ["xor", SHARED], ids=["xor", "tied weights, softmax, mean of two samples"])
def test_the_derivation_for_one_sample_summed_over_the_samples_is_the_gradient(text):
    """What a folded derivation says of several samples: numbers of each put in, added or averaged."""
    example = load(text) if "\n" not in text else read_example(text)
    whole, training = trace(example), example.training
    one = example.with_training(samples=1)
    alone = [
        trace(
            one._replace(
                values={
                    name._replace(sample=None): number
                    for name, number in example.values.items()
                    if name.sample in (None, sample)
                }
            )
        )
        for sample in training.all_samples
    ]
    for derivation in derivations(of_a_sample(example, None)):
        total = sum(evaluate(derivation.filled, found.values, FLOAT) for found in alone)
        mean = total / (training.samples if training.batch == "mean" else 1)
        assert mean == pytest.approx(whole.values[derivation.name], rel=1e-12)


def test_documents_derive_for_one_sample_and_full_has_every_sample(run):
    """The issue: xor at most 5 pages."""
    _, folded, _ = run("derive", "xor", "--format", "latex")
    assert "Here the loss is that of one sample; the gradients of all 4 samples are added." in folded
    assert "^{(" not in folded and folded.count("begin{align*}") == 17
    _, full, _ = run("derive", "xor", "--format", "latex", "--full")
    assert all(f"^{{({sample})}}" in full for sample in (1, 2, 3, 4))
    assert "[4]" in run("derive", "xor")[1] and "[4]" not in run("derive", "xor", "--compact")[1]
    assert "[2]" in run("derive", "xor", "--compact", "--only", "dE/dout_o1[2]")[1]


@pytest.mark.parametrize("name", ["settling", "rnn", "lstm"])
def test_what_is_alike_at_several_times_stands_once_with_the_times(name, run):
    """Each line of the full form stands in the folded one, as it is or at another time."""
    full = re.findall(r"(?m)^(\S+) =", run("derive", name)[1])
    folded = run("derive", name, "--compact")[1]
    found = []
    for line, times in re.findall(
        r"(?m)^(\S+) = (?:.+\n)+\n?(?:In the same way .*?((?:\d+(?:-\d+)?(?:, )?)+)\.\n)?", folded
    ):
        found.append(line)
        for part in filter(None, times.split(", ")):
            first, _, last = part.partition("-")
            found += [re.sub(r"@\d+$", f"@{time}", line) for time in range(int(first), int(last or first) + 1)]
    assert sorted(found) == sorted(full)


def test_a_short_derivation_is_not_broken_over_pages(run):
    _, out, _ = run("derive", "mazur", "--format", "latex")
    first = out[out.index(r"\begin{align*}") : out.index(r"\end{align*}")]
    assert first.count(r"\\*") == first.count(r"\\") == 1


def test_a_network_of_many_paths_goes_by_way_of_its_deltas():
    layer = "  - {units: 3, activation: tanh, weights: [%s]}\n"
    rows = ", ".join(["[0.1, 0.2, 0.3]"] * 3)
    text = f"inputs: [x, y, z]\ntargets: [0, 0, 1]\nlayers:\n{layer * 4 % ((rows,) * 4)}loss: mse\nlearning_rate: 1\n"
    equations = read_example(text).listing()
    deep = derivations(equations, [derivative(LOSS, given("w_x_h1_1"))])[0]
    assert deep.paths == 27 and deep.by_way_of
    assert len(str(deep)) < 100_000


def test_the_closed_form_of_mazurs_first_gradient_agrees_with_sympys_own_derivative():
    import sympy

    equations = load("mazur").listing()
    name = derivative(LOSS, given("w1"))
    meaning = {line.name: line.formula for line in equations.equations if line.phase in ("forward", "loss")}
    whole_loss = expanded(LOSS, meaning)
    symbols = {used: sympy.Symbol(f"s{place}") for place, used in enumerate(names_in(whole_loss))}
    slope = sympy.diff(to_sympy(whole_loss, symbols), symbols[given("w1")])
    form = closed_form(expanded(derivations(equations, [name])[0].filled, meaning), 4)
    draw = random.Random(1)
    for _ in range(5):
        point = {used: draw.uniform(-2, 2) for used in symbols}
        expected = slope.subs({symbol: point[used] for used, symbol in symbols.items()})
        assert evaluate(form, point, FLOAT) == pytest.approx(float(expected), rel=1e-9)


def test_what_comes_back_from_sympy_has_the_value_of_what_went_there():
    import sympy

    from backprop_trace.formulas.parse import read_formula

    a, b = given("a"), given("b")
    symbols = {a: sympy.Symbol("a", real=True), b: sympy.Symbol("b", real=True)}
    point = {a: 0.75, b: -1.5}
    for text in (
        "a - b / (1 + exp(-a))", "-(a * b) / 3", "sqrt(a) * a ^ -2", "max(0, b) + abs(b) + min(a, b)", "-1/2",
        "a if b > 0 else b", "log(a) * sin(b) + cos(b) * tanh(b) * sech(a)", "sigmoid(a) * relu(a)", "a ^ b",
        "2 ^ a / b ^ 3",
    ):  # fmt: skip
        formula = read_formula(text, {"a": a, "b": b}.get)
        back = from_sympy(to_sympy(formula, symbols), {symbol: name for name, symbol in symbols.items()})
        assert evaluate(back, point, FLOAT) == pytest.approx(evaluate(formula, point, FLOAT)), text


@pytest.mark.parametrize("text", ["2 * (a + 1)", "2 * a + 2"])
def test_of_forms_that_are_equally_short_the_one_in_factors_is_kept(text):
    """Two operations either way."""
    from backprop_trace.formulas.parse import read_formula

    a = given("a")
    assert closed_form(read_formula(text, {"a": a}.get)) == read_formula("2 * (a + 1)", {"a": a}.get)


def test_a_closed_form_that_would_swell_is_refused():
    from backprop_trace.formulas.expr import Product, Sum

    names = [given(f"x{place}") for place in range(40)]
    meaning = {below: Sum((Product((above, above)), above)) for above, below in pairwise(names)}
    with pytest.raises(NoClosedForm, match="symbols"):
        expanded(names[-1], meaning)


@pytest.mark.parametrize("terms", [4998, 4999, 5000])
def test_a_formula_of_5000_symbols_is_multiplied_out_and_no_larger_one(terms):
    """A sum of n names has n + 1 symbols; a name that stands for it is one more."""
    from backprop_trace.formulas.expr import Sum

    whole, total = Sum(tuple(given(f"x{place}") for place in range(terms))), given("total")
    for formula, meaning, symbols in ((whole, {}, terms + 1), (total, {total: whole}, terms + 2)):
        if symbols <= 5000:
            assert expanded(formula, meaning) == whole
        else:
            with pytest.raises(NoClosedForm, match="5,000 symbols"):
                expanded(formula, meaning)


def test_derive_needs_no_numbers_and_refuses_what_is_no_gradient(run, kumar):
    code, out, _ = run("derive", kumar, "--only", "dE/dw1_11", "--ascii")
    assert code == 0 and "dE/dw1_11 = dE/dout_o1 * dout_o1/dnet_o1 *" in out.replace("w1,11", "w1_11")
    code, out, err = run("derive", kumar, "--only", "w1_11+")
    assert (code, out) == (2, "") and "no gradient" in err
    code, out, err = run("derive", kumar, "--closed-form")
    assert (code, out) == (2, "") and "one gradient at a time" in err


def test_the_gradients_come_last_layer_first():
    found = gradients(load("mazur").listing())
    assert [name.wrt for name in found] == [Name("", f"w{place}") for place in (5, 6, 7, 8, 1, 2, 3, 4)]


@pytest.mark.parametrize("name", shipped())
def test_derive_compiles_in_latex_without_anything_that_sticks_out(name, run, tmp_path):
    if shutil.which("pdflatex") is None:
        pytest.skip("pdflatex is not installed")
    code, _, _ = run("derive", name, "--format", "latex", "--output", str(tmp_path / "it.tex"))
    assert code == 0
    command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "it.tex"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-1000:]
    assert "Overfull" not in done.stdout


@pytest.mark.parametrize("name", shipped())
def test_derive_gives_every_trained_parameter_in_text_and_markdown(name, run):
    trained = [old for _, old in load(name).listing().carried]
    for form in ("text", "markdown"):
        code, out, err = run("derive", name, "--format", form)
        assert (code, err) == (0, "")
        assert len(re.split(r"\n\n", out)) > len(trained)


@pytest.mark.parametrize(
    ("expression", "formula"),
    [
        ("0", "0"), ("3", "3"), ("-3", "-3"), ("1/2", "1/2"), ("-1/2", "-1/2"), ("x - y", "x - y"), ("-x", "-x"),
        ("-2*x*y", "-2 * x * y"), ("x/y", "x / y"), ("3*x/(2*y)", "3/2 * x / y"), ("1/x", "1 / x"),
        ("x**2", "x ^ 2"), ("x**-2", "1 / x ^ 2"), ("sqrt(x)", "sqrt(x)"), ("1/sqrt(x)", "1 / sqrt(x)"),
        ("exp(-x)", "exp(-x)"), ("Max(0, z)", "max(0, z)"), ("Min(x, y)", "min(x, y)"), ("Abs(z)", "abs(z)"),
        ("log(x)*y", "y * log(x)"), ("sin(x)**2", "sin(x) ^ 2"), ("x**y", "x ^ y"),
    ],
)  # fmt: skip
def test_what_sympy_writes_is_written_as_people_do(expression: str, formula: str) -> None:
    import sympy

    x, y = sympy.symbols("x y", positive=True)
    z = sympy.Symbol("z", real=True)
    names = {symbol: given(symbol.name) for symbol in (x, y, z)}
    tree = from_sympy(sympy.sympify(expression, locals={"x": x, "y": y, "z": z}), names)
    assert show(tree, ASCII, lambda name: (name.label, ATOM)) == formula
