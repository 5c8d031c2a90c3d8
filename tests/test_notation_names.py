"""How quantities are called in print: in each style and each alphabet, as books set them."""

from __future__ import annotations

import pytest

from backprop_trace.files.spec import read_example
from backprop_trace.formulas.notation.names import (
    ASCII_NAMES,
    FLAT_LATEX_NAMES,
    LATEX_NAMES,
    MATHJAX_NAMES,
    MATHML_NAMES,
    TEXT_NAMES,
    TYPST_NAMES,
)
from backprop_trace.model.styles import speller
from backprop_trace.run.step import vocabulary

EXAMPLE = read_example("""
inputs: {x1: [1, 2], näh: [3, 4]}
targets: {o1: [1, 0], o2: [0, 1]}
parameters: {alpha_1: 0.7, v: 0.5}
layers:
  - {units: [h1, sum], activation: sigmoid, weights: [[0.1, 0.2], [0.3, 0.4]], bias: 0.1}
  - {units: [o1, o2], activation: sigmoid, weights: [[alpha_1, 0.2], [0.1, v]], bias: [0.3, 0.4]}
loss: half_squared_error
optimizer: {name: adam, learning_rate: 0.1}
""")
LISTING = EXAMPLE.listing()
KNOWN = vocabulary(LISTING, EXAMPLE.values)


def spelled(style: str, alphabet: object, name: str) -> str:
    found = KNOWN.read(name)
    assert found is not None
    return speller(style, alphabet, EXAMPLE.network, LISTING.by_output)(found)  # type: ignore[arg-type]


NET_OUT = [
    ("net_h1[1]", "net_h1[1]", r"\mathrm{net}_{h1}^{(1)}"),
    ("out_sum[2]", "out_sum[2]", r"\mathrm{out}_{\mathrm{sum}}^{(2)}"),
    ("E", "E", "E"),
    ("E_o1[2]", "E_o1[2]", "E_{o1}^{(2)}"),
    ("target_o2[1]", "target_o2[1]", r"\mathrm{target}_{o2}^{(1)}"),
    ("x1[2]", "x1[2]", "x_{1}^{(2)}"),
    ("w_x1_h1", "w_x1_h1", "w_{x1,h1}"),
    ("w_x1_sum", "w_x1_sum", r"w_{\textnormal{x1\_sum}}"),
    ("alpha_1", "alpha_1", r"\alpha_{1}"),
    ("alpha_1+", "alpha_1+", r"\alpha_{1}^{+}"),
    ("w_x1_h1+", "w_x1_h1+", "w_{x1,h1}^{+}"),
    ("b_1", "b_1", "b_{1}"),
    ("v", "v", "v"),
    ("m_v", "m_v", "m_{v}"),
    ("m_w_x1_h1+", "m_w_x1_h1+", "m_{w_{x1,h1}}^{+}"),
    ("mhat_v", "mhat_v", r"\hat{m}_{v}"),
    ("vhat_w_x1_h1", "vhat_w_x1_h1", r"\hat{v}_{w_{x1,h1}}"),
    ("dE/dv", "∂E/∂v", r"\frac{\partial E}{\partial v}"),
    ("dE/dv[2]", "∂E/∂v[2]", r"\left.\frac{\partial E}{\partial v}\right\rvert_{(2)}"),
    ("dE/dnet_o1[2]", "∂E/∂net_o1[2]", r"\frac{\partial E}{\partial \mathrm{net}_{o1}^{(2)}}"),
    ("dnet_o1/dout_h1[1]", "∂net_o1/∂out_h1[1]",
     r"\frac{\partial \mathrm{net}_{o1}^{(1)}}{\partial \mathrm{out}_{h1}^{(1)}}"),
    ("dnet_h1/db_1[1]", "∂net_h1/∂b_1[1]", r"\frac{\partial \mathrm{net}_{h1}^{(1)}}{\partial b_{1}}"),
    ("dE/dout_h1:o1[1]", "∂E_o1/∂out_h1[1]", r"\frac{\partial E_{o1}^{(1)}}{\partial \mathrm{out}_{h1}^{(1)}}"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "text", "latex"), NET_OUT, ids=[name for name, *_ in NET_OUT])
def test_names_with_net_and_out(name: str, text: str, latex: str) -> None:
    """One letter with digits below; words upright; the sample above each quantity that has one. Text is as in files."""
    assert spelled("net-out", TEXT_NAMES, name) == text
    assert spelled("net-out", ASCII_NAMES, name) == text.replace("∂", "d")
    assert spelled("net-out", LATEX_NAMES, name) == latex
    assert spelled("net-out", TYPST_NAMES, name) == latex
    assert spelled("net-out", MATHJAX_NAMES, name) == latex.replace(r"\textnormal", r"\text")
    flat = latex.replace(r"\frac{\partial ", r"\partial ").replace(r"}{\partial ", r" / \partial ")
    if latex.startswith(r"\frac"):
        assert spelled("net-out", FLAT_LATEX_NAMES, name) == flat.removesuffix("}")


LAYERED = [
    ("net_h1[1]", "z^2_1[1]", "z^2_1[1]", "z_{1}^{2,(1)}"),
    ("out_o2[2]", "a^3_2[2]", "a^3_2[2]", "a_{2}^{3,(2)}"),
    ("dE/dnet_o1[2]", "δ^3_1[2]", "δ^3_1[2]", r"\delta_{1}^{3,(2)}"),
    ("dE/dnet_h1[1]", "δ^2_1[1]", "δ^2_1[1]", r"\delta_{1}^{2,(1)}"),
    ("w_x1_h1", "w^1_11", "w^2_11", "w_{11}^{%d}"),
    ("w_x1_sum", "w^1_21", "w^2_21", "w_{21}^{%d}"),
    ("dE/dw_x1_sum", "∂C/∂w^1_21", "∂C/∂w^2_21", r"\frac{\partial C}{\partial w_{21}^{%d}}"),
    ("b_1", "b1", "b2", "b_{%d}"),
    ("E", "C", "C", "C"),
    ("E_o2[1]", "C2[1]", "C2[1]", "C_{2}^{(1)}"),
]


@pytest.mark.parametrize(("name", "layered", "nielsen", "latex"), LAYERED, ids=[name for name, *_ in LAYERED])
def test_names_that_count_layers(name: str, layered: str, nielsen: str, latex: str) -> None:
    """The inputs are the first layer. Its weights are w^1 to one, and to Nielsen w^2: those of the layer they feed."""
    for first, (style, text) in enumerate((("layered", layered), ("nielsen", nielsen)), 1):
        assert spelled(style, TEXT_NAMES, name) == text
        assert spelled(style, ASCII_NAMES, name) == text.replace("∂", "d").replace("δ", "delta")
        assert spelled(style, LATEX_NAMES, name).replace("δ", r"\delta") == (latex % first if "%" in latex else latex)


@pytest.mark.parametrize(
    ("name", "mathml"),
    [
        ("v", "<mi>v</mi>"), ("b_1", "<msub><mi>b</mi><mn>1</mn></msub>"),
        ("alpha_1", "<msub><mi>α</mi><mn>1</mn></msub>"), ("v+", "<msup><mi>v</mi><mo>+</mo></msup>"),
        ("alpha_1+", "<msubsup><mi>α</mi><mn>1</mn><mo>+</mo></msubsup>"),
        ("m_v", "<msub><mi>m</mi><mi>v</mi></msub>"),
        ("mhat_v", "<msub><mover><mi>m</mi><mo>^</mo></mover><mi>v</mi></msub>"),
        ("w_x1_h1", "<msub><mi>w</mi><mrow><mi>x1</mi><mo>,</mo><mi>h1</mi></mrow></msub>"),
        ("dE/dv", "<mfrac><mrow><mi>∂</mi><mi>E</mi></mrow><mrow><mi>∂</mi><mi>v</mi></mrow></mfrac>"),
    ],
)  # fmt: skip
def test_names_in_a_browser(name: str, mathml: str) -> None:
    assert spelled("net-out", MATHML_NAMES, name) == mathml
