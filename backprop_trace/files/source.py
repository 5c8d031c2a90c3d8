"""YAML with places, and errors that point at them.

    >>> document = read_yaml("loss: mse", "net.yaml")
    >>> document.entries[0][1].text, document.entries[0][1].place.column
    ('mse', 7)

Scalars stay the text that was written: nothing is resolved here, so `0.10`, `1e-3` and `no` come as they are.
Aliases, tags, doubled keys and deep nesting are refused where they stand. `SourceError` collects everything that
is wrong with a file and prints each problem with file:line:column, the line, a caret and help.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import yaml

from backprop_trace.files.mistyped import layout_fault

DEEPEST = 40
LARGEST_FILE = 200_000_000
STANDARD_INPUT = "standard input"

_LINE_BREAK = re.compile("\r\n|[\r\n\x85\u2028\u2029]")  # as YAML counts lines
_FORBIDDEN = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class Place(NamedTuple):
    """Where something stands: line and column from 1, and how many characters it takes."""

    line: int
    column: int
    length: int = 1


class Problem(NamedTuple):
    """One thing that is wrong: what, where, what the caret says, and what to do."""

    message: str
    place: Place | None = None
    note: str = ""
    help: str = ""


class SourceError(Exception):
    """Everything that is wrong with a file. `str()` is what a person is shown."""

    def __init__(self, problems: Sequence[Problem], name: str, text: str = ""):
        super().__init__(problems[0].message)
        self.problems, self.name, self.text = tuple(problems), name, text

    def __str__(self) -> str:
        lines = _LINE_BREAK.split(self.text)
        return "\n\n".join(_explained(problem, self.name, lines) for problem in self.problems)


def _explained(problem: Problem, name: str, lines: Sequence[str]) -> str:
    """As compilers do it: the message, the place, the line, a caret, help."""
    if problem.place is None:
        out = [f"error: {problem.message}", f" --> {printable(name)}"]
    else:
        line, column, length = problem.place
        text, column = _window(lines[line - 1] if line <= len(lines) else "", column)
        text = printable(text)
        margin = " " * len(str(line))
        caret = " " * _width(text[: column - 1]) + "^" * max(1, _width(text[column - 1 : column - 1 + length]))
        out = [
            f"error: {problem.message}",
            f"{margin}--> {printable(name)}:{line}:{problem.place.column}",
            f"{margin} |",
            f"{line} | {text}",
            f"{margin} | {caret} {problem.note}".rstrip(),
        ]
    return "\n".join([*out, *([f"  = help: {problem.help}"] if problem.help else [])])


def _window(text: str, column: int) -> tuple[str, int]:
    """A very long line is shown around the place only."""
    if len(text) <= 160:
        return text, column
    start = max(0, column - 60)
    return text[start : start + 120], column - start


def _width(text: str) -> int:
    from rich.cells import cell_len

    return cell_len(text)


def printable(text: str) -> str:
    """The text on one line without control characters (a terminal would obey them)."""
    return "".join(c if c.isprintable() else " " if c.isspace() else "�" for c in text)


def closest(word: str, known: Iterable[str]) -> str:
    """The known word that was most likely meant, if any is near."""
    import difflib

    return next(iter(difflib.get_close_matches(word[:80], list(known), n=1)), "")


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """A suggestion, or the list of what is known."""
    known = list(known)
    if close := closest(word, known):
        return f"did you mean {close!r}?"
    return f"known: {', '.join(known)}" if 0 < len(known) <= 40 else ""


# --- the tree ---


@dataclass(slots=True)
class Node:
    """A scalar (its text as written), a list or a mapping, with its place."""

    kind: str  # "scalar", "list", "mapping"
    place: Place
    text: str = ""
    quoted: bool = False
    items: list[Node] = field(default_factory=list)
    entries: list[tuple[Node, Node]] = field(default_factory=list)

    @property
    def is_empty(self) -> bool:
        """Nothing was written (or ~ or null)."""
        return self.kind == "scalar" and not self.quoted and self.text in ("", "~", "null", "Null", "NULL")

    @property
    def is_scalar(self) -> bool:
        return self.kind == "scalar" and not self.is_empty

    def described(self) -> str:
        """What stands here, in words."""
        return {"list": "a list", "mapping": "a mapping"}.get(self.kind, "nothing" if self.is_empty else "a value")


class _Refused(Exception):
    def __init__(self, problem: Problem):
        self.problem = problem


def read_yaml(text: str, name: str) -> Node:
    """The one document of a YAML text. Raises SourceError."""
    if forbidden := _FORBIDDEN.search(text):
        problem = Problem("a control character is not allowed here", place_at(text, forbidden.start()))
        raise SourceError([problem], name, text)
    try:
        return _document(_WHOLE.sub(_whole_character, text))
    except _Refused as refused:
        raise SourceError([refused.problem], name, text) from None
    except yaml.MarkedYAMLError as broken:
        raise SourceError([_syntax(broken, text)], name, text) from None
    except yaml.YAMLError as broken:
        reason = getattr(broken, "reason", "cannot be read")
        raise SourceError([Problem(f"not YAML: {reason}")], name) from None


_WHOLE = re.compile(r"(?<!\\)((?:\\\\)*)\\u(d[89ab][0-9a-f]{2})(?:\\u(d[c-f][0-9a-f]{2}))?", re.IGNORECASE)


def _whole_character(match: re.Match[str]) -> str:
    """JSON writes characters beyond U+FFFF as two escapes, YAML as one; half a character is none."""
    if not match[3]:
        return f"{match[1]}\\ufffd"
    number = 0x10000 + ((int(match[2], 16) - 0xD800) << 10) + int(match[3], 16) - 0xDC00
    return f"{match[1]}\\U{number:08x}"


def place_at(text: str, offset: int) -> Place:
    """The place of a character of the text."""
    before = _LINE_BREAK.split(text[:offset])
    return Place(len(before), len(before[-1]) + 1)


def _syntax(broken: yaml.MarkedYAMLError, text: str) -> Problem:
    """What the parser says, at the place where a person would look, with what helps most often.

    Some of its versions give up on deep nesting before we are asked.
    """
    if (deep := _too_deep(text, broken.problem_mark)) is not None:
        return _nested_deeper(place_at(text, deep))
    mark, opening, problem = broken.problem_mark, broken.context_mark, broken.problem or "cannot be read"
    unclosed = "end of stream" in problem or "expected ',' or" in problem
    if (mark and opening and unclosed and mark.line > opening.line) or mark is None:
        mark = opening
    if mark is None:
        return Problem(f"not YAML: {problem}")
    lines = _LINE_BREAK.split(text)
    if not unclosed and (fault := layout_fault(lines, mark.line + 1)):
        return Problem(fault.what, Place(fault.line, fault.column, fault.length), "", fault.help)
    if mark.line >= len(lines) or not any(lines[mark.line :]):  # the parser ran into the end
        written = text.rstrip()
        place, character = place_at(written, max(0, len(written) - 1)), ""
    else:
        place, character = Place(mark.line + 1, mark.column + 1), lines[mark.line][mark.column : mark.column + 1]
    note = "not closed" if mark is opening and unclosed else broken.context or ""
    return Problem(f"not YAML: {problem}", place, note, _syntax_help(problem, character))


def _too_deep(text: str, mark: yaml.Mark | None) -> int | None:
    """Where the brackets that are open at a mark of the parser become too many."""
    depth = 0
    for offset, character in enumerate(text[: 0 if mark is None else mark.index + 1]):
        depth += (character in "[{") - (character in "]}")
        if depth > DEEPEST:
            return offset
    return None


def _nested_deeper(place: Place) -> Problem:
    return Problem(f"nested deeper than {DEEPEST} levels", place)


def _syntax_help(problem: str, character: str) -> str:
    if "mapping values" in problem:
        return "a text with ': ' in it must be quoted; keys of one mapping start in the same column"
    if "expected ',' or" in problem:
        return "close the bracket, or quote a text that has brackets or commas in it"
    if "end of stream" in problem:
        return "close the quotation mark"
    if character == "\t":
        return "indent with spaces, not tabs"
    if character == "-":
        return "a '-' with nothing after it must be quoted: '-'"
    return f"a text that starts with {character} must be quoted" if character in ("@", "`", "%", "*", "&", "!") else ""


def _loader() -> type:
    return getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def _document(text: str) -> Node:
    """From the parser's events to nodes, without recursion and without any of YAML's own resolving."""
    root: Node | None = None
    open_nodes: list[Node] = []
    pending_keys: list[Node | None] = []
    documents = 0
    for event in yaml.parse(text, Loader=_loader()):
        match event:
            case yaml.DocumentStartEvent():
                documents += 1
                if documents > 1:
                    raise _Refused(Problem("a second document in the file", _event_place(event), help="one per file"))
                continue
            case yaml.AliasEvent():
                raise _Refused(Problem("an alias is not allowed here", _event_place(event), "", "write the value out"))
            case yaml.SequenceEndEvent() | yaml.MappingEndEvent():
                node = open_nodes.pop()
                pending_keys.pop()
                if not open_nodes:
                    root = node
                continue
            case yaml.ScalarEvent() | yaml.SequenceStartEvent() | yaml.MappingStartEvent():
                node = _node(event)
            case _:
                continue
        if open_nodes:
            pending_keys[-1] = _attach(open_nodes[-1], pending_keys[-1], node)
        elif node.kind == "scalar":
            root = node
        if node.kind != "scalar":
            if len(open_nodes) >= DEEPEST:
                raise _Refused(_nested_deeper(node.place))
            open_nodes.append(node)
            pending_keys.append(None)
    return root or Node("scalar", Place(1, 1))


def _event_place(event: yaml.Event) -> Place:
    start, end = event.start_mark, event.end_mark
    assert start is not None and end is not None
    length = end.column - start.column if end.line == start.line else 1
    return Place(start.line + 1, start.column + 1, max(1, length))


def _node(event: yaml.Event) -> Node:
    place = _event_place(event)
    tag = getattr(event, "tag", None)
    if tag not in (None, "!"):
        raise _Refused(Problem("a tag is not allowed here", place, "", f"leave {printable(tag[:60])!r} out"))
    if getattr(event, "anchor", None):
        raise _Refused(Problem("an anchor is not allowed here", place, "", "leave it out and write the value out"))
    if isinstance(event, yaml.ScalarEvent):
        return Node("scalar", place, event.value, quoted=bool(event.style))
    kind = "list" if isinstance(event, yaml.SequenceStartEvent) else "mapping"
    return Node(kind, place._replace(length=1))


def _attach(parent: Node, key: Node | None, node: Node) -> Node | None:
    """Puts a node where it belongs; returns the key that now waits for its value."""
    if parent.kind == "list":
        parent.items.append(node)
        return None
    if key is None:
        if node.kind != "scalar":
            raise _Refused(Problem("a key must be a plain word", node.place, "", "quote it if it has brackets in it"))
        return node
    parent.entries.append((key, node))
    return None


def doubled_keys(node: Node) -> list[Problem]:
    """A problem for every key that stands twice in a mapping: YAML would keep the last without a word."""
    first: dict[str, Node] = {}
    problems = []
    for key, _ in node.entries:
        if key.text in first:
            line = first[key.text].place.line
            problems.append(Problem(f"the key {key.text!r} stands twice", key.place, f"first in line {line}"))
        first.setdefault(key.text, key)
    return problems


READ: set[str] = set()
"""The files that a run of the program has read: none of them is overwritten by what comes out of it."""


def read_text(path: str) -> tuple[str, str]:
    """The text of a file and the name it has in messages; `-` is standard input. Raises SourceError."""
    import os
    import sys
    from pathlib import Path

    if path == "-":
        return decoded(sys.stdin.buffer.read(LARGEST_FILE + 1), STANDARD_INPUT), STANDARD_INPUT
    try:
        with Path(path).open("rb") as file:
            READ.add(os.path.realpath(path))
            return decoded(file.read(LARGEST_FILE + 1), path), path
    except OSError as error:
        reasons = {"IsADirectoryError": "this is a directory", "PermissionError": "no permission to read it"}
        reason = reasons.get(type(error).__name__, "there is no such file")
        if not isinstance(error, IsADirectoryError | PermissionError | FileNotFoundError):
            reason = error.strerror or "cannot be read"
        raise SourceError([Problem(reason, help="")], path) from None
    except ValueError:
        raise SourceError([Problem("not a possible file name")], path) from None


def decoded(content: bytes, name: str) -> str:
    """The text of a file's bytes. Raises SourceError."""
    if len(content) > LARGEST_FILE:
        raise SourceError([Problem(f"the file is larger than {LARGEST_FILE // 10**6} MB")], name)
    encoding = "utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    if encoding != "utf-16" and (zero := content.find(b"\0")) >= 0:
        readable = content[:zero].decode(encoding, "replace")
        problem = Problem(
            "not a text file: it has zero bytes in it", place_at(readable, len(readable)), "the first one"
        )
        raise SourceError([problem], name, readable)
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as error:
        readable = content[: error.start].decode(encoding, "replace")
        problem = Problem("not a text in UTF-8", place_at(readable, len(readable)), "this byte is none")
        raise SourceError([problem], name, content.decode(encoding, "replace")) from None
