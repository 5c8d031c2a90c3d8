"""Documents in other languages: nothing of what the program says is left out; numbers with a comma; files for programs
never change."""

from __future__ import annotations

import json
import re
from string import Formatter

import pytest

from backprop_trace.check.slips import SLIPS
from backprop_trace.files.spec import load, read_example, shipped
from backprop_trace.model.catalogue import LOSSES
from backprop_trace.model.conventions import CONVENTIONS
from backprop_trace.render import render, words
from backprop_trace.render.medium import Medium
from backprop_trace.render.page import document, wording
from backprop_trace.render.signs import KINDS
from backprop_trace.render.view import View
from backprop_trace.render.words import LANGUAGES, german, is_ours, said, word
from backprop_trace.run.step import trace

OTHERS = [language for language in LANGUAGES if language != "en"]
COMMANDS = (
    ["show", "--steps", "2"], ["show", "--full"], ["show", "--engine", "exact"], ["show", "--round", "4"],
    ["show", "--compare", "1"], ["show", "--decimals", "3"], ["show", "--style", "layered"],
    ["show", "--matrix", "row"],
    ["show", "--matrix", "column"], ["derive"], ["sheet"], ["check", "--missing", "--slips"],
)  # fmt: skip


def left_over(run, monkeypatch, calls) -> set[str]:
    """What is said in tables and documents, and is in no table of words."""
    heard = set[str]()

    def listening(text: str, language: str) -> str:
        heard.add(text)
        return word(text, language)

    monkeypatch.setattr(said, "word", listening)
    for call in calls:
        for form in ("table", "latex"):
            run(*call, "--format", form, "--lang", OTHERS[0], "--force")
    return {text for text in heard if text.strip() and not is_ours(text)}


@pytest.mark.parametrize("example", shipped())
def test_everything_that_is_said_of_an_example_is_translated(run, monkeypatch, example):
    loaded = load(example)
    own = " ".join([loaded.title, loaded.source, loaded.note, example, *loaded.network.activations, "sgd"])
    calls = [(command, example, *options) for command, *options in COMMANDS]
    rest = {text for text in left_over(run, monkeypatch, calls) if text not in own}
    assert {text for text in rest if " " in text.strip() and re.search("[a-z]{4}", text)} == set()


SHEETS = {
    "ann": "net_h1 = 0.3775\nw5+ = 0.4411\nw6+ = 0.4913\nnet_h7 = 3\n", "bob": "net_h1 = 0.3775\n",
    "cid": "E = 12.7\nx\n", "dan": "net_h1: [\n",
}  # fmt: skip
DIVERGES = "--set", "eta=100"
OF_MANY = (
    ["audit"], ["list"], ["check", "--conventions"], ["check", "mazur", "sheets"], ["verify", "mazur"],
    ["verify", "deep"], ["train", "xor", "--epochs", "20"], ["train", "xor", "--epochs", "20", *DIVERGES],
    ["train", "mazur", "--epochs", "3000", "--until", "E < 0.1"], ["train", "mazur", "--until", "E < 1e-9", "-n", "9"],
    ["train", "xor", "--epochs", "50", "--patience", "2", *DIVERGES], ["train", "xor", "-n", "9", "--metric", "mse"],
    ["train", "xor", "--until", "classified", "-n", "5000"], ["train", "deep", "--epochs", "3", "--fast"],
    ["train", "rnn", "--epochs", "3"], ["train", "held.yaml", "--epochs", "40"],
    ["sweep", "one-weight", "W", "--from", "0", "--to", "5"], ["sweep", "one-weight", "W", "--from", "2", "--to", "9"],
    ["sweep", "mazur", "b1", "--from", "0", "--to", "1"],
)  # fmt: skip
HELD_OUT = """title: Held out
inputs: {x: [1, 2]}
targets: {o: [1, 0]}
layers:
  - {units: [h, g], activation: relu, weights: [[0.5], [-0.1]]}
  - {units: [o], activation: identity, weights: [[0.5, 0.5]]}
loss: squared_error
learning_rate: 0.1
validation: {inputs: {x: [1, 2]}, targets: {o: [-0.5, 1]}}
"""


@pytest.fixture
def of_many(folder):
    """Sheets of a class, and an example with samples that are held out."""
    (folder / "sheets").mkdir()
    for name, text in SHEETS.items():
        (folder / "sheets" / f"{name}.txt").write_text(text)
    (folder / "held.yaml").write_text(HELD_OUT)


OUR_WORDS = re.compile(r"[a-z]{4,}")
ERRORS = "not YAML", "no line of the sheet was read"
KEPT = {"sigmoid", "tanh", "relu", "identity", "softmax", "sgd", "sheets", "backprop-trace", "cs231n-circuit"}


def test_everything_that_other_commands_say_is_translated(run, monkeypatch, of_many):
    """But names of examples, of slips and conventions, and what would be typed; errors are English everywhere."""
    rest = {text for text in left_over(run, monkeypatch, OF_MANY) if not text.startswith(ERRORS)}
    names = {*SLIPS, *CONVENTIONS, *KEPT, *LOSSES, *shipped(), *(f"{name}.txt" for name in SHEETS)}
    names |= {f"backprop-trace show {name}" for name in shipped()}
    foreign = {text for text in rest if OUR_WORDS.search(text)} - names
    assert {text for text in foreign if not all(word in names for word in re.findall(r"[a-z][\w-]{3,}", text))} == set()


@pytest.mark.parametrize("call", OF_MANY, ids=" ".join)
def test_there_is_a_comma_in_every_number_of_other_commands(run, of_many, call):
    if call[0] in ("audit", "list"):
        pytest.skip("has no decimals")
    own = numbers_of(load(call[1]).note) if call[1] in shipped() else []  # words of the file stay as they are
    texts = [run(*call, *options)[1] for options in ((), ("--decimal", "comma"))]
    points, commas = ([number for number in numbers_of(text) if number not in own] for text in texts)
    assert commas == [number.replace(".", ",") for number in points]


def test_thousands_are_no_decimals(run, printed):
    assert "5\u202f000 Epochen" in run("train", "mazur", "-n", "5000", "--lang", "de", "--decimal", "comma")[1]
    assert "5,000 epochs" in printed("train", "mazur", "-n", "5000")


def test_a_source_is_not_taken_for_words_of_the_program(printed):
    assert "Stephen Cheng's network, our start weights" in printed("show", "xor", "--lang", "de")
    assert "our numbers" in printed("list", "--lang", "de")


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


@pytest.fixture
def page_patterns(monkeypatch) -> set[str]:
    """What the pages of all examples and their script say, with gaps."""
    heard = set[str]()

    def listening(pattern: str, language: str) -> str:
        heard.add(pattern)
        return words.translated(pattern, language)

    monkeypatch.setattr(document, "translated", listening)
    monkeypatch.setattr(
        wording, "sentence", lambda pattern, language, *inside: listening(pattern, language).format(*inside)
    )
    for example in (*map(load, shipped()), read_example(OF_ITS_OWN, "own.yaml")):
        "".join(render("html", [trace(example)], View(example, steps=3), Medium(language=OTHERS[0])))
    return heard


OF_ITS_OWN = """inputs: {x: 1}
targets: {o: 1}
layers: [{units: [o], activation: "z / (1 + abs(z))", weights: [[2]]}]
loss: squared_error
optimizer: {name: adam, learning_rate: 0.1}
"""
SYMBOLS = {"net", "out", "δ", "∂E/∂out"}


def test_everything_that_the_page_says_is_in_one_table_and_nothing_else(page_patterns):
    assert page_patterns - words.page_table("de").keys() == SYMBOLS
    assert german.PAGE.keys() - page_patterns == set()
    for english, translated in german.PAGE.items():
        assert translated.count("{}") == english.count("{}"), english


@pytest.mark.parametrize("example", ["mazur", "xor", "lstm", "deep"])
def test_numbers_of_a_page_have_a_comma_and_its_yaml_points(example):
    worked = load(example)
    pages = ["".join(render("html", [trace(worked)], View(worked), Medium(comma=comma))) for comma in (False, True)]
    seen = re.sub("<(style|script)>.*?</\\1>", "", pages[1], flags=re.DOTALL)
    shown = [text for text in re.findall(r">([^<]*\d[.,]\d[^<]*)<", seen) if text not in worked.title + worked.source]
    assert shown and not [text for text in shown if re.search(r"\d\.\d", text)]
    point, comma = (json.loads(re.search(r"const D=(\{.*?\});\n", page)[1]) for page in pages)
    assert {key for key in point if point[key] != comma[key]} == {"comma"}


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
