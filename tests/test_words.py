"""Documents in other languages: nothing of what the program says is left out; numbers with a comma; files for programs
never change."""

from __future__ import annotations

import json
import re
from string import Formatter

import pytest

from backprop_trace.check.slips import SLIPS
from backprop_trace.files.spec import load, shipped
from backprop_trace.model.catalogue import LOSSES
from backprop_trace.model.conventions import CONVENTIONS
from backprop_trace.render import words
from backprop_trace.render.signs import KINDS
from backprop_trace.render.words import LANGUAGES, is_ours, said, word

OTHERS = [language for language in LANGUAGES if language != "en"]
COMMANDS = (
    ["show", "--steps", "2"], ["show", "--full"], ["show", "--engine", "exact"], ["show", "--round", "4"],
    ["show", "--compare", "1"], ["show", "--decimals", "3"], ["show", "--style", "layered"],
    ["show", "--matrix", "row"],
    ["show", "--matrix", "column"], ["derive"], ["sheet"], ["check", "--missing", "--slips"],
)  # fmt: skip


def left_over(run, monkeypatch, example: str) -> set[str]:
    """What is said in documents on an example, and is in no table."""
    heard = set[str]()

    def listening(text: str, language: str) -> str:
        heard.add(text)
        return word(text, language)

    monkeypatch.setattr(said, "word", listening)
    for command, *options in COMMANDS:
        for form in ("table", "latex"):
            run(command, example, *options, "--format", form, "--lang", OTHERS[0])
    return {text for text in heard if text.strip() and not is_ours(text)}


@pytest.mark.parametrize("example", shipped())
def test_everything_that_is_said_of_an_example_is_translated(run, monkeypatch, example):
    loaded = load(example)
    own = " ".join([loaded.title, loaded.source, loaded.note, example, *loaded.network.activations, "sgd"])
    rest = {text for text in left_over(run, monkeypatch, example) if text not in own}
    assert {text for text in rest if " " in text.strip() and re.search("[a-z]{4}", text)} == set()


@pytest.mark.parametrize("language", OTHERS)
def test_a_table_is_complete_and_keeps_what_is_put_in(language):
    table = words.table(language)
    sentences = [*(slip.sentence for slip in SLIPS.values()), *(way.sentence for way in CONVENTIONS.values())]
    meanings = [kind.meaning for kind in KINDS.values() if kind.meaning]
    verdicts = [verdict for verdict in KINDS if verdict != "unreadable"]
    losses = [loss.replace("_", " ") for loss in LOSSES]
    assert [text for text in (*sentences, *meanings, *verdicts, *losses) if word(text, language) == text] == []
    for english, translated in table.items():
        slots = [field for _, field, *_ in Formatter().parse(translated) if field is not None]
        assert len(slots) == english.count("{}"), english
        assert translated.strip() == translated and english.strip() == english


def test_an_unknown_language_is_one_clear_message(run):
    assert run("show", "mazur", "--lang", "xx")[2] == "error: --lang 'xx' is none of en, de\n"
    assert "is none of point, comma" in run("derive", "mazur", "--decimal", "semicolon")[2]


def test_words_of_the_file_stay_as_they_are(printed, tmp_path):
    text = (
        "title: Loss\nsource: Forward pass 0.5\ninputs: {gradient: 1}\ntargets: {o: 1}\n"
        "layers: [{units: [o], activation: tanh, weights: [[2]]}]\nloss: squared_error\nlearning_rate: 0.25\n"
    )
    (tmp_path / "e.yaml").write_text(text)
    out = printed("show", str(tmp_path / "e.yaml"), "--lang", "de", "--decimal", "comma")
    assert "Forward pass 0.5" in out and "Lernrate 0,25" in out and "gradient" in out


@pytest.mark.parametrize("form", ["json", "csv"])
def test_files_for_programs_never_change(printed, form):
    plain = printed("show", "mazur", "--format", form)
    assert printed("show", "mazur", "--format", form, "--lang", "de", "--decimal", "comma") == plain
    if form == "json":
        assert json.loads(plain)["lines"]


def numbers_of(text: str) -> list[str]:
    return re.findall(r"(?<![\w.,])\d+[.,]\d+(?![\w.]*\w)", text.replace("{,}", ","))


@pytest.mark.parametrize("form", ["table", "plain", "latex", "markdown"])
@pytest.mark.parametrize("example", ["mazur", "cheng", "hmkcode", "deep"])
def test_with_a_comma_there_are_the_same_numbers_and_no_point_in_any(printed, example, form):
    """TikZ and widths have points of their own: LaTeX is looked at without them."""

    def shown(*options: str) -> str:
        text = printed("show", example, "--format", form, *options)
        text = text[text.find("\\begin{document}") + 1 :]
        text = re.sub(r"\\begin{tikzpicture}.*?\\end{tikzpicture}", "", text, flags=re.DOTALL)
        return re.sub(r"\d+\.\d+(pt|em)", "", text)

    with_points, with_commas = numbers_of(shown()), numbers_of(shown("--decimal", "comma"))
    assert sorted(number.replace(",", ".") for number in with_commas) == sorted(with_points)
    assert all("," in number for number in with_commas) and len(with_commas) > 20


def test_what_is_given_is_told_apart_by_semicolons(printed):
    assert "i1 = 0,05; i2 = 0,10; " in printed("show", "mazur", "--decimal", "comma")


def test_a_report_speaks_the_language_of_its_reader(run, tmp_path):
    (tmp_path / "ann.txt").write_text("net_h1 = 0,3775\nw5+ = 0,4411\n")
    out = run("check", "mazur", str(tmp_path / "ann.txt"), "--lang", "de", "--decimal", "comma")[1]
    out = " ".join(out.split())
    assert "1 von 2 Zeilen ist richtig. Der erste Fehler ist Zeile 2, w5+." in out
    assert "wenn der Gradient addiert statt abgezogen ist" in out
    assert re.search(r"w5\+ = w5 \+ η · ∂E/∂w5 = 0,40 \+ 0,5 · 0,08\d+ = 0,4411", out)
