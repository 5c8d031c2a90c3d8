"""Broken files, sheets, formulas, names and command lines: a message and an exit code, whatever they are.

    FUZZ=50000 pytest -q tests/test_fuzz.py        so many cases in all (some hundreds where nothing is said)

No traceback, no case of more than five seconds, no exit code but 0, 1, 2, 3 and 130, no more than a gigabyte.
"""

from __future__ import annotations

import builtins
import io
import keyword
import os
import re
import resource
import signal
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from pathlib import Path

import pytest
import typer
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from backprop_trace import check
from backprop_trace.check.report import Report
from backprop_trace.cli import COMMANDS, application, main
from backprop_trace.files.sheet.entry import Section, heading
from backprop_trace.files.spec import load
from backprop_trace.formulas.notation.names import canonical
from backprop_trace.model.catalogue import ACTIVATIONS, LOSSES, OPTIMIZERS, SETTINGS, SYNONYMS

ROOT = Path(__file__).parent.parent
KINDS = 6
CASES = max(1, int(os.environ.get("FUZZ", "300")) // KINDS)
SECONDS, GIGABYTE = 5, 2**30
ENDINGS = {0, 1, 2, 3, 130}
FUZZED = settings(
    max_examples=CASES, deadline=None, derandomize="FUZZ" not in os.environ, database=None,
    phases=(Phase.generate, Phase.shrink), suppress_health_check=list(HealthCheck),
)  # fmt: skip

pytestmark = pytest.mark.skipif(os.name == "nt", reason="a clock of POSIX systems")


class Hangs(BaseException):
    """More than five seconds of computing; no `except Exception` on the way may swallow it."""


@contextmanager
def clock(seconds: float) -> Iterator[None]:
    def rings(*_: object) -> None:
        raise Hangs

    before = signal.signal(signal.SIGPROF, rings)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def ends_well(arguments: Sequence[str], typed: str = "") -> None:
    """Runs the program as from a shell, in an empty folder."""
    out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8", errors="replace") for _ in range(2))
    argv, stdin, folder = sys.argv, sys.stdin, Path.cwd()
    with tempfile.TemporaryDirectory() as empty:
        sys.argv, sys.stdin = ["backprop-trace", *arguments], _typed(typed)
        os.chdir(empty)
        try:
            with redirect_stdout(out), redirect_stderr(err), clock(SECONDS), pytest.raises(SystemExit) as ended:
                main()
        finally:
            sys.argv, sys.stdin = argv, stdin
            os.chdir(folder)
    err.seek(0)
    said = err.read()
    code = ended.value.code or 0
    assert code in ENDINGS, said
    assert "Traceback" not in said
    assert code == 0 or said or code == 1


def _typed(text: str) -> io.TextIOWrapper:
    return io.TextIOWrapper(io.BytesIO(text.encode("utf-8", "surrogatepass")), encoding="utf-8")


@pytest.fixture(scope="module", autouse=True)
def memory() -> Iterator[None]:
    yield
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 < GIGABYTE


# --- what is nasty ---

NUMBERS = st.sampled_from([
    "0", "-0", "0.1", "-.5", "1e-3", "1/3", "1/0", "1e308", "1.8e308", "-1e400", "1e-400", "1e999999999", "nan", "inf",
    "9" * 400, "9" * 5000, "0." + "3" * 300, "012", "1:30", "0x1F", "1_000", "½", "٣", "−2", "1,5", "1e", ".", "--1",
])  # fmt: skip
NAMES = st.one_of(
    st.sampled_from([
        *keyword.kwlist, *dir(builtins), *ACTIVATIONS, *LOSSES, *OPTIMIZERS, *SETTINGS, *SYNONYMS, "t", "E", "eta",
        "net_o1", "out_o1", "w_h1_o1", "b_h1", "dE/dw1", "E_o1", "w1+", "m_w1", "h@-1", "h[2]", "step 2", "ｗ１", "µ",
        "x²", "δ", "δ_o1", "w__1", "_", "^", "a^", "é", "e\u0301", "\u202eab", "名前",
    ]),
    st.text(max_size=8),
)  # fmt: skip
JUNK = st.one_of(
    NUMBERS, NAMES, st.text(max_size=20),
    st.sampled_from([
        "", "~", "-", "[", "]", "{", "}", ":", "- ", "#", "&a", "*a", "!!python/object:os.system", "<<: *a", "|", ">",
        "\t", "\x00", "\ufeff", "\\", "'", '"', "%", "---", "...", "{}", "[]", "[[1]]", "{a: {b: {c: d}}}", "[" * 200,
        "__import__('os').system('false')", "$HOME", "\\input{/etc/passwd}", "x" * 3000,
    ]),
)  # fmt: skip

EXAMPLES = [
    path.read_text(encoding="utf-8") for path in sorted((ROOT / "networks").glob("*.yaml")) if path.stem != "settling"
]


@st.composite
def mutated(draw: st.DrawFn, texts: Sequence[str]) -> str:
    """A text with a few of its lines and words gone, doubled, exchanged or replaced."""
    lines = draw(st.sampled_from(texts)).splitlines()
    for _ in range(draw(st.integers(1, 4))):
        place, other = (draw(st.integers(0, len(lines) - 1)) for _ in range(2))
        match draw(st.integers(0, 5)):
            case 0:
                lines[place] = ""
            case 1:
                lines.insert(place, lines[other])
            case 2:
                lines[place], lines[other] = lines[other], lines[place]
            case 3:
                lines[place] = " " * draw(st.integers(0, 5)) + lines[place]
            case _:
                words = lines[place].split(" ")
                words[draw(st.integers(0, len(words) - 1))] = draw(JUNK)
                lines[place] = " ".join(words)
    return "\n".join(lines)


READERS = st.sampled_from([
    ["show"], ["show", "--engine", "exact"], ["show", "--round", "4"], ["show", "-f", "latex"], ["show", "-f", "json"],
    ["show", "-f", "html"], ["derive"], ["sheet", "--values"], ["check"], ["train", "-n", "3"], ["show", "--at", "3"],
])  # fmt: skip


@given(mutated(EXAMPLES), READERS)
@FUZZED
def test_broken_files_end_in_a_message(text: str, command: list[str]) -> None:
    ends_well([command[0], "-", *command[1:]], text)


# --- sheets ---

QUANTITIES = {
    name: [canonical(equation.name) for equation in load(name).listing().equations] for name in ("mazur", "deep")
}


@st.composite
def sheets(draw: st.DrawFn) -> tuple[str, str]:
    """An example, and what a person in a hurry might hand in."""
    example = draw(st.sampled_from(sorted(QUANTITIES)))
    names = st.one_of(st.sampled_from(QUANTITIES[example]), NAMES)
    values = st.one_of(NUMBERS, st.decimals(-3, 3, places=4).map(str), FORMULAS, JUNK)
    between = draw(st.sampled_from([": ", " = ", ",", " "]))
    lines = [f"{draw(names)}{between}{draw(values)}" for _ in range(draw(st.integers(1, 8)))]
    if draw(st.booleans()):
        lines.insert(draw(st.integers(0, len(lines))), draw(st.sampled_from(["step 2:", "sample 2:", "set w1=4:"])))
    return example, "\n".join(lines)


# --- formulas and names ---


def _grown(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    calls = st.sampled_from(["exp", "log", "sqrt", "sin", "tanh", "sech", "sigmoid", "relu", "abs"])
    return st.one_of(
        st.tuples(inner, st.sampled_from([" + ", " - ", " * ", " / ", "^", "**", " "]), inner).map("".join),
        st.tuples(calls, inner).map(lambda parts: f"{parts[0]}({parts[1]})"),
        st.tuples(inner, inner).map(lambda parts: f"max({parts[0]}, {parts[1]})"),
        st.tuples(inner, inner, inner).map(lambda parts: f"({parts[0]} if {parts[1]} > 0 else {parts[2]})"),
        inner.map(lambda text: f"-({text})"),
    )


FORMULAS = st.recursive(
    st.one_of(st.sampled_from(["x", "w", "2", "0", "0.5", "1e3", "9999", "1000000000"]), NUMBERS), _grown, max_leaves=8
)


def definitions(formula: str, name: str = "f", given_: str = "w") -> str:
    return f"inputs: {{x: -0.5}}\nparameters:\n  {given_}: 0.7\ndefinitions:\n  {name}: {formula}\nobjective: {name}\n"


@given(FORMULAS, READERS)
@FUZZED
def test_formulas_of_any_kind_end_in_numbers_or_a_message(formula: str, command: list[str]) -> None:
    ends_well([command[0], "-", *command[1:]], definitions(formula))


@given(NAMES, NAMES, READERS)
@FUZZED
def test_names_of_any_kind_end_in_numbers_or_a_message(one: str, other: str, command: list[str]) -> None:
    text = (
        f"inputs:\n  {one}: 0.5\ntargets: {{o1: 1}}\nparameters:\n  {other}: 0.7\nlayers:\n"
        f"  - {{units: [h1], activation: tanh, weights: [[0.3]]}}\n"
        f"  - units: [o1]\n    activation: sigmoid\n    weights:\n      - - {other}\n"
        "loss: half_squared_error\noptimizer: adam\n"
    )
    ends_well([command[0], "-", *command[1:]], text)


@given(sheets())
@FUZZED
def test_sheets_of_any_kind_are_judged_or_refused(handed_in: tuple[str, str]) -> None:
    example, text = handed_in
    ends_well(["check", example, "-"], text)


PAPER = [
    "net_h1 = 0.15*0.05 + 0.2*0.1 + 0.35 = 0.3775", "out_h1 = 1/(1+e^-net_h1)", "a_h1 = 0.5933", "- z_h2: 0.3925",
    "out_h2 ≈ 0.5969", "net_o1 = 1.1059", "ŷ1 = 0.7514", "E_o1 = 0.5496", "| E_o2 | 0.0236 |", "E = 0.5732",
    r"\frac{\partial E}{\partial w_5} &= 0.0822 \\", "δ_o1 = 0.1385", "dE/dw6 = 0.0727", "w5+ = 0.3589",
]  # fmt: skip
BROKEN = st.one_of(
    JUNK,
    st.tuples(st.one_of(NAMES, st.sampled_from(PAPER)), st.sampled_from([" = ", ": ", " ", "(", "\t", "|", " = ("]),
              st.one_of(JUNK, FORMULAS)).map("".join),
    st.tuples(st.sampled_from(PAPER), st.integers(0, 40), JUNK).map(lambda cut: cut[0][: cut[1]] + cut[2]),
)  # fmt: skip
"""A line that cannot be read, or that means something."""


def verdicts(report: Report) -> dict[tuple[str, int], str]:
    return {(line.name, line.place.line): line.verdict for line in report.lines if line.written and line.place}


PAPER_READ = verdicts(check("mazur", "\n".join(PAPER)))


@given(BROKEN, st.integers(0, len(PAPER)))
@FUZZED
def test_a_line_that_cannot_be_read_costs_no_other(broken: str, place: int) -> None:
    """Wherever it stands: the others get the verdicts they get without it."""
    if len(f"{broken}.".splitlines()) > 1 or heading(broken.strip().strip("-=*_ ").rstrip(":"), Section()):
        return
    if re.match(r"\s*[-+·=:≈→←]", broken) and re.search(r"\w", broken):
        return  # it goes on with the line above
    with clock(SECONDS):
        report = check("mazur", "\n".join([*PAPER[:place], broken, *PAPER[place:]]))
    found = verdicts(report)
    if any(line == place + 1 and verdict != "unknown" for (_, line), verdict in found.items()):
        return  # it was read
    moved = {(name, line + (line > place)): verdict for (name, line), verdict in PAPER_READ.items()}
    assert {key: found.get(key) for key in moved} == moved


# --- command lines ---


def options(command: str) -> list[tuple[str, bool]]:
    """Every option of a command that does not wait for somebody, and whether it stands alone."""
    found = typer.main.get_command(application([])).commands[command].params
    return [
        (spelling, bool(getattr(parameter, "is_flag", False)))
        for parameter in found
        for spelling in parameter.opts
        if parameter.param_type_name == "option" and spelling != "--open"
    ]


OPTIONS = {command: options(command) for command in COMMANDS}


@st.composite
def command_lines(draw: st.DrawFn) -> list[str]:
    command = draw(st.sampled_from(sorted(OPTIONS)))
    values = st.one_of(
        JUNK,
        st.sampled_from(["3", "0", "-1", "json", "latex", "exact", "w1=2", "w1", "dE/dw1", "a.txt"]),
        st.sampled_from(["nan", "inf", "-inf", "1e300", "1e999", "9" * 5000, "eta=nan", "round=1e999"]),
    )
    first = ["mazur"] if command == "audit" else []  # of all examples it takes longer
    line = [
        command,
        *first,
        *(draw(st.lists(st.sampled_from(["mazur", "hmkcode", "-", "2-2-1", "nowhere"]), max_size=2))),
    ]
    for spelling, alone in draw(st.lists(st.sampled_from(OPTIONS[command] or [("--help", True)]), max_size=3)):
        line += [spelling] if alone else [spelling, draw(values)]
    return [word.replace("\x00", "") for word in line]


@given(command_lines())
@FUZZED
def test_command_lines_of_any_kind_end_in_a_message(line: list[str]) -> None:
    ends_well(line)


def test_what_the_fuzzer_found() -> None:
    ends_well(["train", "-", "-n", "3"], definitions("1e999999999"))
    ends_well(["check", "mazur", "-"], "net_h1 = exp(-(9999^9)) * 2\nE = 1e-400 ^ 99\n")
