"""MathML: well-formed for every line of every example, and nothing of a file gets through as markup."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest

from backprop_trace.files.spec import load, read_example, shipped
from backprop_trace.formulas.expr import given
from backprop_trace.formulas.notation import ATOM, show
from backprop_trace.formulas.notation.mathml import MATHML
from backprop_trace.formulas.notation.names import MATHML_NAMES
from backprop_trace.formulas.parse import read_formula
from backprop_trace.model.styles import STYLES, speller
from backprop_trace.render.view import spelled
from backprop_trace.run.step import Trace, trace

ONE = {"mfrac": 2, "msup": 2, "msub": 2, "msubsup": 3, "mover": 2}


def formulas(step: Trace, style: str = "net-out") -> list[str]:
    spell = speller(style, MATHML_NAMES, step.example.network, step.listing.by_output)
    leaf = spelled(spell, MATHML_NAMES)
    return [
        f"<math>{spell(equation.name)}<mo>=</mo>{show(equation.formula, MATHML, leaf)}</math>"
        for equation in step.listing.equations
    ]


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("example", shipped())
def test_every_line_is_well_formed_and_every_element_has_its_parts(example, style):
    for text in formulas(trace(load(example)), style):
        for element in ElementTree.fromstring(text).iter():
            assert len(element) == ONE.get(element.tag, len(element)), text


def test_a_name_with_a_superscript_is_bracketed_before_it_is_raised():
    assert "<mo stretchy" in formulas_of("w^2 ^ 2", "w^2")
    assert "<mo stretchy" not in formulas_of("w ^ 2", "w")


def formulas_of(formula: str, label: str) -> str:
    example = read_example(
        f"parameters:\n  {label}: 3\ndefinitions:\n  y: {formula}\nobjective: y\nlearning_rate: 0.1\n"
    )
    return formulas(trace(example))[0]


def test_letters_of_markup_in_a_number_or_name_do_nothing():
    from backprop_trace.formulas.notation.mathml import escaped, number

    assert escaped("<script>&\"'") == "&lt;script&gt;&amp;&quot;&#39;"
    assert number("<b>")[0] == "<mn>&lt;b&gt;</mn>"


MINUS, TEN = '<mo form="prefix">−</mo>', "<mo>·</mo><msup><mn>10</mn>"


@pytest.mark.parametrize(
    ("text", "markup"),
    [
        ("0.25", "<mn>0.25</mn>"),
        ("-3.5", f"{MINUS}<mn>3.5</mn>"),
        ("12/35", "<mfrac><mn>12</mn><mn>35</mn></mfrac>"),
        ("-12/35", f"{MINUS}<mfrac><mn>12</mn><mn>35</mn></mfrac>"),
        ("2.5e12", f"<mn>2.5</mn>{TEN}<mn>12</mn></msup>"),
        ("-2.5e+12", f"{MINUS}<mn>2.5</mn>{TEN}<mn>12</mn></msup>"),
        ("2.5e-7", f"<mn>2.5</mn>{TEN}<mrow>{MINUS}<mn>7</mn></mrow></msup>"),
    ],
)
def test_numbers_are_written_as_mathematics(text, markup):
    from backprop_trace.formulas.notation.mathml import number

    assert number(text)[0] == markup


@pytest.mark.parametrize(
    ("text", "markup"),
    [
        ("a\x07b", "a\ufffdb"),
        ("a\nb\x00", "a\nb\ufffd"),
        ("a\u00a0b", "a\u00a0b"),
        ("\u202eab", "\ufffdab"),
        ("ä名", "ä名"),
    ],
)
def test_control_characters_are_none_in_markup(text, markup):
    """Line ends and wide spaces stay."""
    from backprop_trace.formulas.notation.mathml import escaped

    assert escaped(text) == markup


OPENING, CLOSING = '<mo stretchy="false">(</mo>', '<mo stretchy="false">)</mo>'
BAR = '<mo stretchy="false">|</mo>'


@pytest.mark.parametrize(
    ("formula", "markup"),
    [
        ("exp(a)", "<msup><mi>e</mi><mi>a</mi></msup>"), ("sqrt(a)", "<msqrt><mi>a</mi></msqrt>"),
        ("abs(a)", f"{BAR}<mi>a</mi>{BAR}"), ("log(a)", f"<mi>ln</mi><mo>\u2061</mo>{OPENING}<mi>a</mi>{CLOSING}"),
        ("max(a, 1)", f"<mi>max</mi><mo>\u2061</mo>{OPENING}<mi>a</mi><mo>,</mo><mn>1</mn>{CLOSING}"),
        ("relu(a)", f"<mi>ReLU</mi><mo>\u2061</mo>{OPENING}<mi>a</mi>{CLOSING}"),
        ("a / 2", "<mfrac><mi>a</mi><mn>2</mn></mfrac>"), ("a * 2", "<mi>a</mi><mo>·</mo><mn>2</mn>"),
        ("(a + 2) / 2", "<mfrac><mrow><mi>a</mi><mo>+</mo><mn>2</mn></mrow><mn>2</mn></mfrac>"),
        ("a - 2", "<mi>a</mi><mo>−</mo><mn>2</mn>"), ("-a", f"{MINUS}<mi>a</mi>"),
        ("exp(a) ^ 2", f"<msup><mrow>{OPENING}<msup><mi>e</mi><mi>a</mi></msup>{CLOSING}</mrow><mn>2</mn></msup>"),
        ("1 if a > 0 else 0", "<mo>{</mo><mtable><mtr><mtd><mn>1</mn></mtd><mtd><mi>a</mi><mo>&gt;</mo><mn>0</mn></mtd>"
         "</mtr><mtr><mtd><mn>0</mn></mtd><mtd><mtext>else</mtext></mtd></mtr></mtable>"),
    ],
)  # fmt: skip
def test_formulas_are_written_as_mathematics(formula, markup):
    read = read_formula(formula, given)
    assert show(read, MATHML, lambda name: (f"<mi>{name.label}</mi>", ATOM)) == markup
