"""HTML of every command: one file, nothing fetched, nothing run, and no text of a file as markup."""

from __future__ import annotations

import re

import pytest

COMMANDS = [
    ["check", "mazur"], ["audit"], ["list"], ["derive", "kumar"], ["train", "xor", "-n", "20"], ["verify", "mazur"],
    ["sweep", "one-weight", "W", "--from", "0", "--to", "5"], ["show", "mazur", "--compare", "1"],
]  # fmt: skip


@pytest.mark.parametrize("arguments", COMMANDS, ids=lambda words: words[0])
def test_a_page_is_whole_and_asks_for_nothing(run, tmp_path, arguments):
    path = tmp_path / "page.html"
    options = ["--save", str(tmp_path / "x.yaml")] if arguments[0] == "train" else []
    code, out, err = run(*arguments, *options, "--format", "html")
    assert code in (0, 1), err
    path.write_text(out)
    assert out.startswith("<!doctype html>")
    assert out.rstrip().endswith("</html>")
    assert "default-src 'none'" in out
    assert "<script" not in out
    assert not re.search(r"""(src|href)=["']?(?!data:|#)|@import|url\((?!#)""", out)
    for tag in ("table", "tr", "td", "th", "math", "section", "figure", "mtable"):
        assert len(re.findall(rf"<{tag}[ >]", out)) == out.count(f"</{tag}>"), tag


@pytest.mark.parametrize("arguments", [*COMMANDS, ["show", "deep"], ["show", "rnn"], ["derive", "deep"]], ids=" ".join)
def test_nothing_in_a_formula_is_bare_text_which_a_browser_does_not_show(run, tmp_path, arguments):
    options = ["--save", str(tmp_path / "x.yaml")] if arguments[0] == "train" else []
    _, out, _ = run(*arguments, *options, "--format", "html")
    for formula in re.findall(r"<math>(.*?)</math>", out.partition("<script>\nconst")[0], re.DOTALL):
        marked = re.sub(r"<(mi|mo|mn|mtext)\b[^>]*>.*?</\1>", "", formula, flags=re.DOTALL)
        assert not re.sub(r"<[^>]*>", "", marked).strip(), formula


@pytest.mark.parametrize("arguments", COMMANDS, ids=lambda words: words[0])
def test_a_page_is_headed_by_what_it_is_about(run, tmp_path, arguments):
    options = ["--save", str(tmp_path / "x.yaml")] if arguments[0] == "train" else []
    _, out, _ = run(*arguments, *options, "--format", "html")
    heads = re.findall(r"<h1[^>]*>(.*?)</h1>", out)
    assert len(heads) == 1
    assert heads[0] not in ("", "backprop-trace")


def test_words_of_a_sheet_are_no_markup(run, tmp_path):
    sheet = tmp_path / "sheet.txt"
    sheet.write_text("net_h1 = 0.3775\n<script>alert(1)</script> = 3\nw5+ = 0.4411 <img src=x>\n")
    _, out, _ = run("check", "mazur", str(sheet), "--format", "html")
    assert "<script" not in out
    assert "<img src=x" not in out


def test_in_matrices_the_page_is_a_still_one(run):
    code, text, said = run("show", "mazur", "--format", "html", "--matrix", "row")
    assert (code, said) == (0, "")
    assert "<mtable>" in text
    assert "<script" not in text
