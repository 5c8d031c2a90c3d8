"""The Python way in, what the start of the program imports, and that imports point one way."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import backprop_trace as bt

HOUSE = Path(bt.__file__).parent
LEVELS = (
    ("expr", "batches"),
    ("arithmetic", "notation", "parse", "draw"),
    ("catalogue", "chain"),
    ("network",),
    ("settle", "general", "source", "sheet", "trace", "slips", "train", "samples"),
    ("schema", "spec", "check", "bands", "derive", "closed_form", "verify", "save"),
    ("render",),
    ("cli",),
)
HEAVY = ("sympy", "numpy", "flint", "mpmath", "importlib.metadata", "pydantic", "jsonschema", "hypothesis")


def run(code: str) -> str:
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return done.stdout


@pytest.mark.parametrize(
    "before",
    [
        "",
        "import backprop_trace.trace",
        "from backprop_trace.trace import Settings",
        "import backprop_trace.render.json",
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
    """The modules a file imports at its top, those for type checkers left out."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    found: set[str] = set()
    for node in tree.body:
        if isinstance(node, ast.ImportFrom) and node.module:
            names = [f"{node.module}.{name.name}" for name in node.names] if node.module == "backprop_trace" else []
            found |= set(names) or {node.module}
        elif isinstance(node, ast.Import):
            found |= {name.name for name in node.names}
    return found


def level(module: str) -> int | None:
    first = module.split(".")[0]
    return next((place for place, names in enumerate(LEVELS) if first in names), None)


MODULES = sorted(HOUSE.rglob("*.py"))


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(HOUSE)))
def test_imports_point_one_way(path):
    own = ".".join(path.relative_to(HOUSE).with_suffix("").parts)
    mine = level(own)
    for module in imports_of(path):
        if module.startswith("backprop_trace.") and mine is not None:
            theirs = level(module.removeprefix("backprop_trace."))
            assert theirs is None or theirs <= mine, f"{own} imports {module}"


HOMES = {
    "rich": ("render/", "terminal.py", "source.py"),
    "typer": ("cli/",),
    "yaml": ("source.py",),
    "numpy": ("train/matrices.py", "train/fast.py"),
    "flint": ("arithmetic/", "check/"),
    "sympy": ("closed_form.py",),
    "torch": ("verify.py",),
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
