"""The command line: parse, call, print, exit.

Exit codes: 0 done; 1 a check found a mistake; 2 the input cannot be used; 3 the computation broke; 130 Ctrl-C.
Data goes to standard output, messages to standard error.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Sequence
from typing import Annotated, NoReturn, Optional

import typer

from backprop_trace import __version__
from backprop_trace.arithmetic import ComputationError
from backprop_trace.chain import PHASES
from backprop_trace.expr import Name, given
from backprop_trace.network import listing
from backprop_trace.notation.names import STYLES, canonical, spellings
from backprop_trace.parse import NotANumber, Vocabulary, number
from backprop_trace.render import FORMATS, render
from backprop_trace.source import SourceError, did_you_mean, printable
from backprop_trace.spec import Example, load
from backprop_trace.terminal import Terminal
from backprop_trace.trace import NotNumeric, Settings, TooLarge, traces, vocabulary

USAGE, BROKEN = 2, 3
MOST_DIGITS = 100_000
MOST_FLOAT_DIGITS = 17

app = typer.Typer(
    name="backprop-trace",
    help="Backpropagation by hand: every quantity of a network's training step as formula = numbers = value.",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


class UsageError(Exception):
    """Something the user asked for cannot be done as asked; the message says what to do."""


def main() -> None:
    """Runs the program; every error a user can cause ends in a message and an exit code, never in a traceback."""
    try:
        app()
    except SourceError as wrong:
        _stop(str(wrong), USAGE)
    except (UsageError, NotANumber, TooLarge) as wrong:
        _stop(f"error: {wrong}", USAGE)
    except NotNumeric as wrong:
        _stop(f"error: {wrong}\n  = help: give them numbers in the file, or one for this run with --set", USAGE)
    except ComputationError as broken:
        _stop(_broken(broken), BROKEN)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except KeyboardInterrupt:
        sys.exit(130)
    except OSError as wrong:
        _stop(f"error: {wrong.strerror or wrong}: {wrong.filename or ''}", USAGE)
    except MemoryError:
        _stop("error: there is not enough memory for this", BROKEN)


def _stop(message: str, code: int) -> NoReturn:
    Terminal.stderr(message)
    sys.exit(code)


def _broken(broken: ComputationError) -> str:
    where = f" in {canonical(broken.name)}" if broken.name else ""
    step = f" (training step {broken.step})" if broken.step else ""
    return f"error: the computation breaks{where}{step}: {broken.reason}"


def _version(wanted: bool) -> None:
    if wanted:
        print(f"backprop-trace {__version__}")
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and exit.")
    ] = False,
) -> None:
    pass


# --- commands ---

ExampleArgument = Annotated[
    str, typer.Argument(help="A shipped example (see 'list'), a YAML file, or - for standard input.")
]


@app.command("list")
def list_examples(
    form: Annotated[str, typer.Option("--format", help="table or plain.")] = "table",
) -> None:
    """The worked examples that come with the program."""
    from backprop_trace.render.catalog import render_list

    _one_of("--format", form, ("table", "plain"))
    terminal = Terminal.of(None, False)
    _write(render_list(form, terminal.width, terminal.paint), None, False)


@app.command()
def show(
    example: ExampleArgument,
    engine: Annotated[str, typer.Option(help="float, or exact: fractions and certified digits.")] = "float",
    digits: Annotated[Optional[int], typer.Option(help="Significant digits (float: 9, exact: 20).")] = None,
    round_to: Annotated[
        Optional[str],
        typer.Option("--round", help="As on paper: every line rounded to 4 decimals (4) or figures (4sf)."),
    ] = None,
    rounding: Annotated[str, typer.Option(help="half-up, half-even or truncate.")] = "half-up",
    form: Annotated[str, typer.Option("--format", "-f", help=", ".join(FORMATS) + ".")] = "table",
    fragment: Annotated[bool, typer.Option("--fragment", help="LaTeX to paste into a document of your own.")] = False,
    output: Annotated[Optional[str], typer.Option("--output", "-o", help="Write to this file.")] = None,
    force: Annotated[bool, typer.Option("--force", help="Overwrite the output file.")] = False,
    phase: Annotated[
        Optional[list[str]], typer.Option(help=f"Only this phase: {', '.join(PHASES)}. May be repeated.")
    ] = None,
    only: Annotated[
        Optional[list[str]], typer.Option(help="Only this quantity, e.g. 'dE/dw1'. May be repeated.")
    ] = None,
    with_ancestors: Annotated[
        bool, typer.Option("--with-ancestors", help="And everything it depends on: its whole derivation.")
    ] = False,
    steps: Annotated[int, typer.Option(help="So many training steps, each shown.")] = 1,
    last: Annotated[bool, typer.Option("--last", help="Of the steps, show the last one only.")] = False,
    settings_: Annotated[
        Optional[list[str]], typer.Option("--set", help="Another value for this run, e.g. W=4. May be repeated.")
    ] = None,
    style: Annotated[str, typer.Option(help=f"How quantities are called: {', '.join(STYLES)}.")] = "net-out",
    width: Annotated[
        Optional[int], typer.Option(help="Columns to use (default: the terminal's; piped: as needed).")
    ] = None,
    ascii_: Annotated[bool, typer.Option("--ascii", help="Plain ASCII: dE/dw5 for ∂E/∂w5.")] = False,
    color: Annotated[
        Optional[bool], typer.Option("--color/--no-color", help="Colours (default: on a terminal).")
    ] = None,
) -> None:
    """Every quantity of a training step: formula = numbers = value.

    \b
    backprop-trace show mazur
    backprop-trace show mazur --engine exact --digits 50 --only 'dE/dw1' --with-ancestors
    backprop-trace show mazur --format latex -o mazur.tex
    """
    from backprop_trace.render.view import View

    _one_of("--format", form, FORMATS)
    _one_of("--style", style, STYLES)
    for word in phase or ():
        _one_of("--phase", word, PHASES)
    if steps < 1:
        raise UsageError("--steps must be at least 1")
    worked = with_values(load(example), settings_ or ())
    settings = _settings(engine, digits, round_to, rounding)
    shown_steps = [steps] if last else range(1, steps + 1)
    terminal = Terminal.of(width, ascii_, color, plain=output is not None)
    view = View(
        worked,
        settings,
        style,
        tuple(p for p in PHASES if not phase or p in phase),
        _names(worked, only or ()),
        with_ancestors,
        terminal.width,
        terminal.ascii,
        terminal.paint if form == "table" else View._field_defaults["paint"],
        fragment,
        steps,
    )
    if form in ("table", "plain", "latex", "markdown"):
        _say_worked_on(worked)
    _write(render(form, traces(worked, settings, shown_steps), view), output, force)


@app.command()
def schema() -> None:
    """The JSON Schema of the file format, so that editors complete and check it."""
    import json

    from backprop_trace.schema import json_schema

    print(json.dumps(json_schema(), indent=2, ensure_ascii=True))


# --- options to objects ---


def _one_of(option: str, word: str, known: Iterable[str]) -> None:
    known = list(known)
    if word not in known:
        raise UsageError(f"{option} {printable(word)!r}: {did_you_mean(word, known)} (one of {', '.join(known)})")


def _settings(engine: str, digits: int | None, round_to: str | None, rounding: str) -> Settings:
    _one_of("--engine", engine, ("float", "exact"))
    if round_to is not None:
        from backprop_trace.arithmetic.hand import MODES, Rounding

        _one_of("--rounding", rounding, MODES)
        if engine == "exact" or digits is not None:
            raise UsageError("--round is an arithmetic of its own: leave --engine and --digits out")
        try:
            return Settings("hand", rounding=Rounding.read(round_to, rounding))
        except ValueError as wrong:
            raise UsageError(f"--round {wrong}") from None
    if rounding != "half-up":
        raise UsageError("--rounding goes with --round")
    most = MOST_DIGITS if engine == "exact" else MOST_FLOAT_DIGITS
    if digits is not None and not 1 <= digits <= most:
        raise UsageError(f"--digits goes from 1 to {most} with the {engine} engine")
    return Settings(engine, digits)


def with_values(example: Example, settings: Sequence[str]) -> Example:
    """The example with other values for this run (`W=4`)."""
    values = dict(example.values)
    known = Vocabulary(_givens(example))
    for setting in settings:
        spelling, equals, text = setting.partition("=")
        name = known.read(spelling)
        if not equals:
            raise UsageError(f"--set {printable(setting)!r}: write name=number")
        if name is None:
            names = [canonical(name) for name in _givens(example)]
            raise UsageError(
                f"--set: {printable(spelling)!r} is not given in this example; {did_you_mean(spelling, names)}"
            )
        try:
            number(text)
        except NotANumber as wrong:
            raise UsageError(f"--set {printable(setting)!r}: {wrong}") from None
        if name == given("eta") and number(text) <= 0:
            raise UsageError("--set: the learning rate must be greater than 0")
        values[name] = text.strip().replace("−", "-").lstrip("+")
    return example._replace(values=values)


def _givens(example: Example) -> dict[Name, None]:
    network = example.network
    return dict.fromkeys([*example.values, *network.trained, *network.fixed])


def _names(example: Example, spellings_: Sequence[str]) -> frozenset[Name]:
    """The quantities meant by --only."""
    if not spellings_:
        return frozenset()
    equations = listing(example.network)
    known = vocabulary(equations, {})
    known.spellings = spellings({equation.name: None for equation in equations.equations}, example.network)
    found = set()
    for spelling in spellings_:
        matches = _matching(spelling, known, example)
        if not matches:
            names = [canonical(equation.name) for equation in equations.equations]
            raise UsageError(f"--only: there is no quantity {printable(spelling)!r}; {did_you_mean(spelling, names)}")
        found.update(matches)
    return frozenset(found)


def _matching(spelling: str, known: Vocabulary, example: Example) -> list[Name]:
    """The quantity of this spelling; without a sample, that of every sample."""
    if name := known.read(spelling):
        return [name]
    samples = range(1, example.network.samples + 1) if example.network.samples > 1 else ()
    return [name for sample in samples if (name := known.read(f"{spelling}[{sample}]"))]


# --- output ---


def _say_worked_on(example: Example) -> None:
    """Large listings take a while: say so once, on standard error."""
    from backprop_trace.trace import size

    if size(example) > 20_000:
        Terminal.stderr(f"{printable(example.name)}: about {size(example):,} quantities")


def _write(pieces: Iterable[str], output: str | None, force: bool) -> None:
    """To standard output, or to a file that is only replaced when told so, and only when all went well."""
    if output is None or output == "-":
        Terminal.stdout(pieces)
        return
    from backprop_trace.files import write_new

    write_new(output, pieces, force)
