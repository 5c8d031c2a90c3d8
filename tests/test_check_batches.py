"""Sheets of stochastic and mini-batch training: each step is judged by its own samples.

The numbers are worked out here, in a loop written for one neuron with momentum, not by the program.
"""

from __future__ import annotations

from math import exp

import pytest

from backprop_trace.check.checker import Checker
from backprop_trace.check.hidden_slips import hidden_slips
from backprop_trace.check.report import JudgedLine, Report
from backprop_trace.files.sheet import read_sheet
from backprop_trace.files.spec import load, read_example
from backprop_trace.model.batches import shuffled

XS, TS = (1.0, 2.0, -1.0), (1.0, 3.0, 0.5)
RATE, MOMENTUM = 0.1, 0.5
EXAMPLE = """
inputs: {x: [1, 2, -1]}
targets: {o: [1, 3, 0.5]}
parameters: {w: 0.4, b: 0.1}
layers: [{units: [o], activation: identity, weights: [[w]], bias: b}]
loss: half_squared_error
optimizer: {name: momentum, learning_rate: 0.1, momentum: 0.5, convention: torch}
"""
ONE_BY_ONE = EXAMPLE + "batch_size: 1\n"


def worked(batches: list[list[int]]) -> list[dict[str, float]]:
    """The lines of one neuron y = w x + b, step by step; torch's momentum: v = mu v + g, w = w - eta v."""
    w, b, vw, vb = 0.4, 0.1, 0.0, 0.0
    steps = []
    for batch in batches:
        lines, gw, gb = {}, 0.0, 0.0
        for s in batch:
            y = w * XS[s - 1] + b
            lines |= {f"net_o[{s}]": y, f"out_o[{s}]": y, f"E_o[{s}]": (TS[s - 1] - y) ** 2 / 2}
            lines |= {f"dE/dout_o[{s}]": y - TS[s - 1], f"delta_o[{s}]": y - TS[s - 1]}
            gw, gb = gw + (y - TS[s - 1]) * XS[s - 1], gb + (y - TS[s - 1])
        lines |= {"E": sum(lines[f"E_o[{s}]"] for s in batch), "dE/dw": gw, "dE/db": gb}
        vw, vb = MOMENTUM * vw + gw, MOMENTUM * vb + gb
        w, b = w - RATE * vw, b - RATE * vb
        steps.append(lines | {"v_w+": vw, "v_b+": vb, "w+": w, "b+": b})
    return steps


def text_of(steps: list[dict[str, float]], first: int = 1) -> str:
    return "".join(
        f"step {step}:\n" + "".join(f"  {name}: {value:.5f}\n" for name, value in lines.items())
        for step, lines in enumerate(steps, first)
    )


def judged(example: str, text: str) -> Report:
    return Checker(read_example(example, "neuron")).check(read_sheet(text, "sheet.yaml"))


def line(report: Report, step: int, spelling: str) -> JudgedLine:
    (found,) = [each for each in report.lines if each.written and (each.step, each.spelling) == (step, spelling)]
    return found


@pytest.mark.parametrize(
    ("setting", "batches"),
    [
        ("batch_size: 1", [[1], [2], [3], [1], [2]]),
        ("batch_size: 2", [[1, 2], [3], [1, 2], [3]]),
        ("batch_size: 3", [[1, 2, 3], [1, 2, 3]]),
        (
            "batch_size: 1\nshuffle: 5",
            [[each] for epoch in (0, 1) for each in shuffled(3, 5, epoch)],
        ),
    ],
)
def test_honest_steps_are_right_whatever_their_samples(setting, batches):
    report = judged(f"{EXAMPLE}{setting}\n", text_of(worked(batches)))
    assert report.counts.keys() <= {"right", "rounded", "missing"}
    assert report.counts["right"] > 20


def test_each_step_is_judged_from_its_own_samples():
    """The lines of other samples belong to other steps."""
    first, second = worked([[1], [2]])
    report = judged(ONE_BY_ONE, text_of([first | {"net_o[2]": second["net_o[2]"]}, second]))
    assert {each.spelling for each in report.written if each.verdict not in ("right", "rounded")} == {"net_o[2]"}
    assert line(report, 1, "net_o[2]").verdict == "unknown"


@pytest.mark.parametrize(
    ("setting", "batches", "convention"),
    [
        ("", [[1], [2], [3]], "batches-of-1"),
        ("", [[1, 2], [3], [1, 2]], "batches-of-2"),
        ("batch_size: 2", [[1, 2, 3], [1, 2, 3]], "all-samples"),
    ],
)
def test_other_batches_than_the_example_s_are_a_convention(setting, batches, convention):
    report = judged(EXAMPLE + setting, text_of(worked(batches)))
    assert report.conventions == (convention,)
    assert not report.has_mistakes
    assert report.counts["convention"] > 10


def test_the_number_of_a_lone_sample_may_be_left_out_or_put_in():
    second = worked([[1], [2]])[1]
    sheet = {"net_o": "net_o[2]", "out_o[2]": "out_o[2]", "delta_o": "delta_o[2]", "E_o": "E_o[2]", "E[2]": "E"}
    sheet |= {"dE/dw[2]": "dE/dw", "dE/db": "dE/db", "error_o": "", "x": "", "target_o[2]": ""}
    others = {"error_o": TS[1] - second["out_o[2]"], "x": 2.0, "target_o[2]": 3.0}
    first = text_of(worked([[1]]))
    text = (
        first + "step 2:\n" + "".join(f"  {own}: {others.get(own, second.get(at)):.4f}\n" for own, at in sheet.items())
    )
    report = judged(ONE_BY_ONE, text)
    assert {own: line(report, 2, own).verdict for own in sheet} == dict.fromkeys(sheet, "right")


def test_a_section_of_a_sample_stands_inside_its_step():
    first, second = worked([[1, 2], [3]])
    text = (
        f"step 1:\n  sample 1:\n    net_o: {first['net_o[1]']:.4f}\n  sample 2:\n    net_o: {first['net_o[2]']:.4f}\n"
        f"    E: {first['E_o[2]']:.4f}\n  E: {first['E']:.4f}\n  w+: {first['w+']:.4f}\n  b+: {first['b+']:.4f}\n"
        f"step 2:\n  sample 3:\n    net_o: {second['net_o[3]']:.4f}\n    E: {second['E']:.4f}\n"
    )
    report = judged(EXAMPLE + "batch_size: 2\n", text)
    assert {each.verdict for each in report.written} == {"right"}
    assert len(report.written) == 8


@pytest.mark.parametrize(
    ("spelling", "message"),
    [
        ("net_o[3]", "sample 3 is not used in step 1 but in step 2"),
        ("net_o[4]", "there is no sample 4: the example has 3"),
        ("net_o", "which sample? write net_o[1] or a section 'sample 1:'"),
        ("nothing", "not in this example"),
    ],
)
def test_why_a_line_is_in_no_step_of_this_kind(spelling, message):
    report = judged(EXAMPLE + "batch_size: 2\n", f"step 1:\n  {spelling}: 0.5\n  net_o[1]: 0.5\n")
    assert line(report, 1, spelling).verdict == "unknown"
    assert line(report, 1, spelling).message.startswith(message)


def test_a_sample_of_a_shuffled_epoch_is_looked_for_in_that_epoch():
    order = shuffled(3, 5, 1)
    report = judged(ONE_BY_ONE + "shuffle: 5\n", f"step 4:\n  net_o[{order[2]}]: 0.5\n")
    assert report.lines[0].message == f"sample {order[2]} is not used in step 4 but in step 6"


@pytest.mark.parametrize("name", ["net_o[2]", "w+", "b+"])
def test_weights_that_were_not_carried_on_are_a_slip_of_their_own(name):
    first, second = worked([[1], [2]])
    wrong = {"net_o[2]": 0.4 * 2 + 0.1, "w+": 0.4 - RATE * second["v_w+"], "b+": 0.1 - RATE * second["v_b+"]}[name]
    lines = dict(list(second.items())[: list(second).index(name)]) | {name: wrong}
    report = judged(ONE_BY_ONE, text_of([first, lines]))
    found = line(report, 2, name)
    assert found.verdict == "slip"
    assert "old-weights" in found.slips  # beside no-bias: 0.4 · 2 + 0.1 is 0.45 · 2, too
    assert report.first_mistake == found


def test_the_number_of_another_sample_is_stale():
    first, second = worked([[1], [2]])
    third = worked([[1], [2], [3]])[2]
    report = judged(ONE_BY_ONE, text_of([first, {"net_o[2]": third["net_o[3]"]}]))
    assert "stale" in line(report, 2, "net_o[2]").slips
    assert second["net_o[2]"] != third["net_o[3]"]


@pytest.mark.parametrize(
    ("formula", "verdict"),
    [("(out_o - target_o) * x", "right"), ("out_o - target_o", "slip"), ("(target_o[2] - out_o[2]) * x[2]", "slip")],
)
def test_a_formula_is_judged_by_the_samples_of_its_step(formula, verdict):
    report = judged(ONE_BY_ONE, f'step 2:\n  dE/dw: "{formula}"\n')
    assert line(report, 2, "dE/dw").verdict == verdict


def test_a_convention_holds_in_every_step():
    """Without the factor 1/2 all losses, gradients and weights are others."""
    w, b, text = 0.4, 0.1, ""
    for s in (1, 2):
        y = w * XS[s - 1] + b
        g = 2 * (y - TS[s - 1])
        text += f"step {s}:\n  net_o: {y:.5f}\n  E: {(TS[s - 1] - y) ** 2:.5f}\n  dE/dw: {g * XS[s - 1]:.5f}\n"
        w, b = w - RATE * g * XS[s - 1], b - RATE * g
        text += f"  w+: {w:.5f}\n  b+: {b:.5f}\n"
    report = judged(
        ONE_BY_ONE.replace("name: momentum, ", "name: sgd, ").replace(", momentum: 0.5, convention: torch", ""), text
    )
    assert report.conventions == ("no-half",)
    assert not report.has_mistakes


def test_the_loss_after_the_step_is_that_of_the_same_samples():
    first = worked([[1]])[0]
    (after,) = [(TS[0] - (lines["w+"] * XS[0] + lines["b+"])) ** 2 / 2 for lines in [first]]
    report = judged(ONE_BY_ONE, text_of([first | {"w+": 0.4 + RATE * first["dE/dw"]}]))
    assert line(report, 1, "w+").slips[0] == "ascent"
    assert (
        report.done_right
        == f"Done right, the loss of its samples falls from {first['E']:.6g} to {after:.6g} in this step."
    )


def test_the_step_that_is_told_to_be_done_right_is_the_first_with_a_mistake():
    first, *later = worked([[1], [2], [3]])
    wrong = [lines | {"b+": lines["b+"] + 2 * RATE * lines["v_b+"]} for lines in later]
    report = judged(ONE_BY_ONE, text_of([first, *wrong]))
    assert report.done_right.endswith("in step 2.")


def test_lines_that_are_missing_are_those_of_their_step():
    first, second = worked([[1, 2], [3]])
    del first["dE/dout_o[2]"], second["E"]
    report = judged(EXAMPLE + "batch_size: 2\n", text_of([first, second]))
    missing = {(each.step, each.name, each.sample) for each in report.lines if each.verdict == "missing"}
    assert (1, "dE/dout_o", 2) in missing
    assert (2, "E", None) in missing
    assert not {sample for step, _, sample in missing if step == 2} - {None, 3}


def test_slips_that_cannot_show_are_looked_for_in_each_step():
    """(0.5 + 0.5)^2 / 2 is 0.5, and so is half of (0.5 + 0.5), with one factor left out or without the square."""
    third = worked([[1], [2], [3]])[2]
    text = "step 3:\n" + "".join(f"  {name}: {value:.1f}\n" for name, value in third.items())
    found = hidden_slips(Checker(read_example(ONE_BY_ONE)), read_sheet(text, "sheet.yaml"))
    assert {hidden.step for hidden in found} == {3}
    (loss,) = (hidden for hidden in found if hidden.name == "E_o")
    assert (loss.sample, loss.slips) == (3, ("factor-left-out", "no-square"))


def test_a_mean_is_taken_over_the_samples_of_the_step():
    """The delta of cross-entropy where the loss is half the square: (out - target) / 2 in a step of two samples."""
    example = EXAMPLE.replace("identity", "sigmoid") + "batch_size: 2\nbatch: mean\n"
    out = {s: 1 / (1 + exp(-(0.4 * XS[s - 1] + 0.1))) for s in (1, 2)}
    text = "step 1:\n" + "".join(f"  out_o[{s}]: {out[s]:.5f}\n" for s in out)
    report = judged(example, text + f"  delta_o[1]: {(out[1] - TS[0]) / 2:.5f}\n")
    assert line(report, 1, "delta_o[1]").slips[0] in ("no-slope", "delta-of-other-loss")
    assert "delta-of-other-loss" in line(report, 1, "delta_o[1]").slips


# --- names and numbers of other samples ---


def test_sections_of_samples_that_a_step_does_not_use_are_unknown_in_it():
    """They are no other readings of the sample it does use."""
    first = worked([[1]])[0]
    text = "".join(f"sample {s}:\n  net_o: {0.4 * XS[s - 1] + 0.1:.4f}\n" for s in (1, 2, 3))
    report = judged(ONE_BY_ONE, text + f"w+: {first['w+']:.4f}\n")
    verdicts = {(each.name, each.sample): (each.verdict, each.message) for each in report.written}
    assert verdicts["net_o", 1] == ("right", "")
    assert verdicts["net_o", 2] == ("unknown", "sample 2 is not used in step 1 but in step 2")
    assert verdicts["net_o", 3] == ("unknown", "sample 3 is not used in step 1 but in step 3")


TWO_OUTPUTS = """
inputs: {x: [0.3, 0.5, 0.8]}
targets: {o1: [1, 0, 1], o2: [0.2, 0.3, 0.4]}
layers: [{units: [o1, o2], activation: identity, weights: [[0.4], [0.6]], bias: [0.1, 0.2]}]
loss: half_squared_error
learning_rate: 0.5
batch_size: 2
"""


@pytest.mark.parametrize("sample", [1, 2, 3, 4])
@pytest.mark.parametrize("text", ["W: [[0.4], [0.6]]", "b: [0.1, 0.2]", "E: 0.3", "E_total: 0.3"])
def test_what_all_samples_share_stands_in_the_sections_of_those_that_the_step_uses(text, sample):
    """The first step uses two of three samples; there is no fourth."""
    found = judged(TWO_OUTPUTS, f"sample {sample}:\n  {text}\n").written
    assert all((line.verdict == "unknown") is (sample > 2) for line in found)


def test_mistakes_in_sections_of_samples_stay_mistakes():
    """The convention of single samples does not swallow them."""
    text = "sample 1:\n  net_o: 0.5\nsample 2:\n  net_o: 7.7777\nsample 3:\n  net_o: 5.1234\n"
    report = judged(EXAMPLE, text)
    assert report.conventions == ()
    assert [each.verdict for each in report.written] == ["right", "wrong", "wrong"]


def test_names_without_a_sample_alone_are_no_convention():
    """Right totals over all samples, beside lines that do not say whose they are."""
    step = worked([[1, 2, 3]])[0]
    text = "net_o: 0.5\nout_o: 0.5\nE_o: 0.125\n" + "".join(
        f"{name}: {step[name]:.5f}\n" for name in ("E", "dE/dw", "w+")
    )
    report = judged(EXAMPLE, text)
    assert report.conventions == ()
    assert [each.verdict for each in report.written if each.spelling in ("E", "dE/dw", "w+")] == ["right"] * 3
    assert line(report, 1, "net_o").message == "which sample? write net_o[1] or a section 'sample 1:'"


def test_the_same_number_twice_is_not_miscopied():
    report = judged(EXAMPLE, "sample 1:\n  w: 0.4\n  net_o: 0.5\nsample 2:\n  w: 0.4\n  net_o: 0.9\n")
    assert {each.verdict for each in report.written} == {"right"}
    assert not any(each.message for each in report.written)


@pytest.mark.parametrize(
    ("line_", "message"),
    [
        ("net_o[0]: 0.5", "samples are numbered from 1"),
        ('dE/dw: "(out_o[1] - target_o[1]) * x[1]"', "sample 1 is not used in step 2"),
        ('w: "0.4 + b"', "this is given: copy its number"),
    ],
)
def test_what_cannot_be_read_is_said(line_, message):
    (found,) = (each for each in judged(ONE_BY_ONE, f"step 2:\n  {line_}\n").lines if each.written)
    assert (found.verdict, found.message) == ("unknown", message)


def test_inputs_and_targets_of_another_sample_are_named():
    first, second = worked([[1], [2]])
    w, b = first["w+"], first["b+"]
    for lines in ({"net_o[2]": w * XS[0] + b}, second | {"delta_o[2]": second["out_o[2]"] - TS[0]}):
        del_ = {name: value for name, value in lines.items() if not name.startswith("dE/dout")}
        report = judged(ONE_BY_ONE, text_of([first, del_]))
        assert report.first_mistake is not None
        assert "wrong-sample" in report.first_mistake.slips


def test_an_input_copied_wrong_in_a_later_step_is_found():
    first, second = worked([[1], [2]])
    report = judged(ONE_BY_ONE.replace("x: [1, 2, -1]", "x: [1, 2.00, -1]"),
                    text_of([first, {"net_o[2]": first["w+"] * 2.01 + first["b+"]}]))  # fmt: skip
    assert "copied-wrong" in line(report, 2, "net_o[2]").slips
    assert second["net_o[2]"] != first["w+"] * 2.01 + first["b+"]


# --- optimizers ---


def test_the_velocity_of_another_convention_is_a_convention():
    """torch's velocity v = mu v + g on a sheet for v = mu v - eta g; the weights are the same."""
    report = judged(EXAMPLE.replace("torch", "paper"), text_of(worked([[1, 2, 3], [1, 2, 3]])))
    assert report.conventions == ("torch-velocity",)
    assert not report.has_mistakes


def test_a_velocity_that_is_subtracted_is_ascent():
    step = worked([[1, 2, 3]])[0]
    lines = step | {"v_w+": -RATE * step["v_w+"], "v_b+": -RATE * step["v_b+"], "w+": 0.4 + RATE * step["v_w+"]}
    found = judged(EXAMPLE.replace("torch", "paper"), text_of([lines])).first_mistake
    assert found is not None
    assert (found.name, found.slips[0]) == ("w+", "ascent")


ADAM = EXAMPLE.replace(
    "name: momentum, learning_rate: 0.1, momentum: 0.5", "name: adam, learning_rate: 0.1, epsilon: 0.1"
)


@pytest.mark.parametrize(
    ("slip", "update"),
    [
        ("no-correction", lambda m, v, t: m / (v**0.5 + 0.1)),
        ("no-epsilon", lambda m, v, t: m / (1 - 0.9**t) / (v / (1 - 0.999**t)) ** 0.5),
        ("epsilon-place", lambda m, v, t: m / (1 - 0.9**t) / (v / (1 - 0.999**t) + 0.1) ** 0.5),
    ],
)
def test_slips_of_adam_are_named_where_its_corrected_moments_are_not_written_out(slip, update):
    g = sum((0.4 * x + 0.1 - t) * x for x, t in zip(XS, TS, strict=True))
    m, v = 0.1 * g, 0.001 * g * g
    text = f"dE/dw: {g:.8f}\nm_w+: {m:.8f}\nv_w+: {v:.10f}\nw+: {0.4 - 0.1 * update(m, v, 1):.8f}\n"
    found = judged(ADAM, text).first_mistake
    assert found is not None
    assert found.name == "w+"
    assert slip in found.slips


def test_weights_from_before_the_update_are_found_behind_lines_that_are_not_written_out():
    """Only the weights stand on the sheet; the forward pass of step 2 used those from before step 1."""
    first = worked([[1]])[0]
    y = 0.4 * XS[1] + 0.1
    vw, vb = MOMENTUM * first["v_w+"] + (y - TS[1]) * XS[1], MOMENTUM * first["v_b+"] + (y - TS[1])
    second = {"w+": first["w+"] - RATE * vw, "b+": first["b+"] - RATE * vb}
    text = text_of([{name: first[name] for name in ("v_w+", "v_b+", "w+", "b+")}, second])
    assert [each.slips for each in judged(ONE_BY_ONE, text).written if each.step == 2] == [("old-weights",)] * 2


# --- costs ---


def test_a_convention_that_takes_too_much_is_not_tried():
    """All samples at once would be half a million lines."""
    many = ", ".join(["1", "2", "-1"] * 3000)
    example = EXAMPLE.replace("x: [1, 2, -1]", f"x: [{many}]").replace("o: [1, 3, 0.5]", f"o: [{many}]")
    report = judged(example + "batch_size: 1\n", "step 2:\n  net_o: 0.7\n  E: 0.3\n")
    assert report.conventions == ()


# --- recurrent networks ---


def test_time_steps_and_lone_samples_go_together():
    """h@t = w x@t + u h@t-1 for two sequences, one a step."""
    example = """
        samples:
          - {sequence: {inputs: {x: [1, 2]}, targets: {o: [1, 0]}}}
          - {sequence: {inputs: {x: [3, -1]}, targets: {o: [0, 1]}}}
        parameters: {w: 0.5, u: 0.25}
        layers: [{units: [o], activation: identity, weights: [[w]], recurrent: [[u]]}]
        loss: half_squared_error
        learning_rate: 0.1
        batch_size: 1
    """
    first, second = 0.5 * 1, 0.5 * 2 + 0.25 * 0.5
    g_second = second - 0
    g_first = (first - 1) + 0.25 * g_second
    gw, gu = g_first * 1 + g_second * 2, g_second * first
    text = f"out_o@1: {first:.5f}\nout_o@2[1]: {second:.5f}\ndE/dw: {gw:.5f}\ndE/du: {gu:.5f}\n"
    w, u = 0.5 - 0.1 * gw, 0.25 - 0.1 * gu
    text += f"w+: {w:.5f}\nu+: {u:.5f}\nstep 2:\n  out_o@1: {w * 3:.5f}\n  out_o@2[2]: {-w + u * w * 3:.5f}\n"
    report = judged(example, text)
    assert [each.verdict for each in report.written] == ["right"] * 8


def test_a_number_too_near_to_0_to_be_written_out_does_no_harm():
    """sigmoid(-642600) is about 1e-279000."""
    example = EXAMPLE.replace(
        "layers: [{units: [o], activation: identity, weights: [[w]], bias: b}]",
        "layers: [{units: [h], activation: sigmoid, weights: [[w]], bias: b}, "
        "{units: [o], activation: tanh, weights: [[0.4]]}]",
    )
    report = judged(example + "batch_size: 1\n", "step 2:\n  net_h: -642600.93210\n  dnet_o/dw_h_o: 0.00000\n")
    assert line(report, 2, "dnet_o/dw_h_o").verdict == "undecided"


# --- sheets that begin later, and numbers with few digits ---


def rounded_run(steps: int, decimals: int, rate: float = RATE) -> list[dict[str, float]]:
    """The steps of a writer who rounds every line, and goes on with what they have written."""
    w, b, vw, vb = 0.4, 0.1, 0.0, 0.0
    found = []
    for _ in range(steps):
        lines: dict[str, float] = {}

        def write(name: str, value: float, lines: dict[str, float] = lines) -> float:
            lines[name] = round(value, decimals)
            return lines[name]

        errors = [write(f"out_o[{s}]", w * XS[s - 1] + b) - TS[s - 1] for s in (1, 2, 3)]
        gw = write("dE/dw", sum(error * x for error, x in zip(errors, XS, strict=True)))
        gb = write("dE/db", sum(errors))
        vw, vb = write("v_w+", MOMENTUM * vw + gw), write("v_b+", MOMENTUM * vb + gb)
        w, b = write("w+", w - rate * vw), write("b+", b - rate * vb)
        found.append(lines)
    return found


@pytest.mark.parametrize(("step", "decimals"), [(3, 2), (4, 3), (6, 4), (9, 3)])
def test_a_later_step_alone_may_have_been_rounded_on_the_way(step, decimals):
    lines = rounded_run(step, decimals)[-1]
    text = f"step {step}:\n" + "".join(f"  {name}: {value:.{decimals}f}\n" for name, value in lines.items())
    assert not judged(EXAMPLE, text).has_mistakes


@pytest.mark.parametrize("name", ["out_o[2]", "dE/dw", "v_b+", "w+"])
def test_a_mistake_in_a_later_step_alone_is_found_where_its_numbers_are_there_and_never_confirmed(name):
    """The weights that the step begins with are not on the sheet: only the gradient rests on the other lines."""
    step = rounded_run(4, 4)[-1]
    text = "step 4:\n" + "".join(f"  {key}: {value + 0.1 * (key == name):.4f}\n" for key, value in step.items())
    found = next(each for each in judged(EXAMPLE, text).lines if each.spelling == name)
    assert found.verdict in (("slip", "wrong") if name == "dE/dw" else ("undecided",))


def test_a_later_step_after_mistakes_that_nobody_sees_cannot_be_judged():
    """The writer went on from other weights: what they did with them is not wrong."""
    y = [0.9 * x - 0.4 for x in XS]
    g = sum((out - t) * x for out, x, t in zip(y, XS, TS, strict=True))
    lines = {f"out_o[{s}]": y[s - 1] for s in (1, 2, 3)} | {
        f"E_o[{s}]": (TS[s - 1] - y[s - 1]) ** 2 / 2 for s in (1, 2, 3)
    }
    report = judged(EXAMPLE, text_of([lines | {"dE/dw": g}], first=3))
    assert [each.verdict for each in report.written] == ["undecided", "follows"] * 3 + ["follows"]


DEAD = """
inputs: {x: 1}
targets: {o: 1}
parameters: {w1: 0.5, w2: -0.5, w3: 0.4, w4: -0.6}
layers:
  - {units: [h1, h2], activation: relu, weights: [[w1], [w2]]}
  - {units: [o], activation: identity, weights: [[w3, w4]]}
loss: half_squared_error
learning_rate: 0.5
"""


@pytest.mark.parametrize("zero", ["0", "0.0", "0.00000"])
def test_a_zero_is_exact_where_the_others_have_digits(zero):
    """out_h2 is 0, so dE/dw4 is, whatever the 0 looks like."""
    text = f"net_h1: 0.50000\nout_h1: 0.50000\nout_h2: {zero}\nnet_o: 0.20000\ndE/dnet_o: -0.80000\ndE/dw3: -0.40000\n"
    report = judged(DEAD, text + "dE/dw4: -0.31000\n")
    assert [each.verdict for each in report.written][-1] in ("slip", "wrong")
    assert judged(DEAD, text + f"dE/dw4: {zero}\n").counts["right"] == 7


def test_the_bias_correction_is_no_number_that_anybody_rounds():
    """With three decimals 1 - beta2 = 0.001 might be 0, and anything could come out."""
    g = sum((0.4 * x + 0.1 - t) * x for x, t in zip(XS, TS, strict=True))
    text = f"dE/dw: {g:.3f}\nv_w+: {0.001 * g * g:.7f}\nw+: 57.30000\n"
    assert line(judged(ADAM, text), 1, "w+").verdict == "wrong"


def test_last_zeros_that_are_left_out_excuse_nothing():
    """0.75 for 0.55 where the other numbers have four figures: the step goes the wrong way."""
    g = sum((0.4 * x + 0.1 - t) * x for x, t in zip(XS, TS, strict=True))
    example = ADAM.replace(", epsilon: 0.01", "")
    text = f"out_o[1]: 0.5000\nout_o[2]: 0.9000\nm_w+: {0.1 * g:.4g}\nv_w+: {0.001 * g * g:.4g}\nw+: "
    assert line(judged(example, text + "0.5"), 1, "w+").verdict == "right"
    assert line(judged(example, text + "0.3"), 1, "w+").slips[0] == "ascent"


def test_a_guess_about_a_line_that_is_not_there_is_not_held_against_the_next():
    """One loss is miscomputed; the others are those of the true variant."""
    steps = worked([[1, 2, 3]] * 3)
    wrong = worked([[1, 2, 3]] * 2)[1]
    y = wrong["out_o[1]"]
    wrong["E"] += ((TS[1] - y) ** 2 - (TS[0] - y) ** 2) / 2
    losses = [{"E": lines["E"]} for lines in (steps[0], wrong, steps[2])]
    verdicts = [each.verdict for each in judged(EXAMPLE, text_of(losses)).written]
    assert verdicts[0] == verdicts[2] == "right"
    assert verdicts[1] in ("slip", "wrong")


def test_the_root_of_a_mean_square_that_rounds_to_0_is_no_mystery():
    """v = 0.00004 is written as 0.0000; sqrt(v + 0.01) is about 0.1 all the same."""
    example = EXAMPLE.replace("name: momentum, learning_rate: 0.1, momentum: 0.5, convention: torch",
                              "name: rmsprop, learning_rate: 0.1, epsilon: 0.01, rho: 0.99").replace(
                              "o: [1, 3, 0.5]", "o: [0.55, 0.9, -0.3]")  # fmt: skip
    g = sum((0.4 * x + 0.1 - t) * x for x, t in zip(XS, (0.55, 0.9, -0.3), strict=True))
    text = f"dE/dw: {g:.4f}\nv_w+: {0.01 * g * g:.4f}\nw+: "
    assert f"{0.01 * g * g:.4f}" == "0.0000"
    honest, wrong = (0.4 - sign * 0.1 * g / (0.01 * g * g + 0.01) ** 0.5 for sign in (1, -1))
    assert line(judged(example, text + f"{honest:.4f}"), 1, "w+").verdict == "right"
    assert line(judged(example, text + f"{wrong:.4f}"), 1, "w+").slips[0] == "ascent"


def test_weights_of_a_later_step_from_another_run_are_not_called_copied_wrong():
    """Nobody sees how they came about; what follows from them does follow."""
    y = 0.9 * XS[0] - 0.4
    report = judged(ONE_BY_ONE, f"step 4:\n  w: 0.9\n  b: -0.4\n  net_o: {y:.4f}\n  out_o: {y:.4f}\n")
    assert [each.verdict for each in report.written] == ["undecided", "undecided", "follows", "follows"]


def test_a_guess_excuses_only_what_rests_on_it():
    """After a slip in a line that is not there, losses of other samples that are a unit off are so without excuse."""
    y = {s: 0.4 * x + 0.1 for s, x in enumerate(XS, 1)}
    y[1] -= 0.1  # no bias
    text = f"out_o[1]: {y[1]:.4f}\nout_o[2]: {y[2]:.4f}\ndE/dout_o[2]: {y[2] - TS[1] + 0.0001:.4f}\n"
    report = judged(EXAMPLE, text)
    assert report.first_mistake is not None
    assert "no-bias" in report.first_mistake.slips
    assert line(report, 1, "dE/dout_o[2]").verdict in ("slip", "wrong")


@pytest.mark.parametrize(
    ("text", "name", "sample"),
    [
        ("sample 2:\nnet_o = 1", "net_o", 2), ("sample 2:\nnew w = 1", "w+", None), ("sample 2:\nw+ = 1", "w+", None),
        ("sample 2:\ndE/dw = 1", "dE/dw", 2), ("sample 2:\nE = 1", "E", 2), ("E = 1", "E", None),
        ("dE/dw = 1", "dE/dw", None),
        ("sample 2:\nnet_o[2] = 1", "net_o", 2), ("gradient of w = 1", "dE/dw", None),
        ("sample 3:\nz_o = 1", "net_o", 3),
        ("sample 2:\nthe new weight w = 1", "w+", None), ("sample 2:\nx = 1", "x", 2),
    ],
)  # fmt: skip
def test_a_line_in_the_section_of_a_sample_is_of_that_sample_unless_it_has_none(text, name, sample):
    """A new weight is that of all samples, wherever it stands."""
    example = ONE_BY_ONE.replace("batch_size: 1", "batch_size: 3")
    (found,) = [each for each in judged(example, text).lines if each.written]
    assert (found.name, found.sample) == (name, sample)


def test_a_step_that_is_too_far_to_be_computed_is_out_of_reach():
    near, far = Checker(load("mazur")).check(read_sheet("E = 0.2984\nstep 999999999:\nE = 0.5", "a.txt")).written
    assert (near.verdict, far.verdict) == ("right", "unknown")
    assert far.message == "step 999999999 is out of reach: too many steps would have to be computed"
