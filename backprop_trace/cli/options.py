"""What the commands share: arguments, and how options become objects."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any, Optional

import typer

from backprop_trace.cli import completion
from backprop_trace.cli.terminal import Terminal
from backprop_trace.files.source import closest, printable
from backprop_trace.files.spec import Example
from backprop_trace.files.spec.settings import BadSetting, with_settings
from backprop_trace.model.chain import PHASES
from backprop_trace.model.network import LARGEST_LISTING
from backprop_trace.model.styles import STYLES
from backprop_trace.render import ALSO, FORMATS
from backprop_trace.render.medium import FLAVORS, Medium
from backprop_trace.render.words import LANGUAGES
from backprop_trace.run.step import Settings, size

if TYPE_CHECKING:
    from backprop_trace.formulas.arithmetic.hand import Rounding

NARROWEST = 20
UNITS = {"pt": 1.0, "mm": 2.845, "cm": 28.45, "in": 72.27}
NARROWEST_COLUMN, WIDEST_COLUMN = 200.0, 1000.0
MOST_DIGITS = 100_000
MOST_FLOAT_DIGITS = 17
MOST_STEPS = 10**12
MOST_SECONDS = 24 * 60 * 60
FAR = 10**9
"""So many quantities are computed in some ten seconds."""


class UsageError(Exception):
    """Something the user asked for cannot be done as asked; the message says what to do."""


def _wide_enough(width: int | None) -> int | None:
    if width is not None and width < NARROWEST:
        raise UsageError(f"--width must be at least {NARROWEST}")
    return width


def format_of(formats: Iterable[str], note: str = "") -> Any:
    """The option `--format` with these formats; the first is the one printed where none is named."""
    words = list(formats)
    help_ = f"{', '.join(words)}{note}."
    return typer.Option("--format", "-f", help=help_, autocompletion=completion.words(words))


Form = Annotated[str, format_of(FORMATS)]
ExampleArgument = Annotated[
    str,
    typer.Argument(
        help="A shipped example (see 'list'), a YAML file, or - for standard input.",
        autocompletion=completion.examples,
    ),
]
OptionalExample = Annotated[
    Optional[str],
    typer.Argument(
        help="A shipped example (see 'list'), a YAML file, or - for standard input.",
        autocompletion=completion.examples,
    ),
]
Values = Annotated[
    Optional[list[str]], typer.Option("--set", help="Another value for this run, e.g. eta=0.1. May be repeated.")
]
BatchSize = Annotated[
    Optional[int], typer.Option("--batch-size", help="So many samples a training step (1: stochastic).")
]
Shuffle = Annotated[bool, typer.Option("--shuffle", help="Shuffle the samples in every epoch.")]
Seed = Annotated[Optional[int], typer.Option("--seed", help="Of the shuffling (0).")]
Only = Annotated[
    Optional[list[str]],
    typer.Option(
        "--only", help="Only this quantity, e.g. 'dE/dw1'. May be repeated.", autocompletion=completion.quantities
    ),
]
Phases = Annotated[
    Optional[list[str]],
    typer.Option(
        "--phase",
        help=f"Only this phase: {', '.join(PHASES)}. May be repeated.",
        autocompletion=completion.words(PHASES),
    ),
]
Style = Annotated[
    str,
    typer.Option(
        "--style", help=f"How quantities are called: {', '.join(STYLES)}.", autocompletion=completion.words(STYLES)
    ),
]
SheetStyle = Annotated[
    Optional[str],
    typer.Option(
        "--style",
        help=f"How the sheet calls quantities, if told: {', '.join(STYLES)}.",
        autocompletion=completion.words(STYLES),
    ),
]
Fragment = Annotated[bool, typer.Option("--fragment", help="LaTeX to paste into a document of your own.")]
Flavor = Annotated[
    Optional[str],
    typer.Option(
        "--flavor",
        help="Of Markdown: github, or pandoc (Quarto, Obsidian, Word).",
        autocompletion=completion.words(FLAVORS),
    ),
]
Lang = Annotated[
    str,
    typer.Option(
        "--lang",
        help=f"The language of documents and tables: {', '.join(LANGUAGES)}.",
        autocompletion=completion.words(LANGUAGES),
    ),
]
Decimal = Annotated[
    str,
    typer.Option("--decimal", help="The decimal mark that is shown, and of sheets: point or comma."),
]
Output = Annotated[Optional[str], typer.Option("--output", "-o", help="Write to this file.")]
Force = Annotated[bool, typer.Option("--force", help="Overwrite files that are there.")]
Open = Annotated[bool, typer.Option("--open", help="Show the page in the browser: --format html.")]
Width = Annotated[
    Optional[int],
    typer.Option("--width", help="Columns to use (default: the terminal's; piped: as needed).", callback=_wide_enough),
]
Ascii = Annotated[bool, typer.Option("--ascii", help="Plain ASCII: dE/dw5 for ∂E/∂w5.")]
Color = Annotated[Optional[bool], typer.Option("--color/--no-color", help="Colours (default: on a terminal).")]


def medium_of(
    form: str,
    width: int | None,
    ascii_: bool,
    color: bool | None,
    output: str | None,
    force: bool = False,
    language: str = "en",
    decimal: str = "point",
) -> Medium:
    """What a page is written on, as the options say and the terminal is. Raises UsageError for no format."""
    one_of("--format", form, (*FORMATS, *ALSO))
    one_of("--lang", language, LANGUAGES)
    one_of("--decimal", decimal, ("point", "comma"))
    _check_ending(form, output)
    if form in FORMATS and FORMATS[form].binary and output is None and sys.stdout.isatty():
        raise UsageError(f"--format {form} is nothing for a terminal: -o names the file to write")
    terminal = Terminal.of(width, ascii_, color, plain=output is not None)
    colors = terminal.colors if ALSO.get(form, form) == "table" else None
    enclose = None if output is None or output == "-" else partial(_enclose, output, force)
    medium = Medium("", terminal.width, terminal.ascii, colors, enclose=enclose)
    return medium._replace(language=language, comma=decimal == "comma")


ENDINGS = {"pdf": "pdf", "tex": "latex", "html": "html", "md": "markdown", "svg": "svg"}


def _check_ending(form: str, output: str | None) -> None:
    """Raises UsageError where a table would go to a file that is no text by its name."""
    ending = output.rpartition(".")[2].lower() if output and "." in output else ""
    if form == "table" and ending in ENDINGS:
        raise UsageError(f"-o {printable(output or '')}: add --format {ENDINGS[ending]} (a table is text: .txt)")


def _enclose(output: str, force: bool, ending: str, pieces: Iterable[str]) -> str:
    """Puts a file beside the one that is written, and says its name."""
    from pathlib import Path

    from backprop_trace.files.writing import write_new

    path = Path(output).with_suffix(f".{ending}")
    write_new(str(path), pieces, force)
    return path.name


def as_document(medium: Medium, form: str, fragment: bool = False, flavor: str | None = None) -> Medium:
    """The medium of a document with what is asked of it. Raises UsageError where the format has no such thing."""
    goes_with("--fragment", fragment, "--format latex", form == "latex")
    goes_with("--flavor", flavor is not None, "--format markdown", form == "markdown")
    one_of("--flavor", flavor or FLAVORS[0], FLAVORS)
    return medium._replace(fragment=fragment, flavor=flavor or FLAVORS[0])


def points_of(width: str | None) -> float:
    """How wide a column is, in TeX's points; 0 where nothing is said. Raises UsageError."""
    import re

    if width is None:
        return 0.0
    match = re.fullmatch(r"(\d+(?:\.\d+)?)\s*(pt|mm|cm|in)?", width.strip())
    points = float(match[1]) * UNITS[match[2] or "pt"] if match else 0.0
    if not NARROWEST_COLUMN <= points <= WIDEST_COLUMN:
        raise UsageError(
            f"--columnwidth {printable(width)!r}: give a width from {NARROWEST_COLUMN:.0f}pt to {WIDEST_COLUMN:.0f}pt, "
            "such as 252pt or 8.9cm"
        )
    return points


def goes_with(option: str, given: bool, other: str, there: bool) -> None:
    """Raises UsageError for an option without the one that it belongs to."""
    if given and not there:
        raise UsageError(f"{option} goes with {other}")


def one_of(option: str, word: str, known: Iterable[str]) -> None:
    known = list(known)
    if word not in known:
        help_ = suggestion(closest(word, known))
        raise UsageError(f"{option} {printable(word)!r} is none of {', '.join(known)}{help_}")


def suggestion(word: str) -> str:
    return f"; did you mean {word!r}?" if word else ""


def settings_of(engine: str, digits: int | None, round_to: str | None, rounding: str) -> Settings:
    one_of("--engine", engine, ("float", "exact"))
    if round_to is not None:
        from backprop_trace.formulas.arithmetic.hand import MODES, Rounding

        one_of("--rounding", rounding, MODES)
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


def decimals_of(decimals: int) -> Rounding:
    """Rounding to so many decimals, for what is shown."""
    from backprop_trace.formulas.arithmetic.hand import MOST_DIGITS, Rounding

    if not 0 <= decimals <= MOST_DIGITS:
        raise UsageError(f"--decimals goes from 0 to {MOST_DIGITS}")
    return Rounding(decimals, False, "half-up")


def with_values(example: Example, settings: Sequence[str]) -> Example:
    """The example with other values for this run (`W=4`)."""
    try:
        return with_settings(example, settings)
    except BadSetting as wrong:
        raise UsageError(f"--set: {wrong}") from None


def with_batches(example: Example, size: int | None, shuffle: bool, seed: int | None) -> Example:
    """The example with mini-batches as the options say."""
    batching, samples = example.training.batching, example.training.samples
    if size is not None and size < 1:
        raise UsageError("--batch-size must be at least 1")
    if size is not None and size > samples:
        raise UsageError(f"--batch-size {size} is more than there are samples ({samples})")
    if seed is not None and seed < 0:
        raise UsageError("--seed must not be negative")
    size = size or batching.size
    if shuffle and size is None:
        raise UsageError("--shuffle changes nothing where a step uses all samples: add --batch-size")
    if seed is not None and not shuffle and batching.seed is None:
        raise UsageError("--seed goes with --shuffle")
    drawn = batching.seed if seed is None else seed
    done = batching.done if size == batching.size else 0  # steps of another size say nothing
    seed = (drawn or 0) if shuffle else drawn
    return example.with_training(batching=batching._replace(size=size, seed=seed, done=done))


def say_if_large(example: Example) -> None:
    """Large listings take a while: say so once, on standard error."""
    if 20_000 < size(example) <= LARGEST_LISTING:
        Terminal.stderr(f"{printable(example.name)}: about {size(example):,} quantities")


def check_count(option: str, number: int | None) -> None:
    """Raises UsageError for a number of steps or epochs that cannot be."""
    if number is not None and number < 1:
        raise UsageError(f"{option} must be at least 1")
    if number is not None and number > MOST_STEPS:
        raise UsageError(f"{option} {number:,}: no machine gets through this; {MOST_STEPS:,} is the limit")


def check_seconds(option: str, seconds: float) -> None:
    """Raises UsageError for a time that nobody waits, or that is none."""
    if not 0 < seconds <= MOST_SECONDS:
        raise UsageError(f"{option} must be greater than 0, and {MOST_SECONDS:,} (a day) at most")


def say_if_far(step: int, example: Example) -> None:
    """Many steps take a while: say so once, on standard error."""
    if step * size(example) > FAR:
        Terminal.stderr(f"{step:,} training steps come first; this takes a while")


def write(pieces: Iterable[str | bytes], output: str | None, force: bool, opened: str = "") -> None:
    """To standard output, or to a file that is only replaced when told so, and only when all went well; `opened`: the
    name of a page that is then shown in the browser, kept in a file or not."""
    if opened and output is None:
        output, force = _temporary(opened), True
    if output is None or output == "-":
        Terminal.stdout(pieces)
        return
    from backprop_trace.files.writing import write_new

    write_new(output, pieces, force)
    if opened:
        _show_in_browser(output)


def opened(open_: bool, name: str, form: str, forms: Sequence[str] = ("html",)) -> str:
    """The name of a page that is shown in the browser; empty if it is not. Raises UsageError."""
    goes_with("--open", open_, f"--format {' or '.join(forms)}", form in forms)
    return f"{name}.{form}" if open_ else ""


def _temporary(name: str) -> str:
    """A new file for a page that is only looked at: it stays until the system clears its temporary folder."""
    import re
    import tempfile

    stem, _, form = name.rpartition(".")
    stem = re.sub(r"\W+", "-", stem)[:40].strip("-") or "page"
    return tempfile.NamedTemporaryFile(prefix=f"{stem}-", suffix=f".{form}", delete=False).name


def _show_in_browser(path: str) -> None:
    """Opens a file in the reader's browser, or says where it lies."""
    import webbrowser
    from pathlib import Path

    address = Path(path).absolute().as_uri()
    if not webbrowser.open(address):
        Terminal.stderr(f"no browser was found; the page is {path}")
