"""`backprop-trace sheet`: a blank sheet to be filled in, or the key."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Optional

import typer

from backprop_trace.cli.options import (
    BatchSize,
    Decimal,
    ExampleArgument,
    Flavor,
    Force,
    Form,
    Lang,
    Open,
    Output,
    Phases,
    Seed,
    Shuffle,
    Style,
    UsageError,
    Values,
    as_document,
    decimals_of,
    medium_of,
    one_of,
    opened,
    settings_of,
    with_batches,
    with_values,
    write,
)
from backprop_trace.files.sheet import MOST_LINES
from backprop_trace.files.source import printable
from backprop_trace.files.spec import Example, load
from backprop_trace.formulas.expr import Name
from backprop_trace.formulas.notation.numbers import shown
from backprop_trace.model.batches import Batching
from backprop_trace.model.chain import PHASES
from backprop_trace.model.styles import STYLES
from backprop_trace.render import say
from backprop_trace.render.pages.blank import Blank, blank_page
from backprop_trace.run.step import Settings, size, traces

if TYPE_CHECKING:
    from backprop_trace.formulas.arithmetic.hand import Rounding


def command(
    example: ExampleArgument,
    phase: Phases = None,
    values: Annotated[bool, typer.Option("--values", help="With the true values: the key.")] = False,
    round_to: Annotated[
        Optional[str],
        typer.Option("--round", help="The key as on paper: every line rounded to 4 decimals (4) or figures (4sf)."),
    ] = None,
    decimals: Annotated[
        Optional[int], typer.Option("--decimals", help="The key with so many decimals of the true values.")
    ] = None,
    steps: Annotated[int, typer.Option(help="So many training steps.")] = 1,
    style: Style = STYLES[0],
    settings: Values = None,
    batch_size: BatchSize = None,
    shuffle: Shuffle = False,
    seed: Seed = None,
    form: Form = "yaml",
    flavor: Flavor = None,
    lang: Lang = "en",
    decimal: Decimal = "point",
    output: Output = None,
    open_: Open = False,
    force: Force = False,
) -> None:
    """A blank sheet to fill in, in the order of the calculation. With --values the key.

    \b
    backprop-trace sheet mazur -o my-sheet.yaml
    backprop-trace sheet mazur --values --decimals 4
    """
    medium = as_document(
        medium_of(form, None, False, None, output, language=lang, decimal=decimal), form, flavor=flavor
    )
    in_browser = opened(open_, example, form)
    one_of("--style", style, STYLES)
    for word in phase or ():
        one_of("--phase", word, PHASES)
    if (round_to is not None or decimals is not None) and not values:
        raise UsageError("--round and --decimals go with --values")
    if round_to is not None and decimals is not None:
        raise UsageError("--round and --decimals: give one of them")
    worked = with_batches(with_values(load(example), settings or ()), batch_size, shuffle, seed)
    if steps < 1 or steps * size(worked) > MOST_LINES:
        raise UsageError(f"--steps goes from 1; a sheet has {MOST_LINES:,} lines at most")
    key = None if not values else _key(worked, steps, settings_of("float", None, round_to, "half-up"), decimals)
    phases = [word for word in PHASES if not phase or word in phase]
    options = _options(settings or (), batch_size, shuffle or seed is not None, worked.training.batching)
    blank = blank_page(Blank(worked, phases, steps, key, options, style))
    write(say(form, blank, medium), output, force, in_browser)


def _options(settings: Sequence[str], batch_size: int | None, named: bool, batching: Batching) -> str:
    """The options by which `check` gets to the same example."""
    words = [word for setting in settings for word in ("--set", setting.replace(" ", ""))]
    if batch_size is not None:
        words += ["--batch-size", str(batch_size)]
    if named:
        words += ["--shuffle", "--seed", str(batching.seed)]
    return "".join(f" {shlex.quote(printable(word))}" for word in words)


Key = Callable[[int], Mapping[Name, str]]


def _key(example: Example, steps: int, settings: Settings, decimals: int | None) -> Key:
    """The values of each step: those that sheets are judged by, or as on paper, each from the rounded ones before."""
    if settings.engine == "hand":
        found = {each.step: each.values for each in traces(example, settings, range(1, steps + 1))}
        return lambda step: {name: shown(value) for name, value in found[step].items()}
    return _TrueNumbers(example, steps, None if decimals is None else decimals_of(decimals))


class _TrueNumbers:
    """The true values of each step as they are written, the same that sheets are judged by."""

    def __init__(self, example: Example, steps: int, rounding: Rounding | None):
        from backprop_trace.check.variant import Variant

        self.variant, self.rounding = Variant(example), rounding
        self.variant.prepare(range(1, steps + 1))

    def __call__(self, step: int) -> Mapping[Name, str]:
        true = self.variant.true(step)
        if self.rounding is None:
            return {name: shown(value) for name, value in true.items()}
        return {name: format(self.rounding.apply(value), "f") for name, value in true.items()}
