"""`backprop-trace derive`: the chain rule for every weight and bias, without numbers."""

from collections.abc import Sequence
from typing import Annotated, Optional

import typer

from backprop_trace.cli.asked import asked
from backprop_trace.cli.options import (
    Ascii,
    Color,
    Decimal,
    ExampleArgument,
    Flavor,
    Force,
    Form,
    Fragment,
    Lang,
    Only,
    Open,
    Output,
    Style,
    UsageError,
    Width,
    as_document,
    check_seconds,
    medium_of,
    one_of,
    opened,
    write,
)
from backprop_trace.files.spec import Example, load
from backprop_trace.formulas.arithmetic import ComputationError
from backprop_trace.formulas.expr import Name
from backprop_trace.formulas.notation.names import canonical
from backprop_trace.model.derive import Derivation, derivations, gradients, whole_gradients
from backprop_trace.model.network import Listing
from backprop_trace.model.styles import STYLES
from backprop_trace.render import say
from backprop_trace.render.pages.derivation import Derive, Derived, derivation_page
from backprop_trace.render.view import View

Compact = Annotated[
    Optional[bool],
    typer.Option(
        "--compact/--full",
        help="Put together what is copied and what is alike for samples and times (documents do); or every line.",
    ),
]


def command(
    example: ExampleArgument,
    only: Only = None,
    closed_form: Annotated[
        bool, typer.Option("--closed-form", help="Let SymPy multiply one gradient out and simplify it.")
    ] = False,
    seconds: Annotated[float, typer.Option(help="How long SymPy may take over it.")] = 10,
    compact: Compact = None,
    style: Style = "net-out",
    form: Form = "table",
    fragment: Fragment = False,
    flavor: Flavor = None,
    lang: Lang = "en",
    decimal: Decimal = "point",
    output: Output = None,
    force: Force = False,
    open_: Open = False,
    width: Width = None,
    ascii_: Ascii = False,
    color: Color = None,
) -> None:
    """The chain rule for every weight and bias, without numbers. A term for each path from the loss.

    \b
    backprop-trace derive kumar --style layered
    backprop-trace derive mazur --only 'dE/dw1' --closed-form
    """
    medium = medium_of(form, width, ascii_, color, output, language=lang, decimal=decimal)
    medium = as_document(medium, form, fragment, flavor)
    in_browser = opened(open_, example, form)
    one_of("--style", style, STYLES)
    check_seconds("--seconds", seconds)
    worked = load(example)
    if closed_form and compact:
        raise UsageError("--closed-form is that of the whole loss: leave --compact out")
    derive = _derive(worked, only, seconds if closed_form else None)
    page = derivation_page(derive, View(worked, style=style, compact=compact))
    write(say(form, page, medium), output, force, in_browser)


def _derive(example: Example, only: Sequence[str] | None, seconds: float | None) -> Derive:
    """How the page finds its derivations; `seconds`: for the closed form of the one that was asked for."""
    names, equations = wanted(example, only) if only else ([], example.listing())
    simplified = closed(derivations(equations, names), equations, seconds) if seconds is not None else []

    def derive(folded: bool) -> tuple[list[Derived], Listing]:
        of_all = simplified or not folded or any(name.sample is not None for name in names)
        listing = equations if of_all else of_a_sample(example, only)
        return simplified or [Derived(each) for each in derivations(listing, names)], listing

    return derive


def of_a_sample(example: Example, spellings: Sequence[str] | None) -> Listing:
    """The lines for the loss of one sample."""
    one = example.with_training(samples=1)
    return wanted(one, spellings)[1] if spellings else one.listing()


def wanted(example: Example, spellings: Sequence[str]) -> tuple[list[Name], Listing]:
    """The gradients meant by --only, and the lines that they need."""
    found = asked(example, spellings)
    names, equations = sorted(found.names, key=canonical), found.listed(example.training.all_samples)
    for name in names:
        if name not in whole_gradients(equations):
            like = canonical(gradients(example.listing())[0])
            raise UsageError(f"--only {canonical(name)!r} is no gradient: choose one like {like!r}")
    return names, equations


def closed(derived: list[Derivation], equations: Listing, seconds: float) -> list[Derived]:
    """The one gradient that was asked for, with its closed form."""
    from backprop_trace.formulas.closed_form import NoClosedForm, closed_form, expanded

    if len(derived) != 1:
        raise UsageError("--closed-form takes one gradient at a time: choose it with --only, e.g. --only 'dE/dw1'")
    meaning = {line.name: line.formula for line in equations.equations if line.phase in ("forward", "backward")}
    try:
        formula = closed_form(expanded(derived[0].filled, meaning), seconds)
    except NoClosedForm as none:
        raise ComputationError(str(none), derived[0].name) from none
    return [Derived(derived[0], formula)]
