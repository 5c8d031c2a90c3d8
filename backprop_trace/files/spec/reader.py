"""Small readings (a table with known keys, a number, a name, a word), and all that is wrong with a file."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

from backprop_trace.files import schema
from backprop_trace.files.mistyped import what_to_type
from backprop_trace.files.source import Node, Place, Problem, SourceError, closest, did_you_mean, doubled_keys
from backprop_trace.formulas.expr import FUNCTIONS, Name
from backprop_trace.formulas.numbers import ROUNDED, NotANumber, Rounded, given_number
from backprop_trace.formulas.vocabulary import LABEL, normal
from backprop_trace.model.catalogue import canonical

WHOLE = re.compile(r"[+-]?[0-9]+")

MOST_PROBLEMS = 200
"""After so many mistakes a file is read no further: nobody reads more, and each is looked into."""


class Given(NamedTuple):
    """A name with its number as written, or without one, and where it stands."""

    text: str | None
    place: Place


class Reader:
    """Reads one document and remembers everything that is wrong with it."""

    def __init__(self, text: str, name: str, folder: Path):
        self.text, self.name, self.folder = text, name, folder
        self.problems: list[Problem] = []
        self.warnings: list[str] = []
        self.parameters: dict[str, Given] = {}
        self.used: set[str] = set()
        self.values: dict[Name, str] = {}
        self.times = 0
        self.one = ("sample", schema.SAMPLE)  # what a list of inputs and targets is a list of
        self.held_out: dict[Name, str] = {}
        self.typed: set[str] = set()  # the file's own names as they were typed
        self.named: dict[str, Place] = {}
        self.classes = False  # are targets classes (of a softmax layer)?
        self.lacking: dict[str, Problem] = {}
        self.empty: dict[str, Place] = {}  # keys without a value
        self.astray: set[str] = set()  # keys that stand where they do not belong
        self.start_at_zero: list[tuple[str, int]] = []  # a layer's `bias: 0`: its name, the layer's number

    def wrong(self, message: str, place: Place | None = None, note: str = "", help: str = "") -> None:
        self.problems.append(Problem(message, place, note, help))
        if len(self.problems) >= MOST_PROBLEMS:
            self.give_up_if_wrong()

    def lacks(self, word: str, help: str) -> None:
        """Notes that a key of the example is not there, or that nothing stands behind it."""
        if word in self.empty:
            self.wrong(f"nothing stands behind {word!r}", self.empty[word], help=help)
        else:
            self.wrong(f"a worked example lacks the key {word!r}", Place(1, 1), help=help)

    def give_up_if_wrong(self) -> None:
        found_elsewhere = [self.lacking[word] for word in self.astray & self.lacking.keys()]
        if problems := [problem for problem in self.problems if problem not in found_elsewhere]:
            ordered = sorted(problems, key=lambda problem: problem.place or Place(0, 0))
            if len(self.problems) >= MOST_PROBLEMS:
                ordered.append(Problem(f"{MOST_PROBLEMS} mistakes or more: the file was read no further"))
            raise SourceError(ordered, self.name, self.text)

    def table(self, node: Node, keys: Mapping[str, schema.Key], what: str) -> dict[str, Node]:
        """The entries of a mapping with known keys."""
        if node.kind != "mapping":
            self.wrong(
                f"{what} must be a mapping, found {node.described()}", node.place, help="write 'key: value' lines"
            )
            return {}
        entries: dict[str, Node] = {}
        first: dict[str, Node] = {}
        for key, value in self.pairs(node):
            word = schema.ALIASES.get(key.text, key.text)
            if word not in keys:
                word = self.unknown_key(key, keys, what)  # read as what was meant, lest one slip be reported twice
            elif word in first and key.text != first[word].text:
                self.wrong(f"{key.text!r} and {first[word].text!r} are the same", key.place, help="keep one of them")
            first.setdefault(word, key)
            if word and not value.is_empty:
                entries.setdefault(word, value)
            elif word:
                self.empty[word] = key.place
        for word, entry in keys.items():
            if entry.required and word not in entries:
                self.lacking[word] = (
                    Problem(f"nothing stands behind {word!r}", first[word].place, "", entry.description)
                    if word in first
                    else Problem(f"{what} lacks the key {word!r}", node.place, "", entry.description)
                )
                self.problems.append(self.lacking[word])
        return entries

    def unknown_key(self, key: Node, keys: Mapping[str, schema.Key], what: str) -> str:
        """Says what is wrong with a key; the key that was meant, if that is plain."""
        word, message = key.text, f"unknown key {short(key.text)} in {what}"
        meant = next((meant for meant in schema.MEANT.get(word.lower(), ()) if meant in keys), "")
        if meant:
            self.wrong(message, key.place, help=f"did you mean {meant!r}?")
            return meant
        where = _belongs(word, keys)
        if where:
            self.astray.add(word)
        close = "" if where or word in schema.SAID else closest(word, keys)
        said = schema.SAID.get(word) or (where and f"{word!r} belongs to {where}")
        self.wrong(message, key.place, help=said or what_to_type(word) or did_you_mean(word, keys))
        return close

    def pairs(self, node: Node) -> list[tuple[Node, Node]]:
        """The entries of a mapping, each key once; in `{w1: 0,5}` YAML takes the 5 for a key: it is put back."""
        self.problems += doubled_keys(node)
        found: dict[str, tuple[Node, Node]] = {}
        last = ""
        for key, value in node.entries:
            if last and value.is_empty and WHOLE.fullmatch(key.text) and WHOLE.fullmatch(found[last][1].text):
                name, number = found[last]
                text = f"{number.text},{key.text}"
                found[last] = (name, Node("scalar", number.place._replace(length=len(text)), text))
            elif key.text not in found:
                found[key.text], last = (key, value), key.text
        return list(found.values())

    def word(self, node: Node | None) -> str:
        if node is None:
            return ""
        if not node.is_scalar:
            self.wrong(f"a text must stand here, found {node.described()}", node.place)
            return ""
        return node.text.strip()

    def number(self, node: Node) -> str | None:
        """The text of a number; what is wrong with it is noted."""
        if not node.is_scalar:
            self.wrong(f"a number must stand here, found {node.described()}", node.place)
            return None
        try:
            given_number(node.text)
        except NotANumber as error:
            help_ = what_to_type(node.text) or _number_help(node) if str(error) == "not a number" else ""
            self.wrong(f"{error!s}: {short(node.text)}", node.place, help=help_)
            return None
        return node.text.strip().replace("−", "-").lstrip("+")

    def given(self, node: Node) -> str | None:
        """The text of a given number, `Rounded` if it is marked as such (`0.4764~`)."""
        if not node.is_scalar or not (text := node.text.rstrip()).endswith(ROUNDED) or not text.rstrip(ROUNDED):
            return self.number(node)
        plain = self.number(Node("scalar", node.place, text.removesuffix(ROUNDED)))
        if plain is not None and "/" in plain:
            self.wrong(f"a fraction is exact: {short(node.text)}", node.place, help="leave the ~ out")
        return None if plain is None else Rounded(plain)

    def label(self, node: Node, or_number: bool = False) -> str:
        """A name of the file's own; units may be called by numbers."""
        text = normal(node.text) if node.is_scalar else ""
        self.typed.add(node.text)
        self.named.setdefault(text, node.place)
        if or_number and re.fullmatch(r"[1-9][0-9]{0,5}", text):
            return text
        if not LABEL.fullmatch(text):
            help_ = what_to_type(node.text) or "names are letters, digits, _ and ^, and do not start with a digit"
            found = short(node.text) if node.is_scalar else node.described()
            self.wrong(f"not a possible name: {found}", node.place, help=help_)
            return ""
        if text in FUNCTIONS or text == "eta":
            self.wrong(f"{text!r} already means something in formulas", node.place, help="choose another name")
        return text

    def choice(self, node: Node, known: Iterable[str], what: str) -> str:
        """One of the catalogue's words, or a synonym."""
        word = canonical(self.word(node))
        if word not in known and (word or node.is_scalar):  # what is no text was said already
            self.wrong(
                f"unknown {what} {short(node.text) or repr(word)}",
                node.place,
                f"not {_a(what)}",
                what_to_type(node.text) or did_you_mean(word, known),
            )
            return ""
        return word

    def givens(self, node: Node, what: str) -> list[tuple[str, Node | None, Place]]:
        """Names with numbers (a mapping), or names without (a list)."""
        units = what == "targets"
        if node.kind == "list":
            return [(self.label(item, units), None, item.place) for item in node.items]
        if node.kind != "mapping":
            self.wrong(f"{what} must be 'name: number' pairs or a list of names", node.place,
                       help=what_to_type(node.text))  # fmt: skip
            return []
        pairs = self.pairs(node)
        return [(self.label(key, units), None if value.is_empty else value, key.place) for key, value in pairs]

    def twice(self, label: str, place: Place) -> None:
        self.wrong(f"the name {label!r} is used for two things", place, help="give one of them another name")

    def count(self, node: Node, least: int) -> int | None:
        """A whole number."""
        if node.is_scalar and re.fullmatch(r"0|[1-9]\d{0,17}", node.text) and int(node.text) >= least:
            return int(node.text)
        self.wrong(f"a whole number from {least} on must stand here", node.place)
        return None


def short(text: str) -> str:
    return repr(text if len(text) <= 60 else text[:57] + "...") if text else ""


def _belongs(word: str, keys: Mapping[str, schema.Key]) -> str:
    """Where a key belongs that stands among others."""
    if word in schema.EXAMPLE and keys is schema.DEFINED:
        return "an example with layers; this one has definitions"
    if word in schema.with_aliases(schema.EXAMPLE):
        return "the file as a whole: start it in the first column"
    if word in schema.LAYER:
        return "a layer: start it below the 'units' of its layer"
    return "the optimizer: optimizer: {name: sgd, ...}" if word in schema.OPTIMIZER else ""


def _a(word: str) -> str:
    return f"an {word}" if word[0] in "aeiou" else f"a {word}"


def _number_help(node: Node) -> str:
    if node.text.lower() in ("yes", "no", "on", "off", "true", "false"):
        return "a number, not yes or no"
    return "numbers look like 0.15, -.5, 1e-3 or 1/3"
