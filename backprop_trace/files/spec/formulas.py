"""Formulas in a worked example: definitions of its own, and activations and losses that are no entry of the catalogue.

What is wrong with a formula is noted where it stands, with a caret under the very symbol.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from backprop_trace.files.mistyped import what_to_type
from backprop_trace.files.schema import Key
from backprop_trace.files.source import Node, Place, did_you_mean
from backprop_trace.formulas.expr import FUNCTIONS, Formula, Name, Number, given, walk_names
from backprop_trace.formulas.numbers import number
from backprop_trace.formulas.parse import BadFormula, Resolve, read_formula
from backprop_trace.formulas.vocabulary import LABEL, normal
from backprop_trace.model.catalogue import CONSTANTS, Activation, Loss, canonical, constants
from backprop_trace.model.network import Definition, Network

if TYPE_CHECKING:
    from backprop_trace.files.spec.reader import Reader

_BEFORE = re.compile(rf"({LABEL.pattern})@-1")


def function(
    reader: Reader,
    node: Node | None,
    known: Mapping[str, Activation] | Mapping[str, Loss],
    keys: Mapping[str, Key],
    what: str,
    letters: str,
) -> tuple[str, dict[str, Number], Mapping[str, Node]]:
    """An activation or a loss: its name (or the formula that stands for it), its constants, and what else is said
    of it. It is a word, a formula over these letters (z; o and t), or a table with these keys."""
    if node is None or node.kind != "mapping":
        word = _word_or_formula(reader, node, known, what, letters) if node else ""
        return word, constants(known[word]) if word in known else {}, {}
    entries = reader.table(node, keys, f"the {what}")
    name = reader.choice(entries["name"], known, what) if "name" in entries else ""
    if not name:  # said already
        return "", {}, entries
    own = constants(known[name])
    for letter in CONSTANTS.keys() & entries:
        if letter not in own:
            reader.wrong(f"{name} has no {letter}", entries[letter].place)
        elif (text := reader.number(entries[letter])) is not None:
            if number(text) < 0:
                reader.wrong(f"{letter} must not be negative", entries[letter].place)
            own[letter] = Number(text)
    return name, own, entries


def _word_or_formula(reader: Reader, node: Node, known: Mapping[str, object], what: str, letters: str) -> str:
    """A word of the catalogue, or a formula over these letters (z; o and t): the text that stands for it."""
    text = reader.word(node)
    if canonical(text) in known or not (text or node.is_scalar):  # what is no text was said already
        return canonical(text)
    meaning = {letter: given(letter) for letter in letters}
    if LABEL.fullmatch(text) and text not in meaning:
        return reader.choice(node, known, what)
    formula = read(reader, node, meaning.get, meaning)
    if formula is not None and not set(walk_names(formula)) & {given(letters[0])}:
        reader.wrong(f"{what} does not depend on {letters[0]}", node.place)
    return text


def read(reader: Reader, node: Node, resolve: Resolve, known: Mapping[str, object]) -> Formula | None:
    """The formula that stands here; what is wrong with it is noted."""
    if not node.is_scalar:
        reader.wrong(f"a formula must stand here, found {node.described()}", node.place,
                     help="put it in quotes if it has brackets or colons")  # fmt: skip
        return None
    try:
        return read_formula(node.text, resolve)
    except BadFormula as bad:
        unknown = node.text[bad.start : bad.end]
        help_ = ""
        if typed := what_to_type(node.text):
            help_ = typed
        elif _is_open(node.text):
            help_ = "a bracket is open; a formula with commas must be quoted, or stand on a line of its own"
        elif "function" in str(bad):
            help_ = did_you_mean(unknown, FUNCTIONS)
        elif "unknown" in str(bad):
            help_ = did_you_mean(unknown, known)
        reader.wrong(str(bad), _place(node, bad), help=help_)
        return None


def _place(node: Node, bad: BadFormula) -> Place:
    """The symbol's own place, if the formula stands on one line as it was written."""
    line, column, length = node.place
    if length != len(node.text) + 2 * node.quoted:
        return node.place
    return Place(line, column + bad.start + node.quoted, max(1, min(bad.end, len(node.text)) - bad.start))


def read_definitions(reader: Reader, node: Node, inputs: tuple[str, ...], times: int) -> tuple[Definition, ...]:
    """`q: x + y`, each over inputs, parameters and the definitions before it; with a sequence h@-1, too."""
    if node.kind != "mapping":
        reader.wrong(f"definitions must be 'name: formula' lines, found {node.described()}", node.place)
        return ()
    pairs = _without_shreds(reader.pairs(node))
    lines = {normal(key.text): key.place.line for key, _ in pairs}
    known = {label: given(label) for label in (*inputs, *reader.parameters)}
    found: list[Definition] = []
    for key, value in pairs:
        label = reader.label(key)
        if label in known:
            reader.twice(label, key.place)
        formula = _definition(reader, label, value, known, lines, times)
        known[label] = given(label)
        if label and formula is not None:
            found.append((label, formula))
    if not pairs:
        reader.wrong("there are no definitions", node.place)
    return tuple(found)


def _without_shreds(pairs: list[tuple[Node, Node]]) -> list[tuple[Node, Node]]:
    """In `{f: max(0, x)}` YAML takes `x)` for a key without a value: what is wrong is said once, at the formula."""
    kept: list[tuple[Node, Node]] = []
    for key, value in pairs:
        if not (kept and value.is_empty and _is_open(kept[-1][1].text)):
            kept.append((key, value))
    return kept


def _is_open(text: str) -> bool:
    return text.count("(") > text.count(")")


def _definition(
    reader: Reader, label: str, node: Node, known: Mapping[str, Name], lines: Mapping[str, int], times: int
) -> Formula | None:
    """One formula; names of later definitions, and its own, are for the time step before only."""
    asked: list[str] = []

    def resolve(text: str) -> Name | None:
        asked.append(text)
        text = _name(reader, text)
        if (match := _BEFORE.fullmatch(text)) and times and (match[1] in known or match[1] in lines):
            return given(match[1])._replace(time=-1)
        return known.get(text)

    count = len(reader.problems)
    formula = read(reader, node, resolve, known)
    if formula is None:
        for problem in reader.problems[count:]:
            reader.problems.remove(problem)
            word = next((word for word in asked[::-1] if "@" in word), asked[-1] if asked else "")
            about_a_name = problem.message.startswith(("unknown name", "'@'"))
            explained = _explained(label, word, lines, times) if about_a_name else None
            message, help_ = explained or (problem.message, problem.help)
            reader.wrong(message, problem.place, help=help_)
        return None
    reader.used |= {name.label for name in walk_names(formula)}
    return formula


def _name(reader: Reader, text: str) -> str:
    """A name in a formula as it is compared; x² is a square, unless something is called so."""
    is_power = any(character in "⁰¹²³⁴⁵⁶⁷⁸⁹" for character in text)
    return text if is_power and text not in reader.typed else normal(text)


def _explained(label: str, word: str, lines: Mapping[str, int], times: int) -> tuple[str, str] | None:
    """What to say about a name that is known, but not here."""
    plain = word.partition("@")[0]
    if "@" in word and not times:
        return f"{word}: there is no time step before, for the file has no sequence", "add 'sequence:'"
    if "@" in word:
        return f"{word}: only the time step before can be used, {plain}@-1", ""
    if plain not in lines:
        return None
    earlier = f"{plain}@-1 is its value at the time step before" if times else ""
    if plain == label:
        return f"the definition of {label!r} refers to itself", earlier
    return f"{plain!r} is defined later, in line {lines[plain]}", earlier or "put it above"


def objective(reader: Reader, node: Node, definitions: tuple[Definition, ...]) -> Name:
    """The definition the gradients are those of."""
    labels = [label for label, _ in definitions]
    if definitions and normal(node.text) not in labels:
        reader.wrong("the objective must be one of the definitions", node.place, help=did_you_mean(node.text, labels))
    return given(normal(node.text))


def read_start(reader: Reader, node: Node | None, network: Network) -> None:
    """What stands before the first time step: 0, unless `start:` says otherwise."""
    first = dict.fromkeys(_before_the_first(network), "0")
    for key, value in reader.pairs(node) if node is not None and node.kind == "mapping" else ():
        name = next((name for name in first if name.label == normal(key.text)), None)
        text = reader.given(value)
        if name is None:
            known = [name.label for name in first]
            reader.wrong(f"{key.text!r} is not used before it is there", key.place, help=did_you_mean(key.text, known))
        elif text is not None:
            first[name] = text
    if node is not None and node.kind != "mapping":
        reader.wrong(f"start must be 'name: number' pairs, found {node.described()}", node.place)
    reader.values |= first


def _before_the_first(network: Network) -> list[Name]:
    units = [Name("out", unit, time=0) for unit in network.recurrent_units]
    used = (name for _, formula in network.definitions for name in walk_names(formula) if name.time == -1)
    return units + list(dict.fromkeys(name._replace(time=0) for name in used))
