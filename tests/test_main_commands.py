"""The main commands at a glance: with these tests alone the oldest dependencies are tried, too.

The figures are Mazur's own (10 digits and more), the fractions those of hmkcode's network worked out in whole numbers.
"""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


def test_show_has_the_published_loss_and_update(run):
    code, out, err = run("show", "mazur")
    assert (code, err) == (0, "")
    assert "0.298371109" in out
    assert "0.35891648" in out


def test_the_exact_engine_has_fractions_and_certified_digits(run):
    code, out, _ = run("show", "hmkcode", "--engine", "exact", "--only", "E")
    assert code == 0
    assert "654481/2000000" in out  # (0.191 - 1)^2 / 2
    code, out, _ = run("show", "mazur", "--engine", "exact", "--digits", "30", "--only", "out_h1")
    assert code == 0
    assert "0.593269992107187" in out


def test_check_names_the_first_mistake(run, tmp_path):
    (tmp_path / "sheet.txt").write_text("out_h1 = 0.5933\nw5+ = 0.4411\n")
    code, out, err = run("check", "mazur", str(tmp_path / "sheet.txt"))
    assert (code, err) == (1, "")
    assert "the gradient is added" in " ".join(out.split())


@pytest.mark.parametrize("fast", [[], ["--fast"]], ids=["compiled", "matrices"])
def test_train_ends_at_the_published_loss(run, fast):
    """After 10,000 updates Mazur's loss is 0.0000351019 (his own figure, 0.0000351085, is that of the step before)."""
    code, out, err = run("train", "mazur", "--epochs", "10000", *fast)
    assert (code, err) == (0, "")
    assert re.search(r"3\.510\d*e-0?5|0\.0000351", out)


def test_a_pdf_is_written_without_tex(run, tmp_path):
    pytest.importorskip("typst", reason="Typst is not installed")
    assert run("show", "mazur", "-f", "pdf", "-o", str(tmp_path / "mazur.pdf"))[:2] == (0, "")
    assert (tmp_path / "mazur.pdf").read_bytes().startswith(b"%PDF-")


def test_the_schema_is_json(run):
    code, out, _ = run("schema")
    assert code == 0
    assert "layers" in json.dumps(json.loads(out))


def test_derive_and_its_closed_form(run):
    code, out, _ = run("derive", "mazur", "--only", "dE/dw5", "--closed-form")
    assert code == 0
    assert "∂E/∂w5" in out


def test_a_broken_file_is_refused_with_its_place(run, tmp_path):
    (tmp_path / "broken.yaml").write_text("inputs: {x: 1}\nlayers: [" + "[" * 500)
    code, out, err = run("show", str(tmp_path / "broken.yaml"))
    assert (code, out) == (2, "")
    assert "broken.yaml:2:" in err
    assert "Traceback" not in err


def test_the_oldest_versions_tried_are_those_that_are_allowed():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    allowed = dict(re.match(r"([\w-]+)>=([\d.]+)", line).groups() for line in project["dependencies"])
    tried = dict(re.findall(r"^([\w-]+)==([\d.]+)$", (ROOT / "tests/oldest.txt").read_text(), re.MULTILINE))
    for name, version in allowed.items():
        assert (tried[name] + ".0").startswith(version + ".0"), name
