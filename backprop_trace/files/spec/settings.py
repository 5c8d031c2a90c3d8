"""A worked example with other values: for `--set W=4`, for `set W=4:` on a sheet.

>>> from backprop_trace.files.spec import load
>>> {name.label: text for name, text in with_settings(load("one-weight"), ["W=4"]).values.items()}["W"]
'4'

Whoever sets a value does it here, so that the same numbers are refused everywhere, and a network with feedback settles
anew.
"""

from __future__ import annotations

from collections.abc import Sequence

from backprop_trace.files.source import did_you_mean, printable
from backprop_trace.files.spec.document import Example
from backprop_trace.formulas.expr import Name
from backprop_trace.formulas.notation.names import canonical
from backprop_trace.formulas.numbers import NotANumber, Rounded, given_number, given_text
from backprop_trace.formulas.vocabulary import Vocabulary
from backprop_trace.model.settle import DoesNotSettle, settled
from backprop_trace.model.update import BOUNDS, ETA, constants_used


class BadSetting(ValueError):
    """A value that cannot be set; `setting` is its text, the message says why."""

    def __init__(self, message: str, setting: str):
        super().__init__(message)
        self.setting = setting


def with_settings(example: Example, settings: Sequence[str]) -> Example:
    """The example with other values, each `name=number`. Raises BadSetting."""
    if not settings:
        return example
    values = dict(example.values)
    known = given_names(example)
    words = Vocabulary(dict.fromkeys(known))
    set_: set[Name] = set()
    for setting in settings:
        spelling, equals, text = setting.partition("=")
        if not equals:
            raise BadSetting(f"{printable(setting)!r}: write name=number", setting)
        name = words.read(spelling)
        if name is None:
            help_ = did_you_mean(spelling, map(canonical, known))
            raise BadSetting(f"{printable(spelling)!r} is not given in this example; {help_}".rstrip("; "), setting)
        if fault := _fault(example, name, given_text(text)):
            raise BadSetting(f"{printable(setting)!r}: {fault}", setting)
        set_.add(name)
        values[name] = given_text(text)
    try:
        training = settled(example.network, example.rule, example.training, values)
    except DoesNotSettle as restless:
        raise BadSetting(str(restless), settings[-1]) from None
    rounded = (example.rounded - set_) | {name for name in set_ if isinstance(values[name], Rounded)}
    return example._replace(values=values, training=training, set_=example.set_ | set_, rounded=rounded)


def given_names(example: Example) -> list[Name]:
    """What can be set: all that has a number, and the parameters without."""
    return list(dict.fromkeys([*example.values, *example.rule.trained, *example.rule.fixed]))


def _fault(example: Example, name: Name, text: str) -> str:
    """Why this cannot be the number of a quantity; empty if it can."""
    try:
        value = given_number(text)
    except NotANumber as wrong:
        return str(wrong)
    if name not in constants_used(example.rule):
        return ""
    if isinstance(text, Rounded):
        return f"{'the learning rate' if name == ETA else 'a constant of the optimizer'} is chosen: leave the ~ out"
    return BOUNDS[name].fault(value) if name in BOUNDS else ""
