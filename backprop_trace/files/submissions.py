"""The sheets of a class: in files, in a folder for each student, or a line of JSON each.

    >>> hand_in = submission_of('{"sheet": "Student A", "text": "net_h1 = 0.3775"}', line=1)
    >>> hand_in.name, hand_in.read()
    ('Student A', 'net_h1 = 0.3775')

A student's name is what the sheet says (`Name: Student A`), else that of the file, or of the folder it lies in alone.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from typing import IO, NamedTuple

from backprop_trace.files.source import Problem, SourceError, printable, read_text

ENDINGS = (".yaml", ".yml", ".csv", ".tsv", ".json", ".txt", ".md", ".tex")
LONGEST_LINE = 20_000_000
_NAMED = re.compile(r"[\s#/*%\-]*(?:Name|Student)\s*[:=]\s*(?P<name>[^\n]*\S)", re.IGNORECASE)
_LINES_LOOKED_AT = 20
LONGEST_NAME = 80


class Submission(NamedTuple):
    """A sheet by its path, or with its text; `error` says why it is none. `student` is who it is from, as far as the
    place where it lies tells."""

    name: str
    text: str | None = None
    student: str = ""
    error: str = ""

    def read(self) -> str:
        """Its text. Raises SourceError."""
        if self.error:
            raise SourceError([Problem(self.error)], self.name)
        return read_text(self.name)[0] if self.text is None else self.text


def student_of(submission: Submission, text: str) -> str:
    """Who a sheet is from: the name on it, else that of the file."""
    for line in text[:5000].splitlines()[:_LINES_LOOKED_AT]:
        if match := _NAMED.fullmatch(line.rstrip()):
            name = match["name"].strip("'\" ")
            if not re.match(r"[-+.\d]", name):  # a quantity may be called so
                return printable(name)[:LONGEST_NAME]
    return printable(submission.student or os.path.splitext(os.path.basename(submission.name))[0])[:LONGEST_NAME]


def in_folder(folder: str) -> list[Submission]:
    """The sheets in a folder and the folders in it, in order. Raises SourceError if there is none."""
    found: list[Submission] = []

    def unreadable(wrong: OSError) -> None:
        found.append(Submission(str(wrong.filename), error=f"this folder cannot be read: {wrong.strerror}"))

    for path, folders, files in os.walk(folder, onerror=unreadable):
        folders[:] = [name for name in folders if not name.startswith(".")]
        sheets = [name for name in files if name.lower().endswith(ENDINGS) and not name.startswith(".")]
        below = os.path.relpath(path, folder)
        for name in sheets:
            stem = os.path.splitext(name)[0]
            own = below if len(sheets) == 1 else os.path.join(below, stem)
            found.append(Submission(os.path.join(path, name), student=stem if below == "." else own))
    if not found:
        raise SourceError([Problem("no sheets in this folder", help=f"sheets end in {', '.join(ENDINGS)}")], folder)
    return sorted(found, key=lambda sheet: _counted(sheet.name))


def _counted(path: str) -> list[tuple[int, str]]:
    """Orders student2 before student10."""
    return [(int(part), "") if part.isdecimal() else (0, part) for part in re.split(r"([0-9]+)", path)]


# --- a line of JSON each ---


def is_line_of_json(line: bytes) -> bool:
    """Does a stream that begins so have a sheet on each line?"""
    return re.match(rb'\s*\{\s*"(?:sheet|text)"\s*:', line) is not None and not submission_of(_decoded(line), 1).error


def lines_of_json(first: bytes, stream: IO[bytes]) -> Iterator[Submission]:
    """A submission for each line that is not empty, as it is read: what is no sheet stops nothing."""
    line, number = first, 1
    while line:
        if len(line) >= LONGEST_LINE:
            while line and not line.endswith(b"\n"):
                line = stream.readline(LONGEST_LINE)
            yield Submission(f"line {number}", error=f"a line of more than {LONGEST_LINE // 10**6} MB")
        elif line.strip():
            yield submission_of(_decoded(line), number)
        line, number = stream.readline(LONGEST_LINE), number + 1


def submission_of(text: str, line: int) -> Submission:
    """The sheet on one line of JSON: {"sheet": name, "text": ...}."""
    name = f"line {line}"
    try:
        record = json.loads(text)
    except (ValueError, RecursionError):
        return Submission(name, error="this line is no JSON")
    if not isinstance(record, dict) or not isinstance(record.get("text"), str):
        return Submission(name, error='a line must read {"sheet": "name", "text": "the lines of the sheet"}')
    found = record.get("sheet", name)
    name = found if isinstance(found, str) else json.dumps(found)
    return Submission(_whole(name), _whole(record["text"]), student=_whole(name))


def _decoded(line: bytes) -> str:
    return line.decode("utf-8-sig", "replace")


def _whole(text: str) -> str:
    """JSON may hold half a character (a lone surrogate), which nothing could print."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
