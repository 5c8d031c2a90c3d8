"""`backprop-trace derive`: the chain rule for every weight and bias, without numbers."""

from __future__ import annotations

from typing import Annotated

import typer

from backprop_trace.cli.options import (
    Ascii,
    Color,
    ExampleArgument,
    Flavor,
    Force,
    Form,
    Fragment,
    Only,
    Output,
    Style,
    UsageError,
    Width,
    as_document,
    medium_of,
    names_of,
    one_of,
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
from backprop_trace.render.pages.derivation import Derived, derivation_page
from backprop_trace.render.view import View


def command(
    example: ExampleArgument,
    only: Only = None,
    closed_form: Annotated[
        bool, typer.Option("--closed-form", help="Let SymPy multiply one gradient out and simplify it.")
    ] = False,
    seconds: Annotated[float, typer.Option(help="How long SymPy may take over it.")] = 10,
    style: Style = "net-out",
    form: Form = "table",
    fragment: Fragment = False,
    flavor: Flavor = None,
    output: Output = None,
    force: Force = False,
    width: Width = None,
    ascii_: Ascii = False,
    color: Color = None,
) -> None:
    """The chain rule for every weight and bias, without numbers. A term for each path from the loss.

    \b
    backprop-trace derive kumar --style layered
    backprop-trace derive mazur --only 'dE/dw1' --closed-form
    """
    medium = as_document(medium_of(form, width, ascii_, color, output), form, fragment, flavor)
    one_of("--style", style, STYLES)
    worked = load(example)
    equations = worked.listing()
    derived = derivations(equations, wanted(worked, only or ()))
    found = closed(derived, equations, seconds) if closed_form else [Derived(each) for each in derived]
    write(say(form, derivation_page(found, equations, View(worked, style=style)), medium), output, force)


def wanted(example: Example, spellings: list[str] | tuple[str, ...]) -> list[Name]:
    """The gradients meant by --only."""
    names = sorted(names_of(example, spellings), key=canonical)
    equations = example.listing()
    for name in names:
        if name not in whole_gradients(equations):
            like = canonical(gradients(equations)[0])
            raise UsageError(f"--only {canonical(name)!r} is no gradient: choose one like {like!r}")
    return names


def closed(derived: list[Derivation], equations: Listing, seconds: float) -> list[Derived]:
    """The one gradient that was asked for, with its closed form."""
    from backprop_trace.formulas.closed_form import NoClosedForm, closed_form, expanded

    if len(derived) != 1:
        raise UsageError("--closed-form takes one gradient at a time: choose it with --only, e.g. --only 'dE/dw1'")
    if seconds <= 0:
        raise UsageError("--seconds must be greater than 0")
    meaning = {line.name: line.formula for line in equations.equations if line.phase in ("forward", "backward")}
    try:
        formula = closed_form(expanded(derived[0].filled, meaning), seconds)
    except NoClosedForm as none:
        raise ComputationError(str(none), derived[0].name) from none
    return [Derived(derived[0], formula)]
