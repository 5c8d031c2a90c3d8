"""The command line: parse, call, print, exit.

Each command is a module of this package, named in COMMANDS; `options` holds what they share. Only the module of the
command that is called is imported, so a new command costs the others nothing.

Exit codes: 0 done; 1 a check found a mistake; 2 the input cannot be used; 3 the computation broke; 70 a fault of ours;
130 Ctrl-C (or SIGTERM, SIGHUP).
Data goes to standard output, messages to standard error.
"""

from __future__ import annotations

import contextlib
import gc
import io
import os
import sys
from importlib import import_module
from typing import Annotated, NoReturn

import typer

from backprop_trace import __version__
from backprop_trace.cli import signals
from backprop_trace.cli.help import Grouped
from backprop_trace.cli.options import UsageError
from backprop_trace.cli.terminal import Terminal
from backprop_trace.files.source import READ, SourceError, printable
from backprop_trace.formulas.arithmetic import ComputationError
from backprop_trace.formulas.notation.names import canonical
from backprop_trace.model.network import TooLarge
from backprop_trace.render import NoSuchPage
from backprop_trace.run.step import NotNumeric

USAGE, BROKEN, FAULT, INTERRUPTED = 2, 3, 70, 130
HELP = ("-h", "--help", "--version", "--show-completion")

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


SELDOM = 50_000
"""After so many new objects garbage is looked for: a command makes many, and hardly a cycle."""


def main() -> None:
    """Runs the program; every error a user can cause ends in a message and an exit code, never in a traceback."""
    gc.set_threshold(SELDOM)
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:  # closed by whoever called
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: SIM115
    try:
        signals.listen()
        READ.clear()
        _run(sys.argv[1:])
    except SourceError as wrong:
        _stop(str(wrong), USAGE)
    except (UsageError, TooLarge, NoSuchPage) as wrong:
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
    except Exception as fault:
        _stop(_our_fault(fault), FAULT)


def _run(arguments: list[str]) -> None:
    """What typer prints itself (help, the version) goes out by our way: a reader who has seen enough is no error."""
    if arguments and not set(HELP) & set(arguments):
        application(arguments)()
        return
    printed = io.StringIO()
    try:
        with contextlib.redirect_stdout(printed):
            application(arguments)()
    finally:
        Terminal.stdout([printed.getvalue()])


def _our_fault(fault: Exception) -> str:
    """A crash: what it was, where, and what to do about it."""
    import traceback

    place = traceback.extract_tb(fault.__traceback__)[-1]
    where = f"{place.filename.rpartition('backprop_trace')[2].lstrip(os.sep)}:{place.lineno}"
    what = " ".join(f"{type(fault).__name__}: {fault}".split())[:500]
    return (
        f"error: this is a fault of backprop-trace {__version__}, not of yours: {printable(what)} ({where})\n"
        "  = help: please report it to where you have the program from, with the command and the files it was about"
    )


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
        app.command(name, cls=Grouped)(import_module(f"backprop_trace.cli.commands.{name}").command)
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
