"""YAML with places: what cannot be read says where and why, and what is read stays as it was written."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rich.cells import cell_len

from backprop_trace.files.source import DEEPEST, SourceError, printable, read_text, read_yaml


def problem_of(text: str) -> SourceError:
    with pytest.raises(SourceError) as caught:
        read_yaml(text, "net.yaml")
    return caught.value


def pointed_at(message: str) -> str:
    """The characters of the quoted line that the carets stand under, by the width they take in a terminal."""
    *_, line, carets = [text.partition("| ")[2] for text in message.splitlines() if " | " in text]
    start = len(carets) - len(carets.lstrip(" "))
    end = start + carets.count("^")
    column, found = 0, ""
    for character in line:
        if start <= column < end:
            found += character
        column += cell_len(character)
    return found


@pytest.mark.parametrize(
    ("text", "message", "place", "pointed"),
    [
        ("a: [1, 2\nb: 3", "expected ',' or ']'", (1, 4), "["),
        ('a: 1\nb: "x\n', "end of stream", (2, 4), '"'),
        ("a: {", "not YAML", (1, 4), "{"),
        ("a: b: c", "mapping values are not allowed", (1, 5), ":"),
        ("a:\n\tb: 1", "cannot start any token", (2, 1), " "),
        ("a: @b", "cannot start any token", (1, 4), "@"),
        ("weights: -", "sequence entries", (1, 10), "-"),
        ("a: &x 1", "an anchor is not allowed", (1, 4), "&x 1"),
        ("a: *x", "an alias is not allowed", (1, 4), "*x"),
        ("a: !!float 1", "a tag is not allowed", (1, 4), "!!float 1"),
        ("a: !!python/object/apply:os.system [ls]", "a tag is not allowed", None, None),
        ("a: 1\n---\nb: 2", "a second document", (2, 1), "---"),
        ("? [a]\n: 1", "a key must be a plain word", (1, 3), "["),
        ("a: x\x1b[31mred", "a control character", (1, 5), "�"),
        ("名前: {値: [b}", "expected ',' or ']'", None, None),
    ],
)
def test_what_cannot_be_read_says_where(text, message, place, pointed):
    wrong = problem_of(text)
    (problem,) = wrong.problems
    assert message in str(wrong)
    assert "Traceback" not in str(wrong)
    if place:
        assert problem.place[:2] == place
        assert f"net.yaml:{place[0]}:{place[1]}" in str(wrong)
        assert pointed_at(str(wrong)) == pointed


@pytest.mark.parametrize("depth", [DEEPEST + 1, 500, 100_000])
@pytest.mark.parametrize("brackets", ["[]", "{}"])
def test_deep_nesting_is_refused_and_not_followed(depth, brackets):
    text = "a: " + brackets[0] * depth + brackets[1] * depth
    if brackets == "{}":
        text = "a: " + "{a: " * depth + "1" + "}" * depth
    assert "nested deeper" in str(problem_of(text))
    assert len(str(problem_of(text))) < 1000


LONG = 10**5


@pytest.mark.parametrize(
    "text", ["!" * LONG, "a: !" + "b" * LONG + " 1", "&" + "a" * LONG + " 1", "%" + "x" * LONG, '"' * (LONG + 1)]
)
def test_a_message_is_short_however_long_the_file_is(text):
    assert len(str(problem_of(text))) < 1000


def test_scalars_stay_what_was_written():
    document = read_yaml("[0.10, 1e-3, no, 012, 1:30, ~, '-', -.5, 2024-01-05, =]", "net.yaml")
    written = ["0.10", "1e-3", "no", "012", "1:30", "~", "-", "-.5", "2024-01-05", "="]
    assert [item.text for item in document.items] == written


@pytest.mark.parametrize("text", ["[-, w1]", "[w1, -]", "[w1,-]", "[-]", "['-', w1]", "[ -]", "- '-'\n- w1"])
def test_a_dash_for_no_connection_may_stand_anywhere_in_a_list(text):
    assert "-" in [item.text for item in read_yaml(text, "net.yaml").items]


@pytest.mark.parametrize("text", ["[- , w1]", "[w1, - ]"])
def test_a_dash_that_yaml_takes_for_a_list_says_to_quote_it(text):
    assert "must be quoted: '-'" in str(problem_of(text))


@pytest.mark.parametrize("text", ["", "# only a comment\n", "---\n", "\ufeff"])
def test_an_empty_document_is_a_node_that_is_empty(text):
    assert read_yaml(text, "net.yaml").is_empty or text == "\ufeff"


def test_the_c_parser_and_the_python_parser_read_the_same(monkeypatch):
    import yaml

    text = "a: [1, {b: -, c: 'x'}]\nd: |\n  e\nf: 名\n"
    with_c = read_yaml(text, "net.yaml")
    monkeypatch.delattr(yaml, "CSafeLoader", raising=False)
    assert read_yaml(text, "net.yaml") == with_c
    for broken in ("a: [1", 'a: "', "a: b: c", "\ta: 1", "a: *x"):
        assert problem_of(broken).problems[0].place is not None


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_every_usual_encoding_and_line_ending_is_read(tmp_path, encoding, ending):
    path = tmp_path / "net.yaml"
    path.write_bytes(ending.join(["a: 1", "b: é", ""]).encode(encoding))
    text, _ = read_text(str(path))
    document = read_yaml(text, "net.yaml")
    assert [(key.text, value.text) for key, value in document.entries] == [("a", "1"), ("b", "é")]
    assert [key.place.line for key, _ in document.entries] == [1, 2]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"\x89PNG\r\n\x1a\n\0\0\0", "zero bytes"),
        (b"a: 1\nb: caf\xe9\n", "net.yaml:2:7"),
        (b"\xff\xfea\0:\0 \0\0\xd8", "UTF-8"),
        (b"\xff\xfe\0\0a\0\0\0", "control character"),
    ],
)
def test_a_file_that_is_no_text_is_refused(tmp_path, content, message):
    path = tmp_path / "net.yaml"
    path.write_bytes(content)
    with pytest.raises(SourceError, match=r".") as caught:
        read_yaml(*read_text(str(path)))
    assert message in str(caught.value)


def test_a_directory_and_a_missing_file_are_refused(tmp_path):
    for path, message in ((tmp_path, "directory"), (tmp_path / "none.yaml", "no such file"), ("a\0b", "file name")):
        with pytest.raises(SourceError, match=message):
            read_text(str(path))


def test_a_file_without_read_permission_is_refused(tmp_path):
    import os

    path = tmp_path / "net.yaml"
    path.write_text("a: 1")
    path.chmod(0)
    if os.access(path, os.R_OK):
        pytest.skip("this user may read everything")
    with pytest.raises(SourceError, match="permission"):
        read_text(str(path))


def test_carets_stand_under_wide_characters():
    assert pointed_at(str(problem_of("{名前: 1, 値段: &x 1}"))) == "&x 1"
    assert pointed_at(str(problem_of("{a: 値段, b: *x}"))) == "*x"


def test_a_very_long_line_is_shown_around_the_place_only():
    text = "a: [" + "1, " * 50_000 + "&x 1" + ", 1" * 50_000 + "]"
    message = str(problem_of(text))
    assert len(message) < 1000
    assert pointed_at(message) == "&x 1"


def test_nothing_in_a_message_moves_the_cursor():
    text = "a: *x  # \u202e \u200b \x85"
    assert all(c.isprintable() or c == "\n" for c in str(problem_of(text)))
    assert printable("\x1b[2J\x07\u202e") == "�[2J��"


@settings(max_examples=400, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.text(st.one_of(st.sampled_from("[]{}:,-'\"&*!|>#%@`\n \t?=~\\"), st.characters()), max_size=60))
def test_any_text_is_read_or_refused(text):
    with suppress(SourceError):
        read_yaml(text, "net.yaml")
