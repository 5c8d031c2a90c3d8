"""From a YAML file to a worked example.

    >>> example = read_example('''
    ... inputs: {i1: 2}
    ... targets: {o1: 1}
    ... layers: [{units: [o1], activation: identity, weights: [[0.5]]}]
    ... loss: half_squared_error
    ... learning_rate: 0.1
    ... ''')
    >>> example.rule.trained[0].label, example.values[example.rule.trained[0]]
    ('w_i1_o1', '0.5')

`load` finds a file by path, by the name of a shipped example, or on standard input. Numbers stay the text that was
written. Everything wrong with a file is collected and raised at once as a `source.SourceError`. The keys a file may
have are in `schema`, one table for the reader and for editors.
"""

from __future__ import annotations

import os
from pathlib import Path

from backprop_trace.files.source import Problem, SourceError, did_you_mean, read_text
from backprop_trace.files.spec.document import Example, HeldOut, read_document
from backprop_trace.files.spec.reader import Reader

__all__ = ["Example", "HeldOut", "Reader", "load", "read_example", "shipped"]


def shipped() -> list[str]:
    """The names of the examples that come with the program."""
    return sorted(path.stem for path in _shipped_folder().glob("*.yaml"))


def _shipped_folder() -> Path:
    """`networks/` lies in the installed package, or beside it in a checkout."""
    package = Path(__file__).parent.parent.parent
    return next((folder for folder in (package / "networks", package.parent / "networks") if folder.is_dir()), package)


def _called(name: str) -> str:
    """The shipped example of a name, in any case: Mazur is mazur; empty if there is none."""
    return next((known for known in shipped() if known == name.lower()), "")


def load(name: str | os.PathLike[str]) -> Example:
    """A worked example by path, by shipped name, or `-` for standard input. Raises SourceError."""
    name = os.fspath(name)
    if not isinstance(name, str):
        raise TypeError(f"an example is named by text or by a path, not by {type(name).__name__}")
    known = _called(name)
    if known and not os.path.isfile(name):
        text = (_shipped_folder() / f"{known}.yaml").read_text(encoding="utf-8")
        return read_example(text, known, _shipped_folder())
    if name != "-" and not os.path.exists(name) and not name.lower().endswith((".yaml", ".yml")):
        help_ = did_you_mean(name, shipped())
        raise SourceError([Problem("no such file, and no shipped example of this name", help=help_)], name)
    text, shown_name = read_text(name)
    return read_example(text, shown_name, Path() if name == "-" else Path(name).parent)


def read_example(text: str, name: str = "text", folder: Path = Path()) -> Example:
    """A worked example from YAML text; `name` is what messages call it. Raises SourceError.

    Files with samples are looked for from `folder` on.
    """
    return read_document(Reader(text, name, folder))
