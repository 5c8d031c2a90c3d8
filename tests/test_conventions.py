"""Sheets that follow another textbook throughout are recognised as such, once, and the rest is judged under it."""

from __future__ import annotations

import pytest

from backprop_trace.check.checker import Checker
from backprop_trace.check.conventions import VARIANTS, possible
from backprop_trace.check.report import Report
from backprop_trace.files.sheet import read_sheet
from backprop_trace.files.spec import load, read_example
from backprop_trace.formulas.expr import Name
from backprop_trace.formulas.notation.names import canonical
from backprop_trace.model.conventions import CONVENTIONS, Ways
from backprop_trace.run.step import trace

NONE = Ways()


def worked(text: str, places: int = 6) -> dict[str, str]:
    """The numbers of a worked example, rounded, by the names of files."""
    found = trace(read_example(text))
    return {
        canonical(line.name): f"{float(line.value):.{places}f}" for line in found.lines if not _is_structural(line.name)
    }


def _is_structural(name: Name) -> bool:
    return name.kind == "d" and (name.via is not None or (name.of is not None and name.of.kind == "net"))


def check(example: str, numbers: dict[str, str], ways: Ways = NONE) -> Report:
    sheet = "\n".join(f"{name} = {value}" for name, value in numbers.items())
    return Checker(load(example), ways=ways).check(read_sheet(sheet, "sheet.txt"))


def mazur() -> str:
    return load("mazur").text.partition("published:")[0]


def test_a_loss_without_the_factor_one_half_is_a_convention() -> None:
    report = check("mazur", worked(mazur().replace("half_squared_error", "squared_error")))
    assert report.conventions == ("no-half",)
    assert not report.has_mistakes


def test_updated_biases_are_a_convention() -> None:
    report = check("mazur", worked(mazur().replace("fixed: [b1, b2]", "")))
    assert report.conventions == ("biases-updated",)
    assert not report.has_mistakes


def test_named_weights_that_are_transposed_are_a_slip_that_is_named() -> None:
    text = mazur().replace("[[w1, w2], [w3, w4]]", "[[w1, w3], [w2, w4]]")
    text = text.replace("[[w5, w6], [w7, w8]]", "[[w5, w7], [w6, w8]]")
    report = check("mazur", worked(text))
    assert report.conventions == ()
    assert report.first_mistake is not None
    assert "transposed" in report.first_mistake.slips
    assert not [line for line in report.written if line.verdict == "wrong"]


def with_updated_weights() -> dict[str, str]:
    """The numbers by plain arithmetic, as in the variant of those who update the output layer first."""
    found = trace(load("mazur"))

    def value(name: str) -> float:
        return float(found[name].value)

    numbers = worked(mazur())
    for unit, weights in (("h1", ("w5", "w7")), ("h2", ("w6", "w8"))):
        error = value("dE/dnet_o1") * value(f"{weights[0]}+") + value("dE/dnet_o2") * value(f"{weights[1]}+")
        delta = error * value(f"dout_{unit}/dnet_{unit}")
        numbers[f"dE/dout_{unit}"], numbers[f"dE/dnet_{unit}"] = f"{error:.6f}", f"{delta:.6f}"
        for source, weight in (("0.05", {"h1": "w1", "h2": "w3"}), ("0.1", {"h1": "w2", "h2": "w4"})):
            gradient = delta * float(source)
            start = float(found.example.values[Name("", weight[unit])])
            numbers[f"dE/d{weight[unit]}"], numbers[f"{weight[unit]}+"] = (
                f"{gradient:.6f}",
                f"{start - gradient / 2:.6f}",
            )
    return numbers


def test_hidden_deltas_from_updated_weights_are_a_slip_that_is_named() -> None:
    report = check("mazur", with_updated_weights())
    assert report.conventions == ()
    assert report.first_mistake is not None
    assert "updated-weights" in report.first_mistake.slips
    assert not [line for line in report.written if line.verdict == "wrong"]


def test_deltas_with_target_minus_output_are_a_convention_and_dE_dnet_is_not() -> None:
    numbers = worked(mazur())
    deltas = {name: value for name, value in numbers.items() if name.startswith("dE/dnet_")}
    turned = {f"delta_{name[8:]}": f"{-float(value):.6f}" for name, value in deltas.items()}
    others = {name: value for name, value in numbers.items() if name not in deltas}
    report = check("mazur", others | turned)
    assert report.conventions == ("delta-sign",)
    assert not report.has_mistakes
    report = check("mazur", others | {name: f"{-float(value):.6f}" for name, value in deltas.items()})
    assert report.conventions == ()
    first = report.first_mistake
    assert first is not None
    assert (first.name, "sign" in first.slips) == ("dE/dnet_o1", True)


@pytest.mark.parametrize(
    ("own", "other", "word"), [("sum", "mean", "mean-of-samples"), ("mean", "sum", "sum-of-samples")]
)
def test_the_mean_over_samples_is_a_convention(own: str, other: str, word: str) -> None:
    text = load("xor").text.partition("published:")[0].replace("batch: sum\n", "") + "\nbatch: BATCH\n"
    sheet = "\n".join(f"{name} = {value}" for name, value in worked(text.replace("BATCH", other)).items())
    report = Checker(read_example(text.replace("BATCH", own))).check(read_sheet(sheet, "sheet.txt"))
    assert report.conventions == (word,)
    assert not report.has_mistakes


@pytest.mark.parametrize("kind", ["dE/dout_h", "dE/dnet_h", "dE/dw_x", "dE/dw_h", "dE/dw_x1_h1", "w_h", "w_x"])
@pytest.mark.parametrize(
    ("own", "other", "word"), [("sum", "mean", "mean-of-samples"), ("mean", "sum", "sum-of-samples")]
)
def test_what_comes_back_alone_tells_whether_samples_are_added_up_and_new_weights_do_not(
    own: str, other: str, word: str, kind: str
) -> None:
    text = load("xor").text.replace("batch: sum\n", "") + "\nbatch: BATCH\n"
    numbers = worked(text.replace("BATCH", other), 7)
    sheet = [f"{name} = {number}" for name, number in numbers.items() if name.startswith(kind)]
    report = Checker(read_example(text.replace("BATCH", own))).check(read_sheet("\n".join(sheet), "sheet.txt"))
    assert report.conventions == ((word,) if kind[0] == "d" else ())
    assert report.has_mistakes is (kind[0] != "d")


@pytest.mark.parametrize("kind", ["dE/dout_o", "dE/dnet_o", "dE/dnet_h", "dE/dw"])
def test_twice_what_comes_back_tells_of_a_loss_without_its_half_only_near_the_loss(kind: str) -> None:
    """Further back it may as well be doubled on the way; hidden lines and gradients have formulas without the loss."""
    numbers = worked(mazur().replace("half_squared_error", "squared_error"), 7)
    report = check("mazur", {name: number for name, number in numbers.items() if name.startswith(kind)})
    assert report.conventions == (("no-half",) if "_o" in kind else ())


def test_a_single_slip_is_no_convention() -> None:
    numbers = worked(mazur())
    numbers["E_o1"] = f"{2 * float(numbers['E_o1']):.6f}"
    numbers["E"] = f"{float(numbers['E_o1']) + float(numbers['E_o2']):.6f}"
    report = check("mazur", numbers)
    assert report.conventions == ()
    first = report.first_mistake
    assert first is not None
    assert first.name == "E_o1"
    assert {"no-half", "doubled"} <= set(first.slips)
    assert next(line.verdict for line in report.lines if line.name == "E") == "follows"


@pytest.mark.parametrize(
    ("example", "line", "slip"),
    [
        ("mazur", "E = 0.5967", "no-half"),
        ("mazur", "dE/dout_o1 = 1.4827", "doubled"),
        ("kumar", "E = 1.155", "half-added"),
        ("one-weight", "dE/dout_y[3] = 2.000", "halved"),
        ("deep", "dnet_n11/db_n11 = -1.000", "sign-dropped"),
        ("xor", "dE/db_o1[4] = -0.1441", "sign-dropped"),
    ],
)
def test_one_line_alone_that_a_slip_gives_is_no_convention(example: str, line: str, slip: str) -> None:
    report = check(example, dict([tuple(line.split(" = "))]))
    assert report.conventions == ()
    assert (report.written[0].verdict, slip in report.written[0].slips) == ("slip", True)


@pytest.mark.parametrize("figures", [1, 2, 3, 6])
def test_numbers_of_one_figure_speak_for_no_convention(figures: int) -> None:
    """Mazur's losses without their factor 1/2."""
    losses = {"E_o1": 0.549622165, "E_o2": 0.0471200514, "E": 0.596742217}
    sheet = "".join(f"{name} = {value:.{figures + (value < 0.1)}f}\n" for name, value in losses.items())
    found = Checker(load("mazur")).check(read_sheet(sheet, "sheet")).conventions
    assert found == (("no-half",) if figures > 1 else ())


def test_one_line_alone_that_only_a_convention_gives_is_one() -> None:
    report = check("mazur", {"b1+": worked(mazur().replace("fixed: [b1, b2]", ""))["b1+"]})
    assert report.conventions == ("biases-updated",)
    assert not report.has_mistakes


def test_a_line_speaks_for_a_convention_that_acts_on_a_skipped_line_before_it() -> None:
    """Neither E nor dE/dout stands on the sheet, only what comes of them: without 1/2 all of it is doubled."""
    numbers = worked(mazur().replace("half_squared_error", "squared_error"))
    kept = {name: value for name, value in numbers.items() if not name.startswith(("E", "dE/dout_o"))}
    report = check("mazur", kept)
    assert report.conventions == ("no-half",)
    assert not report.has_mistakes
    own = worked(mazur())
    doubled = own | {name: value for name, value in kept.items() if name.startswith(("d", "w"))}
    report = check("mazur", doubled)  # here E is with 1/2
    assert report.conventions == ()
    assert report.first_mistake is not None


# --- what the author of an exercise decides ---


def test_an_accepted_method_is_excused_and_said_once() -> None:
    report = check("mazur", with_updated_weights(), Ways(accept=frozenset({"updated-weights"})))
    assert report.conventions == ("updated-weights",)
    assert not report.has_mistakes


def test_a_refused_definition_is_a_slip_that_is_named_where_it_acts_and_the_rest_follows() -> None:
    numbers = worked(mazur().replace("half_squared_error", "squared_error"))
    report = check("mazur", numbers, Ways(refuse=frozenset({"no-half"})))
    assert report.conventions == ()
    slips = {line.name: line.slips for line in report.written if line.verdict == "slip"}
    kept = dict.fromkeys(("dE/dout_o1", "dE/dout_o2"), ("doubled",))  # the factor 2 that 1/2 would cancel
    assert slips == dict.fromkeys(("E_o1", "E_o2"), ("no-half",)) | kept
    assert not [line for line in report.written if line.verdict == "wrong"]


def test_a_refused_definition_is_not_excused_as_one_that_is_like_it() -> None:
    """Without 1/2, the mean over the two outputs has half the lines right."""
    numbers = worked(mazur().replace("half_squared_error", "squared_error"))
    assert check("mazur", numbers, Ways(refuse=frozenset({"no-half"}))).conventions == ()


def test_a_refused_sign_is_a_slip() -> None:
    numbers = worked(mazur())
    numbers = {name.replace("dE/dnet_", "delta_"): value for name, value in numbers.items()}
    turned = {name: f"{-float(value):.6f}" for name, value in numbers.items() if name.startswith("delta_")}
    report = check("mazur", numbers | turned, Ways(refuse=frozenset({"delta-sign"})))
    assert report.conventions == ()
    assert report.first_mistake is not None
    assert (report.first_mistake.name, "sign" in report.first_mistake.slips) == ("dE/dnet_o1", True)


def test_the_file_decides_and_whoever_checks_before_it() -> None:
    text = mazur() + "\nconventions: {accept: [updated-weights]}\n"
    sheet = read_sheet("\n".join(f"{name} = {value}" for name, value in with_updated_weights().items()), "sheet.txt")
    assert not Checker(read_example(text)).check(sheet).has_mistakes
    refused = Ways(refuse=frozenset({"updated-weights"}))
    assert Checker(read_example(text), ways=refused).check(sheet).has_mistakes


def test_the_options_decide(run, tmp_path) -> None:
    sheet = tmp_path / "sheet.txt"
    sheet.write_text("\n".join(f"{name} = {value}" for name, value in with_updated_weights().items()))
    assert run("check", "mazur", str(sheet))[0] == 1
    assert run("check", "mazur", str(sheet), "--accept", "half, updated-weights", "--accept", "thresholds")[0] == 0


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--refuse", "no-hlaf"), "did you mean 'no-half'?"),
        (("--accept", "half,no-half", "--refuse", "half"), "'half' is accepted and refused"),
        (("--accept", "batches-of-0"), "there is no convention 'batches-of-0'"),
    ],
)
def test_what_cannot_be_decided_is_one_message(run, options, said) -> None:
    code, out, err = run("check", "mazur", *options)
    assert (code, out) == (2, "")
    assert said in err


def test_every_convention_is_listed_with_its_kind(run) -> None:
    code, out, _ = run("check", "--conventions", "--format", "csv")
    rows = [line.split(",")[:3] for line in out.splitlines()[1:]]
    assert code == 0
    assert {row[0] for row in rows} == set(CONVENTIONS) > set(VARIANTS)
    assert [row[2] for row in rows if row[1] == "method"] == ["a mistake", "a mistake"]
    assert {row[2] for row in rows if row[1] != "method"} == {"excused"}


def test_only_the_conventions_that_an_example_has_are_listed(run) -> None:
    _, out, _ = run("check", "--conventions", "mazur", "--format", "csv", "--refuse", "no-half")
    assert "no-half,definition,a mistake" in out
    assert "torch-velocity" not in out
    assert "batches-of-1" not in out


TWO_SAMPLES = """
inputs: {x: [1, 2]}
targets: {o: [0, 0]}
layers: [{units: [o], activation: identity, weights: [[1]]}]
loss: half_squared_error
batch: mean
learning_rate: 0.1
"""


@pytest.mark.parametrize(
    ("deltas", "whole", "mistakes"),
    [
        (("0.5", "1"), "2.5", 0),
        (("1", "2"), "2.5", 0),
        (("1", "2"), "5", 0),
        (("3", "6"), "2.5", 2),
        (("0.25", "0.5"), "2.5", 2),
    ],
)
def test_of_a_mean_the_samples_own_deltas_may_stand_without_their_share(deltas, whole, mistakes) -> None:
    """The outputs are 1 and 2, the targets 0: deltas 1 and 2, and (1 * 1 + 2 * 2) / 2 their mean gradient."""
    sheet = f"dE/dnet_o[1] = {deltas[0]}\ndE/dnet_o[2] = {deltas[1]}\ndE/dw_x_o = {whole}\n"
    report = Checker(read_example(TWO_SAMPLES)).check(read_sheet(sheet, "sheet"))
    assert sum(line.verdict in ("slip", "wrong") for line in report.written) == mistakes


def test_the_samples_of_a_smaller_batch_may_stand_without_their_share_of_it() -> None:
    """Two of three samples: deltas 1 and 2 and their mean gradient, then a batch of one, whose share is the whole."""
    text = TWO_SAMPLES.replace("[1, 2]", "[1, 2, 3]").replace("[0, 0]", "[0, 0, 0]") + "batch_size: 2\n"
    for first, second in (("0.5", "1"), ("1", "2")):
        sheet = f"step 1:\n  dE/dnet_o[1]: {first}\n  dE/dnet_o[2]: {second}\n  dE/dw_x_o: 2.5\n"
        report = Checker(read_example(text)).check(read_sheet(f"{sheet}step 2:\n  dE/dnet_o[3]: 2.25\n", "sheet"))
        assert not [line for line in report.written if line.verdict in ("slip", "wrong")]


@pytest.mark.parametrize(
    "written", ["dE/db2 = 0.100400326", "b2+ = 0.549799837", "dE/db1 = 0.018725609", "b1+ = 0.340637195"]
)
def test_a_line_that_there_is_under_a_convention_only_is_right_by_it(written):
    """Mazur keeps his biases; b2 would get 0.138498562 - 0.038098236, and 0.60 less half of it.

    b1: 0.00877135 + 0.00995425, the deltas of the hidden units.
    """
    report = Checker(load("mazur")).check(read_sheet(f"{written}\n", "sheet"))
    (line,) = [line for line in report.lines if line.written]
    assert line.verdict == "convention"
    assert "updates the biases" in line.message


DIFFERENCES = (0.3, -0.5, 0.8)


@pytest.mark.parametrize(
    ("outputs", "own", "factor", "said"),
    [
        (2, "mean_squared_error", 1, "takes the sum over the outputs"),
        (3, "mean_squared_error", 1, "takes the sum over the outputs"),
        (3, "squared_error", 1 / 3, "takes the mean over the outputs"), (2, "squared_error", 1 / 2, "has a factor 1/2"),
        (3, "squared_error", 1 / 2, "has a factor 1/2"), (1, "squared_error", 1 / 2, "has a factor 1/2"),
        (3, "half_squared_error", 1, "no factor 1/2"), (1, "half_squared_error", 1, "no factor 1/2"),
        (3, "half_squared_error", 1 / 3, "takes the mean over the outputs"),
    ],
)  # fmt: skip
def test_what_the_squares_are_multiplied_by_is_a_convention(outputs, own, factor, said):
    """E is the sum of the squares of 0.3, -0.5 and 0.8 times a factor, a gradient twice the difference times it."""
    weights = (0.3, 0.5, 0.8)[:outputs]
    example = read_example(
        f"inputs: {{x: 1}}\ntargets: {{{', '.join(f'o{n}: {int(n == 2)}' for n in range(1, outputs + 1))}}}\n"
        f"layers: [{{units: {outputs}, activation: identity, weights: {[[w] for w in weights]}}}]\n"
        f"loss: {own}\nlearning_rate: 0.5\n"
    )
    error = factor * sum(difference**2 for difference in DIFFERENCES[:outputs])
    sheet = f"E = {error:.6f}\ndE/dnet_o1 = {2 * factor * DIFFERENCES[0]:.6f}\n"
    lines = [line for line in Checker(example).check(read_sheet(sheet, "sheet")).lines if line.written]
    assert [line.verdict for line in lines] == ["convention"] * 2
    assert all(said in line.message for line in lines)


ALONE = """
inputs: {x1: 0.5, x2: 0.6}
targets: {o1: 0.1}
layers:
  - {units: [o1], activation: sigmoid, weights: [[0.7, -0.6]]}
loss: half_squared_error
learning_rate: 0.1
"""
TWO_OUTPUTS = {"{o1: 0.1}": "{o1: 0.1, o2: 0.9}", "units: [o1]": "units: [o1, o2]", "-0.6]]": "-0.6], [0.2, 0.3]]"}
BIAS = {"-0.6]]": "-0.6]], bias: 0.1"}
HIDDEN = {"layers:": "layers:\n  - {units: [h1, h2], activation: sigmoid, weights: [[0.1, 0.2], [0.3, 0.4]]}"}
NAMED = {"layers:": "parameters: {u: 0.1, v: 0.2, w: 0.3, z: 0.4}\nlayers:\n"
         "  - {units: [h1, h2], activation: sigmoid, weights: [[u, v], [w, z]]}"}  # fmt: skip
NO_SQUARE = {"layers:": "layers:\n  - {units: [h1], activation: sigmoid, weights: [[0.1, 0.2]]}", ", -0.6]]": "]]"}
SEVERAL = {"{x1: 0.5, x2: 0.6}": "{x1: [0.5, 0.7], x2: [0.6, 0.2]}", "{o1: 0.1}": "{o1: [0.1, 0.3]}"}


def with_loss(loss: str) -> dict[str, str]:
    return {"half_squared_error": loss}


def with_line(*lines: str) -> dict[str, str]:
    return {"learning_rate: 0.1": "\n".join(lines if "optimizer" in lines[-1] else ("learning_rate: 0.1", *lines))}


def with_optimizer(settings: str) -> dict[str, str]:
    return with_line(f"optimizer: {{learning_rate: 0.1, {settings}}}")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({}, "no-half"), (with_loss("squared_error"), "half"), (with_loss("mean_squared_error"), ""),
        (with_loss("binary_cross_entropy"), ""), (TWO_OUTPUTS, "no-half mean-of-outputs numbering"),
        (TWO_OUTPUTS | with_loss("squared_error"), "half mean-of-outputs numbering"),
        (TWO_OUTPUTS | with_loss("mean_squared_error"), "sum-of-outputs numbering"),
        (BIAS, "no-half thresholds biases-fixed"),
        (BIAS | with_line("fixed: [b_1]"), "no-half thresholds biases-updated"),
        (BIAS | with_line("fixed: [b_1]", "optimizer: {name: adam, learning_rate: 0.1}"), "no-half thresholds"),
        (HIDDEN, "no-half updated-weights numbering"), (NAMED, "no-half updated-weights transposed-weights"),
        (NO_SQUARE, "no-half updated-weights"), (SEVERAL, "no-half mean-of-samples batches-of-1 all-samples"),
        (SEVERAL | with_line("batch: mean"),
         "no-half sum-of-samples each-sample-alone batches-of-1 all-samples"),
        (SEVERAL | with_line("batch_size: 1"), "no-half batches-of-1 all-samples"),
        (SEVERAL | with_line("batch: mean", "batch_size: 1"), "no-half batches-of-1 all-samples"),
        (with_optimizer("name: momentum"), "no-half torch-velocity average-velocity"),
        (with_optimizer("name: momentum, convention: keras"), "no-half torch-velocity average-velocity"),
        (with_optimizer("name: momentum, convention: torch"),
         "no-half paper-velocity keras-velocity average-velocity"),
        (with_optimizer("name: adam"), "no-half"),
    ],
)  # fmt: skip
def test_an_exercise_has_the_conventions_that_would_change_it(changes: dict[str, str], words: str) -> None:
    """One unit, two inputs, no bias, one sample; and what one thing more in it allows. Signs and cutting off always."""
    text = ALONE
    for old, new in changes.items():
        assert old in text
        text = text.replace(old, new)
    always = {"delta-sign", "error-sign", "change-sign", "truncates"}
    assert set(possible(read_example(text))) == always | set(words.split())


ONE_AFTER_THE_OTHER = """
inputs: {x1: [0.5, 0.9], x2: [0.6, 0.2]}
targets: {o1: [0.1, 0.8]}
layers:
  - {units: [o1], activation: sigmoid, weights: [[0.7, -0.6]]}
loss: half_squared_error
learning_rate: 0.5
"""


@pytest.mark.parametrize(
    ("names", "is_convention"),
    [
        ("w_x1_o1+", False), ("w_x1_o1+ w_x2_o1+", False), ("E[1] w_x1_o1+", False), ("E[1] w_x1_o1+ w_x2_o1+", True),
        ("out_o1[1] w_x1_o1+ w_x2_o1+", True), ("w_x1_o1+ w_x2_o1+ 2:w_x2_o1+", True),
        ("dE/dw_x1_o1 dE/dw_x2_o1 w_x1_o1+", False),
    ],
)  # fmt: skip
def test_smaller_batches_are_a_convention_if_two_lines_and_one_of_a_sample_or_a_later_step_say_so(
    names: str, is_convention: bool
) -> None:
    """The samples one after the other. Updates alone may as well have left out the other sample: that is a slip."""
    example = read_example(f"{ONE_AFTER_THE_OTHER}batch_size: 1")
    lines = []
    for each in names.split():
        step, name = each.split(":") if ":" in each else ("1", each)
        lines.append(f"step {step}: {name} = {trace(example, step=int(step))[name].value:.6f}")
    report = Checker(read_example(ONE_AFTER_THE_OTHER)).check(read_sheet("\n".join(lines), "a.txt"))
    assert report.conventions == (("batches-of-1",) if is_convention else ())
    assert report.has_mistakes is not is_convention


def test_updated_weights_are_named_in_every_line_that_they_give() -> None:
    """1.03 * 0.5309 = 0.54683 and 1.03 * 0.35365 = 0.36426: the weight as it was carried, not as it stands above."""
    weights = {"dE/dnet_o1": "-1.03000", "dE/dv1": "-0.309", "v1+": "0.5309"}
    first = {"dnet_o1/dout_c1": "0.531", "dE/dout_c1": "-0.54683"}
    second = {"dnet_o1/dout_c2": "-0.354", "dE/dout_c2": "0.36426"}
    report = check("convolution", weights | first | second)
    slips = {line.name: line.slips for line in report.written if line.verdict not in ("right", "rounded")}
    assert slips == dict.fromkeys(first | second, ("updated-weights",))


@pytest.mark.parametrize(("own", "theirs"), [("biases-updated", False), ("biases-fixed", True)])
def test_biases_that_no_line_shows_are_told_by_the_next_step(own: str, theirs: bool) -> None:
    """Two steps without a line about a bias: fixed or updated, the nets of the second step tell."""
    updated = mazur().replace("fixed: [b1, b2]\n", "")
    example, sheet_of = (updated, mazur()) if theirs else (mazur(), updated)
    text = ""
    for step in (1, 2):
        lines = trace(read_example(sheet_of), step=step).lines
        shown = [(canonical(line.name), line.value) for line in lines if not _is_structural(line.name)]
        text += f"step {step}:\n" + "".join(
            f"{n} = {float(v):.5f}\n" for n, v in shown if "b1" not in n and "b2" not in n
        )
    report = Checker(read_example(example)).check(read_sheet(text, "s"))
    assert report.conventions == (own,)
    assert not report.has_mistakes


@pytest.mark.parametrize("flipped", ["change_w5", "change_w6", "change_w7", "change_w8"])
def test_one_wrong_sign_does_not_turn_those_of_a_convention(flipped: str) -> None:
    """Deltas as target - output, and one change with the wrong sign: that one is the mistake."""
    numbers = {name: text for name, text in worked(mazur(), 4).items() if name.startswith(("net", "out", "dE/dnet"))}
    sheet = {}
    for name, text in numbers.items():
        if name.startswith("dE/dnet_"):
            name, text = f"delta_{name[8:]}", f"{-float(text):.4f}"
        sheet[name] = text
    for weight, delta, out in [("w5", "o1", "h1"), ("w6", "o1", "h2"), ("w7", "o2", "h1"), ("w8", "o2", "h2")]:
        change = 0.5 * float(sheet[f"delta_{delta}"]) * float(sheet[f"out_{out}"])
        sheet[f"change_{weight}"] = f"{-change if flipped == f'change_{weight}' else change:.4f}"
    report = check("mazur", sheet)
    assert [line.name for line in report.written if line.verdict in ("slip", "wrong")] == [flipped]


def test_what_may_have_been_cut_off_is_mended_by_no_convention() -> None:
    """0.0108 from a delta cut off to 0.036, and 0.900 - 0.020: who cuts off has no updated weights there."""
    report = check("cheng", {"dE/dout_h3": "0.010", "w23+": "0.880"})
    assert [line.verdict for line in report.written] == ["undecided", "rounded"]
