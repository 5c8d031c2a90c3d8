"""`backprop-trace derive`: the chain rule for every weight and bias, without numbers."""

from __future__ import annotations

from typing import Annotated, Optional

import typer

from backprop_trace.cli.options import ExampleArgument, UsageError, names_of, one_of, write
from backprop_trace.cli.terminal import Terminal
from backprop_trace.files.spec import Example, load
from backprop_trace.formulas.arithmetic import ComputationError
from backprop_trace.formulas.expr import Name
from backprop_trace.formulas.notation.names import canonical
from backprop_trace.model.derive import Derivation, derivations, gradients, whole_gradients
from backprop_trace.model.network import Listing, listing
from backprop_trace.model.styles import STYLES
from backprop_trace.render.derivation import FORMATS, Derived, render
from backprop_trace.render.view import View


def command(
    example: ExampleArgument,
    only: Annotated[
        Optional[list[str]], typer.Option(help="Only this gradient, e.g. 'dE/dw1'. May be repeated.")
    ] = None,
    closed_form: Annotated[
        bool, typer.Option("--closed-form", help="Let SymPy multiply one gradient out and simplify it.")
    ] = False,
    seconds: Annotated[float, typer.Option(help="How long SymPy may take over it.")] = 10,
    style: Annotated[str, typer.Option(help=f"How quantities are called: {', '.join(STYLES)}.")] = "net-out",
    form: Annotated[str, typer.Option("--format", "-f", help=", ".join(FORMATS) + ".")] = "text",
    fragment: Annotated[bool, typer.Option("--fragment", help="LaTeX to paste into a document of your own.")] = False,
    output: Annotated[Optional[str], typer.Option("--output", "-o", help="Write to this file.")] = None,
    force: Annotated[bool, typer.Option("--force", help="Overwrite the output file.")] = False,
    width: Annotated[
        Optional[int], typer.Option(help="Columns to use (default: the terminal's; piped: as needed).")
    ] = None,
    ascii_: Annotated[bool, typer.Option("--ascii", help="Plain ASCII: dE/dw5 for ∂E/∂w5.")] = False,
    color: Annotated[
        Optional[bool], typer.Option("--color/--no-color", help="Colours (default: on a terminal).")
    ] = None,
) -> None:
    """The chain rule for every weight and bias, without numbers. A term for each path from the loss.

    \b
    backprop-trace derive kumar --style layered
    backprop-trace derive mazur --only 'dE/dw1' --closed-form
    """
    one_of("--format", form, FORMATS)
    one_of("--style", style, STYLES)
    worked = load(example)
    equations = listing(worked.network)
    derived = derivations(equations, wanted(worked, only or ()))
    found = closed(derived, equations, seconds) if closed_form else [Derived(each) for each in derived]
    terminal = Terminal.of(width, ascii_, color, plain=output is not None)
    paint = terminal.paint if form == "text" else View._field_defaults["paint"]
    view = View(worked, style=style, width=terminal.width, ascii=terminal.ascii, paint=paint, fragment=fragment)
    write(render(form, found, equations, view), output, force)


def wanted(example: Example, spellings: list[str] | tuple[str, ...]) -> list[Name]:
    """The gradients meant by --only."""
    names = sorted(names_of(example, spellings), key=canonical)
    equations = listing(example.network)
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
