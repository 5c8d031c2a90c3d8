r"""Mathematics in LaTeX and in Typst, as their manuals have it."""

from __future__ import annotations

import pytest

from backprop_trace.formulas.expr import given
from backprop_trace.formulas.notation import ATOM, LATEX, TEXT, latex_number, show
from backprop_trace.formulas.notation.tex import escaped, specials_escaped, word
from backprop_trace.formulas.notation.typst import mathematics, string
from backprop_trace.formulas.parse import read_formula


@pytest.mark.parametrize(
    ("latex", "typst"),
    [
        (r"\frac{a}{b}", "frac(a, b)"), (r"\dfrac{a}{b}", "frac(a, b)"), ("x_{1}^{2}", "x_(1)^(2)"), ("x_1", "x_(1)"),
        (r"\frac{a}{b}^2", "frac(a, b)^(2)"), ("_1", "_(1)"), (r"\sqrt{x}", "sqrt(x)"), (r"\hat{m}_{v}", "hat(m)_(v)"),
        (r"\mathrm{net}_{h1}", 'upright("net")_(h 1)'), (r"\text{else if}", '"else if"'), (r"\textbf{E}", 'bold("E")'),
        (r"\mathbf{\delta}", "bold(upright(δ))"), (r"\mathrm{a\_b}", 'upright("a_b")'), (r"\mathsf{T}", 'sans("T")'),
        (r"\alpha \beta \gamma \delta \epsilon \zeta \eta \theta \iota \kappa", "α β γ δ ε ζ η θ ι κ"),
        (r"\lambda \mu \nu \xi \pi \rho \sigma \tau \upsilon \phi \chi \psi \omega", "λ μ ν ξ π ρ σ τ υ φ χ ψ ω"),
        (r"\Gamma \Delta \Theta \Lambda \Xi \Pi \Sigma \Phi \Psi \Omega \varepsilon", "Γ Δ Θ Λ Ξ Π Σ Φ Ψ Ω ε"),
        (r"\eta \nabla E", "η ∇ E"), ("0.25", "0.25"), ("12", "12"),
        ("0{,}25", 'class("normal", "0,25")'), ("-0{,}25", 'class("normal", "−0,25")'), ("-0.25", "- 0.25"),
        ("a - 0{,}25", 'a - class("normal", "0,25")'), ("a = -0{,}25", 'a = class("normal", "−0,25")'),
        (r"a \cdot -0{,}25", 'a ⋅ class("normal", "−0,25")'), ("a + -1{,}5", 'a + class("normal", "−1,5")'),
        (r"\left( x \right)", r"lr(\( x \))"), (r"\left. x \right\rvert_{1}", "lr( x bar.v)_(1)"),
        (r"\bigl( x \bigr)", r"\( x \)"), (r"\lvert x \rvert", "bar.v x bar.v"), (r"\{ x \}", r"\{ x \}"),
        (r"\underset{i}{\max}", "attach(limits(max), b: i)"), (r"\#", r"\#"), ("a, b; c: d", r"a \, b \; c \: d"),
        (r"\begin{bmatrix} 1 & 2 \\ 3 & 4 \end{bmatrix}", 'mat(delim: "[", 1, 2; 3, 4)'),
        (r"\begin{gathered} a \\ b \end{gathered}", "mat(delim: #none, a; b)"),
        (r"\begin{cases} x & x > 0 \\ 0 & \text{else} \end{cases}", r'cases(x & quad x \> 0, 0 & quad "else")'),
        ("{}", '""'), ("{}^2", '""^(2)'), ("{a b}", "a b"), (r"a\,b\quad c", "a thin b quad c"), (r"a\!b", "a b"),
        ("a~b", "a space b"),
        ("E  =  1", "E = 1"), ("", ""),
    ],
)  # fmt: skip
def test_latex_becomes_typst(latex: str, typst: str) -> None:
    assert mathematics(latex) == typst


@pytest.mark.parametrize(
    ("text", "typst"),
    [
        ('say "x"', r'"say \"x\""'), (r"a\b", r'"a\\b"'), ("a\tb", '"a b"'), ("Ünä", '"Ünä"'), ("α→β", '"α→β"'),
        ("名", '"[U+540D]"'), ("ﬁ", '"fi"'), ("a\u2066b", '"ab"'), ("e\u0301", '"é"'), ("a\u20d7", '"a"'), ("𝐱", '"x"'),
    ],
)  # fmt: skip
def test_text_in_typst_has_only_letters_that_its_fonts_have(text: str, typst: str) -> None:
    assert string(text) == typst


@pytest.mark.parametrize(
    ("text", "latex"),
    [
        ("0.25", "0.25"), ("-0.25", "-0.25"), ("3/8", r"\frac{3}{8}"), ("-3/8", r"-\frac{3}{8}"),
        ("1.5e-07", r"1.5 \times 10^{-7}"), ("-1.5e+12", r"-1.5 \times 10^{12}"), ("0,25", "0{,}25"),
        ("1,5e3", r"1{,}5 \times 10^{3}"),
    ],
)  # fmt: skip
def test_numbers_in_latex(text: str, latex: str) -> None:
    assert latex_number(text)[0] == latex


@pytest.mark.parametrize(
    ("formula", "latex", "text"),
    [
        ("a * (b + c)", r"a \cdot \left(b + c\right)", "a · (b + c)"),
        ("a - (b - c)", r"a - \left(b - c\right)", "a - (b - c)"),
        ("a - b - c", "a - b - c", "a - b - c"), ("a / b / c", r"\frac{\frac{a}{b}}{c}", "a / b / c"),
        ("a / (b * c)", r"\frac{a}{b \cdot c}", "a / (b · c)"), ("a * (b / c)", r"a \cdot \frac{b}{c}", "a · (b / c)"),
        ("(a / b) * c", r"\frac{a}{b} \cdot c", "a / b · c"), ("(a + b) ^ 2", r"\left(a + b\right)^{2}", "(a + b)²"),
        ("a ^ (b + 1)", "a^{b + 1}", "a^(b + 1)"), ("a ^ 12", "a^{12}", "a¹²"),
        ("-(a * b)", r"-a \cdot b", "-a · b"), ("-(a + b)", r"-\left(a + b\right)", "-(a + b)"),
        ("a + -b", "a - b", "a - b"),
        ("(-a) ^ 2", r"\left(-a\right)^{2}", "(-a)²"), ("exp(-a)", "e^{-a}", "exp(-a)"),
        ("exp(a) ^ 2", r"\left(e^{a}\right)^{2}", "exp(a)²"),
        ("sqrt(a + 1)", r"\sqrt{a + 1}", "sqrt(a + 1)"), ("abs(a)", r"\lvert a \rvert", "abs(a)"),
        ("max(0, a)", r"\max\left(0, a\right)", "max(0, a)"),
        ("log(a) * 2", r"\ln\left(a\right) \cdot 2", "log(a) · 2"),
    ],
)  # fmt: skip
def test_parentheses_stand_where_they_are_needed(formula: str, latex: str, text: str) -> None:
    """A fraction bar, a root and what is above the line hold together what is in them."""
    read = read_formula(formula, given)
    assert show(read, LATEX, lambda name: (name.label, ATOM)) == latex
    assert show(read, TEXT, lambda name: (name.label, ATOM)) == text


@pytest.mark.parametrize(
    ("text", "latex"),
    [
        ("50 % & #1", r"50 \% \& \#1"), ("a_b^c", r"a\_b\textasciicircum{}c"), (r"\x", r"\textbackslash{}x"),
        ("Café", r"Caf\'{e}"), ("ñ ü ç", r"\~{n} \"{u} \c{c}"), ("Straße", r"Stra\ss{}e"),
        ("α Ω", r"\ensuremath{\alpha} \ensuremath{\Omega}"),
        ("Α", r"\ensuremath{\mathrm{A}}"), ("ο", r"\ensuremath{o}"), ("ς", r"\ensuremath{\varsigma}"),
        ("a→b", r"a\ensuremath{\rightarrow}b"),
        ("名", "[U+540D]"), ("ﬁ", "fi"), ("a\u200db", "ab"), ("a--b", "a-{}-b"), ("€ …", r"EUR \ldots{}"),
        ("x" * 16, "x" * 16), ("x" * 17, "x" * 16 + r"\allowbreak{}x"), ("α\u0301", r"\ensuremath{\alpha}"),
    ],
)  # fmt: skip
def test_text_in_latex(text: str, latex: str) -> None:
    assert escaped(text) == latex


@pytest.mark.parametrize(
    ("name", "latex"),
    [
        ("h1", "h1"), ("h", "h"), ("12", "12"), ("hidden", r"\mathrm{hidden}"), ("h1a", r"\mathrm{h1a}"),
        ("delta", r"\delta"), ("δ", r"\delta"),
        ("ä", r"\textnormal{\"{a}}"), ("a_b", r"\textnormal{a\_b}"), ("", ""),
    ],
)  # fmt: skip
def test_words_of_names_in_latex(name: str, latex: str) -> None:
    assert word(name) == latex


def test_what_mathjax_takes_for_a_command_is_escaped() -> None:
    assert specials_escaped(r"a_b {$5} ä\x") == r"a\_b \{\$5\} ä∖x"
