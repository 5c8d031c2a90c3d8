"""The command line: parse, call, print, exit.

Each command is a module of this package, named in COMMANDS; `options` holds what they share. Only the module of the
command that is called is imported, so a new command costs the others nothing.

Exit codes: 0 done; 1 a check found a mistake; 2 the input cannot be used; 3 the computation broke; 130 Ctrl-C.
Data goes to standard output, messages to standard error.
"""

from __future__ import annotations

import os
import sys
from importlib import import_module
from typing import Annotated, NoReturn

import typer

from backprop_trace import __version__
from backprop_trace.cli.options import UsageError
from backprop_trace.cli.terminal import Terminal
from backprop_trace.files.source import SourceError
from backprop_trace.formulas.arithmetic import ComputationError
from backprop_trace.formulas.notation.names import canonical
from backprop_trace.run.step import NotNumeric, TooLarge

USAGE, BROKEN, INTERRUPTED = 2, 3, 130

COMMANDS = (
    "list",
    "new",
    "show",
    "check",
    "sheet",
    "practice",
    "audit",
    "derive",
    "verify",
    "train",
    "sweep",
    "schema",
)
"""Each is a module `cli.commands.<name>` with a function `command`, in the order of the help page."""


def main() -> None:
    """Runs the program; every error a user can cause ends in a message and an exit code, never in a traceback."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:  # closed by whoever called
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115
    try:
        application(sys.argv[1:])()
    except SourceError as wrong:
        _stop(str(wrong), USAGE)
    except (UsageError, TooLarge) as wrong:
        _stop(f"error: {wrong}", USAGE)
    except NotNumeric as wrong:
        _stop(f"error: {wrong}\n  = help: give them numbers in the file, or one for this run with --set", USAGE)
    except ComputationError as broken:
        _stop(_broken(broken), BROKEN)
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
    except OSError as wrong:
        _stop(f"error: {wrong.strerror or wrong}" + (f": {wrong.filename}" if wrong.filename else ""), USAGE)
    except MemoryError:
        _stop("error: there is not enough memory for this", BROKEN)


def application(arguments: list[str]) -> typer.Typer:
    """The program with the command that is called, or with all of them where that is not plain (help, completion)."""
    app = typer.Typer(
        name="backprop-trace",
        help="Backpropagation by hand: every quantity of a network's training step as formula = numbers = value.",
        no_args_is_help=True,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback()(_options)
    called = arguments[0] if arguments else ""
    for name in (called,) if called in COMMANDS else () if called == "--version" else COMMANDS:
        app.command(name)(import_module(f"backprop_trace.cli.commands.{name}").command)
    return app


def _version(wanted: bool) -> None:
    if wanted:
        print(f"backprop-trace {__version__}")
        raise typer.Exit


def _options(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and exit.")
    ] = False,
) -> None:
    pass


def _stop(message: str, code: int) -> NoReturn:
    Terminal.stderr(message)
    sys.exit(code)


def _broken(broken: ComputationError) -> str:
    where = f" in {canonical(broken.name)}" if broken.name else ""
    step = f" (training step {broken.step})" if broken.step else ""
    return f"error: the computation breaks{where}{step}: {broken.reason}"
