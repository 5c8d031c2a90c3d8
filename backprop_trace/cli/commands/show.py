"""`backprop-trace show`: every quantity of a training step."""

import shlex
from collections.abc import Sequence
from itertools import chain
from typing import Annotated, Optional

import typer

from backprop_trace.cli.asked import Asked, asked
from backprop_trace.cli.options import (
    Ascii,
    BatchSize,
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
    Phases,
    Seed,
    Shuffle,
    Style,
    UsageError,
    Values,
    Width,
    as_document,
    check_count,
    decimals_of,
    goes_with,
    medium_of,
    one_of,
    opened,
    points_of,
    say_if_far,
    say_if_large,
    settings_of,
    with_batches,
    with_values,
    write,
)
from backprop_trace.cli.terminal import Terminal
from backprop_trace.files.source import printable
from backprop_trace.files.spec import Example, load
from backprop_trace.formulas.expr import derivative
from backprop_trace.formulas.notation.names import canonical
from backprop_trace.model.chain import PHASES
from backprop_trace.model.styles import STYLES
from backprop_trace.render import Pieces, render, say
from backprop_trace.render.medium import Medium
from backprop_trace.render.view import PARTS, PagePractice, View
from backprop_trace.run.step import size, traces
from backprop_trace.run.train import Listed

DIGITS_OF_A_SLIDE = 4
MOST_SHOWN = 10**9
"""Quantities of all steps together."""


def command(
    example: ExampleArgument,
    engine: Annotated[str, typer.Option(help="float, or exact: fractions and certified digits.")] = "float",
    digits: Annotated[Optional[int], typer.Option(help="Significant digits (float: 9, exact: 20).")] = None,
    round_to: Annotated[
        Optional[str],
        typer.Option("--round", help="As on paper: every line rounded to 4 decimals (4) or figures (4sf)."),
    ] = None,
    decimals: Annotated[
        Optional[int], typer.Option("--decimals", help="Show so many decimals; what is computed with keeps all.")
    ] = None,
    rounding: Annotated[str, typer.Option(help="half-up, half-even or truncate.")] = "half-up",
    form: Form = "table",
    fragment: Fragment = False,
    parts: Annotated[
        Optional[str], typer.Option("--parts", help=f"Only these parts of a document: {','.join(PARTS)}.")
    ] = None,
    columnwidth: Annotated[
        Optional[str], typer.Option("--columnwidth", help="A fragment for columns so wide, e.g. 252pt or 8.9cm.")
    ] = None,
    frames: Annotated[
        bool, typer.Option("--frames", help="A fragment of beamer frames, one a unit; 4 digits.")
    ] = False,
    flavor: Flavor = None,
    lang: Lang = "en",
    decimal: Decimal = "point",
    animate: Annotated[bool, typer.Option("--animate", help="An SVG that runs through the steps.")] = False,
    compact: Annotated[
        Optional[bool],
        typer.Option(
            "--compact/--full",
            help="Put together what is copied and what is alike for samples and times (documents do); or every line.",
        ),
    ] = None,
    matrix: Annotated[
        Optional[str],
        typer.Option("--matrix", help="In matrices, a sample in each: column (W a + b) or row (X W + b)."),
    ] = None,
    no_practice: Annotated[bool, typer.Option("--no-practice", help="An HTML page without its mode Practise.")] = False,
    open_: Open = False,
    output: Output = None,
    force: Force = False,
    phase: Phases = None,
    only: Only = None,
    with_ancestors: Annotated[
        bool, typer.Option("--with-ancestors", help="And everything it depends on: its whole derivation.")
    ] = False,
    steps: Annotated[int, typer.Option(help="So many training steps, each shown.")] = 1,
    at: Annotated[Optional[int], typer.Option("--at", help="Only this training step, the N-th.")] = None,
    compare: Annotated[
        Optional[int], typer.Option("--compare", help="Before and after this training step, side by side.")
    ] = None,
    batch_size: BatchSize = None,
    shuffle: Shuffle = False,
    seed: Seed = None,
    last: Annotated[bool, typer.Option("--last", help="Of the steps, show the last one only.")] = False,
    settings_: Values = None,
    style: Style = "net-out",
    width: Width = None,
    ascii_: Ascii = False,
    color: Color = None,
) -> None:
    """Every quantity of a training step: formula = numbers = value.

    \b
    backprop-trace show mazur
    backprop-trace show mazur --engine exact --digits 50 --only 'dE/dw1' --with-ancestors
    backprop-trace show mazur --format latex -o mazur.tex
    """
    medium = medium_of(form, width, ascii_, color, output, force, lang, decimal)
    for belongs in (
        ("--frames", frames, "--format latex", form == "latex"),
        ("--columnwidth", columnwidth is not None, "--format latex", form == "latex"),
        ("--animate", animate, "--format svg", form == "svg"),
        ("--no-practice", no_practice, "--format html", form == "html"),
        ("--with-ancestors", with_ancestors, "--only", bool(only)),
        ("--style", style != "net-out", STYLED, form != "html" or matrix is not None or compare is not None),
    ):
        goes_with(*belongs)
    in_browser = opened(open_, example, form, ("html", "svg"))
    medium = as_document(medium, form, fragment or frames or columnwidth is not None, flavor)
    medium = medium._replace(frames=frames, points=points_of(columnwidth))
    _check_view(form, lang, decimal, compact, matrix, compare is not None, parts is not None)
    if compare is not None and (only or phase):
        raise UsageError("--compare shows the whole forward pass: leave --only and --phase out")
    one_of("--style", style, STYLES)
    for word in phase or ():
        one_of("--phase", word, PHASES)
    shown_steps = _steps(steps, last, at, compare)
    worked = with_batches(with_values(load(example), settings_ or ()), batch_size, shuffle, seed)
    _check_size(worked, len(shown_steps))
    if matrix is not None:
        _check_matrix(matrix, worked, bool(only))
    if form == "html" and matrix is not None:  # said before anything is written
        Terminal.hint("--matrix gives a still page; without --matrix it is one to watch, change and practise")
    if decimals is not None and (round_to is not None or digits is not None):
        raise UsageError("--decimals, --digits and --round: give one of them")
    if frames and engine == "float" and digits is None and round_to is None:
        digits = DIGITS_OF_A_SLIDE
    wanted = asked(worked, only) if only else Asked(frozenset(), worked.listing)
    view = View(
        worked, settings_of(engine, digits, round_to, rounding), style,
        tuple(p for p in PHASES if not phase or p in phase), wanted.names, with_ancestors, len(shown_steps), animate,
        None if no_practice else PagePractice(), decimals=None if decimals is None else decimals_of(decimals),
        compact=compact, matrix=matrix or "", parts=_parts(parts, form),
    )  # fmt: skip
    say_if_far(shown_steps[-1], worked)
    if compare is not None:
        pieces = _compared(view, form, medium, compare)
    else:
        pieces = _pages(view, form, medium, shown_steps, wanted)
    write(pieces, output, force, in_browser)
    if form == "table" and compare is None and output is None and not only:
        Terminal.hint(_next_step(worked))


def _check_size(example: Example, steps: int) -> None:
    if steps > 1 and steps * size(example) > MOST_SHOWN:
        raise UsageError(
            f"--steps {steps:,}: more than {MOST_SHOWN:,} quantities; --at {steps} shows that step alone, and "
            "'train' shows how the loss falls"
        )


def _pages(view: View, form: str, medium: Medium, steps: Sequence[int], wanted: Asked) -> Pieces:
    """The steps, one after the other; what breaks at once breaks before anything is written."""
    listed = _listed(view.example, wanted, view) if list(steps) == [1] else None
    if form not in ("json", "csv") and listed in (None, view.example.listing):
        say_if_large(view.example)
    computed = traces(view.example, view.settings, steps, listed)
    return render(form, chain([next(computed)], computed), view, medium)


def _compared(view: View, form: str, medium: Medium, step: int) -> Pieces:
    """Before and after a step, on the same samples."""
    from backprop_trace.render.pages.comparison import comparison_page

    batching = view.example.training.batching._replace(repeated=step)
    before, after = traces(view.example.with_training(batching=batching), view.settings, [step, step + 1])
    return say(form, comparison_page(before, after, view), medium)


STYLED = "--matrix, or another --format than html: the page has names of its own"

TEXTS = ("table", "plain", "latex", "markdown", "pdf")
"""What is written line by line, and so can be folded; a page in a browser is one as it is."""


def _check_view(
    form: str, lang: str, decimal: str, compact: bool | None, matrix: str | None, compare: bool, parts: bool
) -> None:
    """Raises UsageError for an option that would change nothing."""
    texts, pages = (f"--format {', '.join(first)} or pdf" for first in (TEXTS[:-1], (*TEXTS[:-1], "html")))
    for option, given in {"--lang": lang != "en", "--decimal": decimal != "point"}.items():
        goes_with(option, given, pages, form != "svg")  # files for programs stay as they are
    views = {"--matrix": matrix is not None, "--compact and --full": compact is not None, "--parts": parts}
    for option, given in views.items():
        in_html = option == "--matrix" and form == "html"
        goes_with(option, given, pages if option == "--matrix" else texts, form in TEXTS or in_html)
        if given and compare:
            raise UsageError(f"--compare shows two forward passes side by side: leave {option} out")
    if matrix is not None and compact is not None:
        raise UsageError("--matrix is a view of its own: leave --compact and --full out")


def _next_step(example: Example) -> str:
    """A line on where one may go from here."""
    name, rule = shlex.quote(printable(example.name)), example.rule
    of = canonical(derivative(example.network.objective, rule.trained[0])) if rule.trained else ""
    gradient = f"--only {shlex.quote(of)} --with-ancestors derives one quantity; " if of else ""
    return f"next: {gradient}'sheet {name}' is a blank sheet, 'check {name} FILE' checks one"


def _listed(example: Example, wanted: Asked, view: View) -> Listed:
    """The lines that what is shown needs, and as few others as possible."""
    return example.forward if not view.only and {"forward", "loss"}.issuperset(view.phases) else wanted.listed


def _parts(text: str | None, form: str) -> tuple[str, ...]:
    """The parts of a document that are asked for."""
    goes_with("--parts", text is not None, "--format latex, markdown or pdf", form in ("latex", "markdown", "pdf"))
    words = [word.strip() for word in (text or "").split(",") if word.strip()]
    for word in words:
        one_of("--parts", word, PARTS)
    return tuple(words)


def _check_matrix(form: str, example: Example, only: bool) -> None:
    from backprop_trace.render.pages.matrix import FORMS, why_not

    one_of("--matrix", form, FORMS)
    if only:
        raise UsageError("--matrix shows whole layers: leave --only out")
    if reason := why_not(example):
        raise UsageError(f"--matrix is for layers that each feed the next one: {reason}")


def _steps(steps: int, last: bool, at: int | None, compare: int | None) -> Sequence[int]:
    """The training steps that are meant."""
    if (at is not None and compare is not None) or (steps != 1 and (at is not None or compare is not None)):
        raise UsageError("--steps, --at and --compare: give one of them")
    for option, number in (("--steps", steps), ("--at", at), ("--compare", compare)):
        check_count(option, number)
    if compare is not None:
        return [compare, compare + 1]
    return [at] if at is not None else [steps] if last else range(1, steps + 1)
