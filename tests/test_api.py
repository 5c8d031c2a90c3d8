"""The Python way in: `import backprop_trace as bt`."""

import subprocess
import sys

import pytest

import backprop_trace as bt
from backprop_trace.files.source import SourceError


@pytest.mark.parametrize("name", bt.__all__)
def test_the_public_names_are_there(name: str) -> None:
    assert callable(getattr(bt, name))


@pytest.mark.parametrize(
    "first", ["bt.Settings()", "bt.render", "import backprop_trace.run.step, backprop_trace.render.view"]
)
def test_trace_and_render_are_functions_whatever_was_imported_before(first: str) -> None:
    program = f"""
import backprop_trace as bt
{first}
from backprop_trace.render.view import View
example = bt.load("mazur")
print("".join(bt.render("plain", [bt.trace(example)], View(example))))
"""
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, encoding="utf-8", check=False
    )
    assert done.stderr == ""
    assert "0.298371109" in done.stdout


def test_unknown_names_are_refused_as_everywhere() -> None:
    with pytest.raises(AttributeError, match="has no attribute 'traec'"):
        _ = bt.traec  # type: ignore[attr-defined]


def test_derive_verify_and_train_take_an_example() -> None:
    mazur = bt.load("mazur")
    assert [found.paths for found in bt.derive(mazur, "dE/dw5", "grad_w1")] == [1, 2]
    assert len(bt.derive(mazur)) == 8
    assert {row.verdict for row in bt.verify(mazur)} == {"agrees"}
    done = bt.train(mazur, 10_000, every=10_000)
    assert f"{done.reports[-1].loss:.9f}" == "0.000035102"  # as the source says
    assert bt.trace(done.example)["E"].value == done.reports[-1].loss
    with pytest.raises(KeyError, match="dE/dw99"):
        bt.derive(mazur, "dE/dw99")


def test_an_example_may_be_given_by_its_name():
    assert [line.verdict for line in bt.check("mazur", "net_h1 = 0.3775\n").written] == ["right"]
    assert bt.trace("mazur")["E"].value == bt.trace(bt.load("mazur"))["E"].value
    with pytest.raises(SourceError, match="no shipped example"):
        bt.check("mazurr", "net_h1 = 0.3775\n")


@pytest.mark.parametrize(
    ("misused", "kind", "said"),
    [
        (lambda: bt.load(None), TypeError, "PathLike"),
        (lambda: bt.load(b"mazur"), TypeError, "not by bytes"),
        (lambda: bt.check("mazur", {"E": 1}), TypeError, "not dict"),
        (lambda: bt.check("mazur", b"E: 1"), TypeError, "not bytes"),
        (lambda: bt.trace(bt.load("mazur"))[3], TypeError, "not by int"),
        (lambda: bt.trace(bt.load("mazur"), bt.Settings(engine="foo")), ValueError, "'foo' is none of float"),
    ],
)
def test_what_cannot_be_used_is_refused_with_what_is_wanted(misused, kind, said):
    with pytest.raises(kind, match=said):
        misused()


def test_an_example_is_named_by_a_path_too(tmp_path):
    path = tmp_path / "net.yaml"
    path.write_text(bt.load("mazur").text, encoding="utf-8")
    assert bt.trace(bt.load(path))["E"].value == bt.trace(bt.load("mazur"))["E"].value
