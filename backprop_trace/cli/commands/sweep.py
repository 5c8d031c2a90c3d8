"""`backprop-trace sweep`: the loss as a function of one weight."""

from fractions import Fraction
from typing import Annotated

import typer

from backprop_trace.cli.options import (
    Ascii,
    Color,
    Decimal,
    ExampleArgument,
    Force,
    Form,
    Lang,
    Open,
    Output,
    UsageError,
    Values,
    Width,
    check_count,
    medium_of,
    opened,
    say_if_far,
    with_values,
    write,
)
from backprop_trace.files.source import did_you_mean, printable
from backprop_trace.files.spec import Example, load
from backprop_trace.formulas.expr import Name, given
from backprop_trace.formulas.numbers import NotANumber, given_number
from backprop_trace.formulas.vocabulary import normal
from backprop_trace.render import say
from backprop_trace.render.pages.sweep import sweep_page
from backprop_trace.render.view import View
from backprop_trace.run.step import check_numeric
from backprop_trace.run.train.sweep import now, sweep

CURVE_POINTS = 140
MOST_POINTS = 200


def command(
    example: ExampleArgument,
    weight: Annotated[str, typer.Argument(help="A weight or bias by name.")],
    from_: Annotated[str, typer.Option("--from", help="The lowest value.")],
    to: Annotated[str, typer.Option("--to", help="The highest value.")],
    points: Annotated[int, typer.Option(help="So many values in the tables.")] = 6,
    at: Annotated[int, typer.Option("--at", help="With the other weights as they are at this training step.")] = 1,
    settings_: Values = None,
    form: Form = "table",
    lang: Lang = "en",
    decimal: Decimal = "point",
    width: Width = None,
    ascii_: Ascii = False,
    color: Color = None,
    output: Output = None,
    force: Force = False,
    open_: Open = False,
) -> None:
    """The loss as a function of one weight: tables, curve, tangent.

    The tangent is drawn at the weight as it is.

    \b
    backprop-trace sweep one-weight W --from 0 --to 5
    """
    worked = with_values(load(example), settings_ or ())
    name = _parameter(worked, weight)
    low, high = _range(from_, to)
    if not 2 <= points <= MOST_POINTS:
        raise UsageError(f"--points goes from 2 to {MOST_POINTS}")
    check_count("--at", at)
    check_numeric(worked, worked.listing())
    say_if_far(at, worked)
    medium = medium_of(form, width, ascii_, color, output, language=lang, decimal=decimal)
    in_browser = opened(open_, example, form)
    current = now(worked, name, at)
    tangent = sweep(worked, name, [current], at)[0] if low <= current <= high else None
    table, curve = (sweep(worked, name, _between(low, high, count), at) for count in (points, CURVE_POINTS))
    curve = sorted([*table, *curve], key=lambda point: point.weight)
    write(say(form, sweep_page(name, table, curve, tangent, View(worked)), medium), output, force, in_browser)


def _between(low: Fraction, high: Fraction, count: int) -> list[float]:
    return [float(low + (high - low) * k / (count - 1)) for k in range(count)]


def _range(from_: str, to: str) -> tuple[Fraction, Fraction]:
    low, high = _number("--from", from_), _number("--to", to)
    if low >= high:
        raise UsageError("--from must be below --to")
    return low, high


def _number(option: str, text: str) -> Fraction:
    try:
        return given_number(text)
    except NotANumber as wrong:
        raise UsageError(f"{option} {printable(text)!r}: {wrong}") from None


def _parameter(example: Example, label: str) -> Name:
    known = [name.label for name in (*example.rule.trained, *example.rule.fixed)]
    label = normal(label)
    if label not in known:
        raise UsageError(
            f"{printable(label)!r} is no weight or bias of this example; {did_you_mean(label, known)}".rstrip("; ")
        )
    return given(label)
