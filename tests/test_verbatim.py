"""What somebody wrote is shown as it stands: no writer takes it for commands of its format."""

from __future__ import annotations

import pytest

from backprop_trace.formulas.notation import LATEX
from backprop_trace.formulas.notation import names as alphabets
from backprop_trace.render import say
from backprop_trace.render.blocks import Math, Prose, Verbatim
from backprop_trace.render.medium import Medium
from backprop_trace.render.pages import Page
from backprop_trace.render.writers.spelling import Ink

NASTY = r"\input{x}$1 <script>&_^%#"


@pytest.mark.parametrize("alphabet", ["LATEX_NAMES", "FLAT_LATEX_NAMES", "MATHJAX_NAMES", "TYPST_NAMES"])
def test_no_command_of_latex_gets_through(alphabet):
    text = Ink(LATEX, getattr(alphabets, alphabet)).math(Math((Verbatim(NASTY),)))
    assert r"\input" not in text and "$" not in text.replace(r"\$", "")
    for special in "&%#":
        assert special not in text.replace(f"\\{special}", "")


@pytest.mark.parametrize("form", ["latex", "markdown", "html", "table"])
def test_its_decimal_comma_is_a_comma(form):
    page = Page(lambda medium: iter([Prose((Math((Verbatim("1 - 0.5"),)),))]), lambda: iter([]))
    text = "".join(map(str, say(form, page, Medium(comma=True))))
    assert "0,5" in text


def test_no_tag_of_html_gets_through():
    text = Ink(LATEX, alphabets.MATHML_NAMES).math(Math((Verbatim(NASTY),)))
    assert "<script" not in text and "&lt;script" in text
