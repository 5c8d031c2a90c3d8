"""The Python way in, what the start of the program imports, and that imports point one way."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

import backprop_trace as bt

HOUSE = Path(bt.__file__).parent
ROOMS = ("formulas", "model", "files", "run", "check", "render", "cli")
HEAVY = ("sympy", "numpy", "flint", "mpmath", "importlib.metadata", "pydantic", "jsonschema", "hypothesis")


def run(code: str) -> str:
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return done.stdout


@pytest.mark.parametrize(
    "before",
    [
        "",
        "import backprop_trace.run.step",
        "from backprop_trace.run.step import Settings",
        "import backprop_trace.render.records.json",
    ],
)
def test_the_functions_are_functions_whatever_was_imported_before(before):
    code = (
        f"{before}\nimport backprop_trace as bt\nprint(bt.trace(bt.load('mazur'))['dE/dw5'].value, callable(bt.render))"
    )
    assert run(code) == "0.08216704056423078 True\n"


def test_every_public_name_is_there_and_no_other():
    assert all(getattr(bt, name) for name in bt.__all__)
    with pytest.raises(AttributeError, match="nothing"):
        _ = bt.nothing


@pytest.mark.parametrize("arguments", [["show", "mazur"], ["list"], ["show", "mazur", "-f", "json"], ["--version"]])
def test_a_plain_run_imports_nothing_heavy(arguments):
    code = f"""
import sys, contextlib, io
sys.argv = ["backprop-trace", *{arguments}]
from backprop_trace.cli import main
with contextlib.redirect_stdout(io.TextIOWrapper(io.BytesIO(), encoding="utf-8")):
    try:
        main()
    except SystemExit:
        pass
print(*[name for name in {HEAVY} if name in sys.modules])
"""
    assert run(code) == "\n"


def imports_of(path: Path) -> set[str]:
    """The modules a file imports: at its top, in functions, and for type checkers."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            found |= {f"{node.module}.{name.name}" for name in node.names}
        elif isinstance(node, ast.Import):
            found |= {name.name for name in node.names}
    return {module for module in found if module.startswith("backprop_trace.")}


MODULES = sorted(HOUSE.rglob("*.py"))
NAMES = {".".join(path.relative_to(HOUSE.parent).with_suffix("").parts).removesuffix(".__init__") for path in MODULES}


def module_of(imported: str) -> str:
    """The module that an imported name is, or is taken from."""
    return imported if imported in NAMES else imported.rpartition(".")[0]


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(HOUSE)))
def test_imports_go_down_from_room_to_room(path):
    """formulas < model < files < run < check < render < cli."""
    room, *inside = path.relative_to(HOUSE).parts
    if not inside:  # the package's root names what is public
        return
    for imported in imports_of(path):
        theirs = imported.split(".")[1]
        assert theirs in (*ROOMS[: ROOMS.index(room) + 1], "__version__"), f"{path.name} imports {imported}"


def test_no_module_imports_one_that_imports_it():
    uses = {
        ".".join(path.relative_to(HOUSE.parent).with_suffix("").parts).removesuffix(".__init__"): {
            module_of(imported) for imported in imports_of(path)
        }
        for path in MODULES
    }
    done: set[str] = set()

    def follow(module: str, way: tuple[str, ...]) -> None:
        assert module not in way, " -> ".join((*way[way.index(module) :], module))
        if module not in done:
            for used in sorted(uses.get(module, ())):
                if used != module:
                    follow(used, (*way, module))
            done.add(module)

    for module in sorted(uses.keys() - {"backprop_trace"}):
        follow(module, ())


def test_the_root_holds_nothing_but_the_rooms():
    files = {path.name for path in HOUSE.iterdir() if path.is_file()}
    assert files == {"__init__.py", "__main__.py", "py.typed"}
    assert {path.name for path in HOUSE.iterdir() if path.is_dir()} - {"__pycache__", "networks"} == set(ROOMS)


HOMES = {
    "rich": ("render/", "cli/terminal.py", "files/source.py"),
    "typer": ("cli/",),
    "yaml": ("files/source.py",),
    "numpy": ("run/train/matrices.py", "run/train/fast.py"),
    "flint": ("formulas/arithmetic/", "check/"),
    "typst": ("render/writers/pdf.py",),
    "sympy": ("formulas/closed_form.py",),
    "torch": ("run/verify.py",),
}


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(HOUSE)))
def test_each_package_from_outside_has_one_home(path):
    where = path.relative_to(HOUSE).as_posix()
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        names = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
        names += [name.name for name in node.names] if isinstance(node, ast.Import) else []
        for top in {name.split(".")[0] for name in names} - set(sys.stdlib_module_names) - {"backprop_trace", ""}:
            assert where.startswith(HOMES.get(top, ())), f"{where} imports {top}"


LONG = {
    "cli/commands/show.py": {"command": "its parameters are the table of options that typer reads"},
    "cli/commands/check.py": {"command": "its parameters are the table of options that typer reads"},
    "cli/commands/train.py": {"command": "its parameters are the table of options that typer reads"},
    "cli/commands/sheet.py": {"command": "its parameters are the table of options that typer reads"},
    "cli/commands/new.py": {"command": "its parameters are the table of options that typer reads"},
}
"""Functions of more than forty lines, and why each may be."""


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(HOUSE)))
def test_no_function_is_longer_than_forty_lines(path):
    functions = [
        node
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]
    long = {node.name for node in functions if node.end_lineno - node.lineno >= 40}
    assert long <= set(LONG.get(path.relative_to(HOUSE).as_posix(), {}))


def test_no_two_classes_have_one_name() -> None:
    texts = (path.read_text(encoding="utf-8") for path in HOUSE.rglob("*.py"))
    names = Counter(name for text in texts for name in re.findall(r"^class (\w+)", text, re.MULTILINE))
    assert [name for name, count in names.items() if count > 1] == []


def test_the_room_that_judges_makes_floats_of_exact_values_in_one_way():
    """A true value may be beyond every float: float() would break the check of it, `as_float` does not."""
    for path in (HOUSE / "check").rglob("*.py"):
        calls = [
            node.func for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(node, ast.Call)
        ]
        assert not [call.lineno for call in calls if isinstance(call, ast.Name) and call.id == "float"], path
