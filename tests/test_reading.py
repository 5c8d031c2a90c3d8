"""Sheets as people write them: spellings found in the wild, notations simulated, what is printed read back."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator
from fractions import Fraction

import notations
import pytest

from backprop_trace.check.checker import Checker
from backprop_trace.files.sheet import read_sheet
from backprop_trace.files.spec import load, read_example, shipped
from backprop_trace.formulas.expr import Name
from backprop_trace.formulas.notation.names import canonical

FINE = {"right", "rounded", "follows", "convention"}

SMALL = """\
inputs: {x1: 0.6, x2: -0.4}
targets: {y: 1}
parameters: {w11: 0.2, w12: -0.5, w21: 0.7, w22: 0.1, w31: -0.3, w32: 0.4, b1: 0.1, b2: -0.2, b3: 0.05,
             v1: 0.8, v2: -0.6, v3: 0.3, c: 0.15}
layers:
  - {units: [h1, h2, h3], activation: tanh, weights: [[w11, w12], [w21, w22], [w31, w32]], bias: [b1, b2, b3]}
  - {units: [y], activation: sigmoid, weights: [[v1, v2, v3]], bias: [c]}
loss: binary_cross_entropy
learning_rate: 0.1
"""
CHAIN = """\
inputs: {x: 0.8}
targets: {o: 0.3}
parameters: {w: 0.5, v: -0.9}
layers:
  - {units: [h], activation: sigmoid, weights: [[w]]}
  - {units: [o], activation: sigmoid, weights: [[v]]}
loss: half_squared_error
learning_rate: 0.4
"""
PLAIN = """\
inputs: {x1: 0.31, x2: -0.47}
targets: {o1: 0.2, o2: 0.9}
layers:
  - {units: [h1, h2, h3], activation: sigmoid, weights: [[0.11, -0.62], [0.73, 0.24], [-0.35, 0.46]],
     bias: [0.17, -0.28, 0.39]}
  - {units: [o1, o2], activation: sigmoid, weights: [[0.51, -0.82, 0.13], [0.64, 0.25, -0.96]], bias: [0.07, -0.18]}
loss: half_squared_error
learning_rate: 0.5
"""
TEXTS = {"small": SMALL, "chain": CHAIN, "plain": PLAIN}

# a line for each spelling: what stands on the paper, with # where the number stands, and the quantity that is meant
FOUND = {
    "mazur": """
        net h1 = #                          net_h1
        Net_{h1} = #                        net_h1
        net(h1) = #                         net_h1
        net input of h1 = #                 net_h1
        z(h1) = #                           net_h1
        zh1 = #                             net_h1
        Z_h2 = #                            net_h2
        sum_h2 = #                          net_h2
        input_h1 = #                        net_h1
        in(o1) = #                          net_o1
        neto1: #                            net_o1
        net_input_o2 = #                    net_o2
        So the net input is net_o2 = #      net_o2
        a(h1) = #                           out_h1
        ah1 := #                            out_h1
        A_h2 = #                            out_h2
        out h1 = #                          out_h1
        out(h2) = #                         out_h2
        outh1 = #                           out_h1
        Output_o1 = #                       out_o1
        output o1 = #                       out_o1
        output_{o2} ≅ #                     out_o2
        act_h1 = #                          out_h1
        o_h1 = #                            out_h1
        y_o1 = #                            out_o1
        ŷ_1 = #                             out_o1
        ŷ₂ = #                              out_o2
        y_hat1 = #                          out_o1
        yhat_2 = #                          out_o2
        y_pred1 = #                         out_o1
        pred2 = #                           out_o2
        p1 = #                              out_o1
        \\hat{y}_1 &= # \\\\                out_o1
        H1 = #                              out_h1
        h_2 = #                             out_h2
        h₁ = #                              out_h1
        O2 ≈ #                              out_o2
        t1 = #                              target_o1
        target 2 = #                        target_o2
        t_{o1} = #                          target_o1
        y_true1 = #                         target_o1
        E_1 = #                             E_o1
        E₂ = #                              E_o2
        E(1) = #                            E_o1
        loss_o1 = #                         E_o1
        Loss2 = #                           E_o2
        The loss at o1 is E_o1 = #          E_o1
        activation of h2 = #                out_h2
        net input to o1 = #                 net_o1
        Etotal = #                          E
        E_{total} = #                       E
        Etot = #                            E
        Total error = #                     E
        total loss = #                      E
        L = #                               E
        J = #                               E
        Cost = #                            E
        C ≈ #                               E
        The total error is E = #            E
        dE_total/dw5 = #                    dE/dw5
        ∂E_total/∂w5 = #                    dE/dw5
        dEtotal/dw6 = #                     dE/dw6
        \\frac{\\partial E_{total}}{\\partial w_5} = #       dE/dw5
        \\dfrac{\\partial C}{\\partial w_{6}} &= # \\\\      dE/dw6
        $\\frac{\\partial L}{\\partial w_7} = #$             dE/dw7
        \\frac{dE}{dw_8} = #                dE/dw8
        dE/d w5 = #                         dE/dw5
        dE / dw6 = #                        dE/dw6
        dLoss/dw5 = #                       dE/dw5
        dcost/dw6 = #                       dE/dw6
        dMSE/dw7 = #                        dE/dw7
        dE_dw8 = #                          dE/dw8
        dL_dw1 = #                          dE/dw1
        dEdw2 = #                           dE/dw2
        dJdw3 = #                           dE/dw3
        ∇w5 = #                             dE/dw5
        ∇_{w6} = #                          dE/dw6
        ∇w₇ = #                             dE/dw7
        grad w5 = #                         dE/dw5
        Grad_w6 = #                         dE/dw6
        gradient_w7 = #                     dE/dw7
        gradient of w8 = #                  dE/dw8
        gradient w.r.t. w1 = #              dE/dw1
        w5_grad = #                         dE/dw5
        w2.grad = tensor(#)                 dE/dw2
        w3.grad: #                          dE/dw3
        g_w5 = #                            dE/dw5
        d_w6 = #                            dE/dw6
        dw_7 = #                            dE/dw7
        dw₈ = #                             dE/dw8
        ∂w5 = #                             dE/dw5
        δo1 = #                             dE/dnet_o1
        δ(o2) = #                           dE/dnet_o2
        δ_{h1} = #                          dE/dnet_h1
        delta o1 = #                        dE/dnet_o1
        delta(h2) = #                       dE/dnet_h2
        Delta_h1 = #                        dE/dnet_h1
        deltah1 = #                         dE/dnet_h1
        DELTA_O2 = #                        dE/dnet_o2
        \\delta_{h2} = #                    dE/dnet_h2
        err_o1 = #                          dE/dnet_o1
        Err_{h1} = #                        dE/dnet_h1
        error_term_o1 = #                   dE/dnet_o1
        dnet_o1 = #                         dE/dnet_o1
        dz_h1 = #                           dE/dnet_h1
        dzo2 = #                            dE/dnet_o2
        da_h1 = #                           dE/dout_h1
        dout_o1 = #                         dE/dout_o1
        ∂E/∂a_h1 = #                        dE/dout_h1
        dE/dz_o1 = #                        dE/dnet_o1
        dE/do1 = #                          dE/dout_o1
        dE/dh1 = #                          dE/dout_h1
        ∂E/∂out_{o1} = #                    dE/dout_o1
        \\frac{\\partial E}{\\partial net_{h1}} = #           dE/dnet_h1
        do1/dnet_o1 = #                     dout_o1/dnet_o1
        \\frac{\\partial out_{o1}}{\\partial net_{o1}} = #    dout_o1/dnet_o1
        da_o1/dz_o1 = #                     dout_o1/dnet_o1
        σ'(z_h1) = #                        dout_h1/dnet_h1
        g'(net_h1) = #                      dout_h1/dnet_h1
        sigmoid'(net_o1) = #                dout_o1/dnet_o1
        f'(z_o2) = #                        dout_o2/dnet_o2
        dnet_o1/dw5 = #                     dnet_o1/dw5
        ∂z_o1/∂w6 = #                       dnet_o1/dw6
        dE1/dout_h1 = #                     dE/dout_h1:o1
        ∂E_o2/∂out_h1 = #                   dE/dout_h1:o2
        dE_2/dh2 = #                        dE/dout_h2:o2
        w5 (new) = #                        w5+
        w_5 new = #                         w5+
        w6 updated = #                      w6+
        w7(t+1) = #                         w7+
        w8^{new} = #                        w8+
        w_5^{*} = #                         w5+
        w_6' = #                            w6+
        w₁⁺ = #                             w1+
        w5⁺ = #                             w5+
        w_{7}^{+} = #                       w7+
        w1_neu = #                          w1+
        neues w2 = #                        w2+
        New w3 = #                          w3+
        next w4 = #                         w4+
        w5_next = #                         w5+
        w6 after update = #                 w6+
        updated_w7 = #                      w7+
        new_w8 = #                          w8+
        Therefore the updated weight w5_new = #              w5+
        Δw_5 = #                            change_w5
        Δ w6 = #                            change_w6
        \\Delta w_7 = #                     change_w7
        delta w8 = #                        change_w8
        change in w1 = #                    change_w1
        delta_w2 = #                        change_w2
        lr = #                              eta
        learning rate = #                   eta
        η: #                                eta
        alpha = #                           eta
        i1 = #                              i1
        w_1 = #                             w1
        W5 = #                              w5
        b_2 = #                             b2
    """,
    "small": """
        z_1 = #                             net_h1
        z₂ = #                              net_h2
        z^{(2)} = #                         net_y
        Z3 = #                              net_h3
        z_y = #                             net_y
        a_1 = #                             out_h1
        a₃ = #                              out_h3
        h1 = #                              out_h1
        output = #                          out_y
        prediction = #                      out_y
        y_pred = #                          out_y
        yh = #                              out_y
        ŷ ≈ #                               out_y
        p = #                               out_y
        BCE = #                             E
        Loss: #                             E
        cost J = #                          E
        dL/dv2 = #                          dE/dv2
        dJ/dc = #                           dE/dc
        dv3 = #                             dE/dv3
        db1 = #                             dE/db1
        dw22 = #                            dE/dw22
        dw_31 = #                           dE/dw31
        dz1 = #                             dE/dnet_h1
        dz_2 = #                            dE/dnet_h2
        da3 = #                             dE/dout_h3
        delta_1 = #                         dE/dnet_h1
        δ₂ = #                              dE/dnet_h2
        delta_y = #                         dE/dnet_y
        delta_out = #                       dE/dnet_y
        v1_new = #                          v1+
        c' = #                              c+
        b3 new = #                          b3+
        w_{12}^{new} = #                    w12+
        w32(new) = #                        w32+
        Δv1 = #                             change_v1
        f'(z1) = #                          dout_h1/dnet_h1
        tanh'(z2) = #                       dout_h2/dnet_h2
    """,
    "chain": """
        z = #                               net_h
        z1 = #                              net_h
        z2 = #                              net_o
        a1 = #                              out_h
        a2 = #                              out_o
        net_h = #                           net_h
        hidden = #                          out_h
        y = #                               out_o
        o = #                               out_o
        output = #                          out_o
        E = #                               E
        dw = #                              dE/dw
        dv = #                              dE/dv
        grad_v = #                          dE/dv
        dE/dw = #                           dE/dw
        delta_o = #                         dE/dnet_o
        delta1 = #                          dE/dnet_h
        delta2 = #                          dE/dnet_o
        w' = #                              w+
        new v = #                           v+
        Δw = #                              change_w
    """,
    "plain": """
        z^[1]_2 = #                         net_h2
        z^{[2]}_1 = #                       net_o1
        a^[1]_3 = #                         out_h3
        a_2^{(2)} = #                       out_o2
        z1_1 = #                            net_h1
        a1[0] = #                           out_h1
        z2[1] = #                           net_o2
        a_{1,2} = #                         out_h2
        w_x1h2 = #                          w_x1_h2
        w_{x2,h3} = #                       w_x2_h3
        w(h1,o2) = #                        w_h1_o2
        dw_x1_h1 = #                        dE/dw_x1_h1
        dE/dw_{h3,o1} = #                   dE/dw_h3_o1
        w_h2_o1_new = #                     w_h2_o1+
        b_o2' = #                           b_o2+
        db_h3 = #                           dE/db_h3
    """,
}  # fmt: skip


def example(name: str):
    return read_example(TEXTS[name]) if name in TEXTS else load(name)


def true_values(worked) -> dict[str, Fraction]:
    from backprop_trace.check.variant import Variant

    return {canonical(name): value for name, value in Variant(worked).true(1).items()}


def cases() -> Iterator[tuple[str, str, str]]:
    for name, lines in FOUND.items():
        for line in lines.strip().splitlines():
            spelling, _, meant = line.strip().rpartition(" ")
            yield name, spelling.strip(), meant


def written(value: Fraction) -> str:
    """Five significant figures, as people write them."""
    size = abs(float(value))
    places = 4 if size >= 1 or not size else min(9, 4 - int(f"{size:e}".partition("e")[2]))
    return f"{float(value):.{places}f}"


@pytest.mark.parametrize("name", FOUND)
def test_other_ways_of_writing_names_are_read_as_they_are_meant(name):
    worked = example(name)
    true, checker = true_values(worked), Checker(worked)
    wrong = []
    for of, spelling, meant in cases():
        if of == name:
            text = spelling.replace("#", written(true[meant]))
            found = [(line.name, line.verdict) for line in checker.check(read_sheet(text + "\n", "a.txt")).written]
            if [each for each, _ in found] != [meant] or found[0][1] not in FINE:
                wrong.append((text, meant, found))
    assert not wrong


def test_there_are_as_many_spellings_as_were_given():
    assert len(list(cases())) >= 221


@pytest.mark.parametrize("notation", notations.NOTATIONS)
def test_a_sheet_in_any_notation_is_read_and_nothing_as_something_else(notation):
    read = lines = 0
    for seed in range(6):
        got, all_, other = notations.tried(notation, random.Random(seed))
        read, lines = read + got, lines + all_
        assert not other, (notation, seed, other)
    assert read >= 0.99 * lines, (notation, read, lines)


def spelled(names: Iterable[Name]) -> set[tuple[str, int | None]]:
    return {(canonical(name._replace(sample=None)), name.sample) for name in names}


FORMS = ("table", "plain", "markdown", "latex", "csv", "json")
PRINTED = [
    *((name, form, "net-out") for name in shipped() for form in FORMS),
    *((name, form, style) for name in ("mazur", "kumar", "deep", "rnn") for form in FORMS
      for style in ("layered", "nielsen")),
]  # fmt: skip


@pytest.mark.parametrize(("name", "form", "style"), PRINTED)
def test_what_show_prints_is_a_sheet_without_a_mistake(name, form, style, capsys, monkeypatch):
    text = notations.shown(name, form, style, capsys, monkeypatch)
    if text is None:
        pytest.skip("nothing to show")
    report = Checker(load(name)).check(read_sheet(text, {"csv": "a.csv", "json": "a.json"}.get(form, "a.txt")))
    bad = [(line.name, line.written, line.verdict, line.message) for line in report.written if line.verdict not in FINE]
    assert not bad
    assert not report.unread
    names = {(line.name, line.sample) for line in report.written}
    lines = {(canonical(e.name._replace(sample=None)), e.name.sample) for e in load(name).listing().equations}
    assert lines <= names or form in ("markdown", "latex")  # documents leave out what is only copied


@pytest.mark.parametrize("square", ["x²", "x^2", "x**2", "x^(2)", "x^{2}"])
def test_a_power_of_a_name_is_no_other_name(square):
    (line,) = Checker(load("descent")).check(read_sheet(f"v = y - {square} = 0.5 - (-0.5)² = 0.25\n", "a.txt")).written
    assert (line.name, line.verdict, line.written) == ("v", "right", "0.25")


@pytest.mark.parametrize(
    ("line", "name", "verdict"),
    [
        ("w5 = 0.3589", "w5+", "right"),  # its number says so
        ("w5 = 0.4 - 0.5 * 0.0822 = 0.3589", "w5+", "right"),
        ("w5 = 0.40", "w5", "right"),
        ("w5 = 0.45", "w5", "slip"),
    ],
)
def test_a_weight_with_the_number_of_the_new_one_is_the_new_one(line, name, verdict):
    (found,) = Checker(load("mazur")).check(read_sheet(f"{line}\n", "a.txt")).written
    assert (found.name, found.verdict) == (name, verdict)


BARE = """\
inputs: {x1: 0.05, x2: 0.10}
targets: {o1: 0.01, o2: 0.99}
layers:
  - {units: [h1, h2], activation: sigmoid, weights: [[0.15, 0.20], [0.25, 0.30]], bias: 0.35}
  - {units: [o1, o2], activation: sigmoid, weights: [[0.40, 0.45], [0.50, 0.55]], bias: 0.60}
loss: half_squared_error
learning_rate: 0.5
"""
"""Mazur's network, with its weights as bare matrices."""


def read_bare(*lines: str) -> tuple[list[tuple[str, str]], str]:
    report = Checker(read_example(BARE)).check(read_sheet("\n".join(lines), "a.txt"))
    written = sorted(report.written, key=lambda line: line.place)
    return [(line.name, line.verdict) for line in written], report.notation


def test_weights_of_bare_matrices_are_counted_as_the_sheet_counts_them_and_it_is_said_once():
    rows, said = read_bare("w2 = 0.20", "dE/dw5 = 0.0822", "dE/dw6 = 0.0827", "w6 = 0.4087")
    assert rows == [(name, "right") for name in ("w_x2_h1", "dE/dw_h1_o1", "dE/dw_h2_o1", "w_h2_o1+")]
    assert said == "w1, w2, ... are the weights row by row"
    columns, said = read_bare("w2 = 0.25", "dE/dw5 = 0.0822", "dE/dw7 = 0.0827", "w5 = 0.3589", "w7 = 0.4087")
    meant = ("w_x1_h2", "dE/dw_h1_o1", "dE/dw_h2_o1", "w_h1_o1+", "w_h2_o1+")
    assert columns == [(name, "right") for name in meant]
    assert said == "w1, w2, ... are the weights column by column"


def test_a_sheet_that_counts_weights_one_way_does_not_change_to_the_other_for_two_lines():
    """The gradients of w2 and w3 are exchanged, and all the rest is counted by rows."""
    read, _ = read_bare("w2 = 0.20", "w3 = 0.25", "w7_new = 0.5113", "dE/dw2 = 0.000498", "dE/dw3 = 0.000877")
    assert [name for name, _ in read][-2:] == ["dE/dw_x2_h1", "dE/dw_x1_h2"]
    assert {verdict for _, verdict in read[-2:]} == {"slip"}


def test_a_new_weight_of_a_bare_matrix_may_be_wrong():
    read, _ = read_bare("dE/dw5 = 0.0822", "dE/dw6 = 0.0827", "dE/dw7 = -0.0226", "w6 = 0.4913")
    assert read[-1] == ("w_h2_o1+", "slip")


def test_the_number_behind_a_name_is_the_time_step_of_a_sequence_and_it_is_said():
    """With w = 0.5, u = 0.8, b = 0.1, v = 1.2 and x = 1, 0, -1; y2 rests on the rounded h2, and is not its number."""
    sheet = "h1 = 0.5370\nh^(2) = 0.4850\ny1 = 0.6445\ny_2 = 0.5820\nz_h2 = 0.5296\nL1 = 0.0104\ndelta_y3 = -0.1143\n"
    report = Checker(load("rnn")).check(read_sheet(sheet, "sheet.txt"))
    read = {line.spelling: (line.name, line.verdict) for line in report.written}
    assert read == {
        "h1": ("out_h1@1", "right"), "h^(2)": ("out_h1@2", "rounded"), "y1": ("out_o1@1", "right"),
        "y_2": ("out_o1@2", "rounded"), "z_h2": ("net_h1@2", "right"), "L1": ("E@1", "right"),
        "delta_y3": ("dE/dnet_o1@3", "right"),
    }  # fmt: skip
    assert report.notation == "the number behind a name is the time step"
