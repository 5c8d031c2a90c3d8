"""Pages for everybody: axe finds nothing to complain of, in any mode, light or dark.

`AXE` is the path of axe.min.js (npm's package axe-core).
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from backprop_trace.files.spec import load, read_example
from backprop_trace.render import render
from backprop_trace.render.view import View
from backprop_trace.run.step import trace

playwright = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
AXE = os.environ.get("AXE", "")
if CHROMIUM is None or not os.path.isfile(AXE):
    pytest.skip("Chromium or axe-core is not installed", allow_module_level=True)

FOUND = """axe.run().then(r => r.violations.map(
    v => v.id + ': ' + v.nodes.slice(0, 3).map(n => n.html.slice(0, 120)).join(' | ')))"""


@pytest.fixture(scope="module")
def browser() -> Iterator[playwright.Browser]:
    with playwright.sync_playwright() as driver:
        yield driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu", "--disable-quic"])


def complaints(
    browser: playwright.Browser, file: Path, text: str, scheme: str, hash_: str = "", width: int = 1280
) -> list[str]:
    file.write_text(text, encoding="utf-8")
    context = browser.new_context(color_scheme=scheme, bypass_csp=True, viewport={"width": width, "height": 800})
    page = context.new_page()
    page.goto(f"file://{file}{hash_}")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    for _ in range(3 if "practise" in hash_ else 0):
        page.locator(".ask button").nth(-1).click()
    page.add_script_tag(path=AXE)
    found: list[str] = page.evaluate(FOUND)
    context.close()
    return found


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("mode", ["", "#change:", "#practise:"])
@pytest.mark.parametrize("name", ["mazur", "xor", "lstm"])
def test_axe_finds_nothing_on_the_page(browser, tmp_path: Path, name, mode, scheme):
    text = "".join(render("html", [trace(load(name))], View(load(name))))
    assert complaints(browser, tmp_path / "page.html", text, scheme, mode) == []


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("hash_", ["#net_o1", "#practise:"])
def test_axe_finds_nothing_where_formulas_are_wider_than_their_boxes(browser, tmp_path: Path, hash_, width):
    many = ", ".join(f"x{k}: 0.1" for k in range(12))
    weights = ", ".join(f"[{', '.join(['0.123456789'] * 12)}]" for _ in range(2))
    example = read_example(f"""
inputs: {{{many}}}
targets: {{o1: 1, o2: 0}}
layers: [{{units: [o1, o2], activation: softmax, weights: [{weights}]}}]
loss: categorical_cross_entropy
learning_rate: 0.1
""")
    text = "".join(render("html", [trace(example)], View(example)))
    assert complaints(browser, tmp_path / "page.html", text, "light", hash_, width) == []


SHEET = "net_h1 = 0.3775\nout_h1 = 0.61\nfoo = 3\nw5+ = 0.4411\nw6+ = 0.4913\nE = 0.29 oder so (\n"
COMMANDS = {
    "report": ["check", "mazur", "SHEETS/a.txt", "--missing", "--show-unread"],
    "class": ["check", "mazur", "SHEETS"],
    "derive": ["derive", "mazur"],
    "audit": ["audit"],
    "closed form": ["derive", "mazur", "--closed-form", "--only", "dE/dw1"],
    "matrices": ["show", "mazur", "--matrix", "row"],
    "train": ["train", "mazur", "--epochs", "50"],
    "sweep": ["sweep", "descent", "x", "--from", "0", "--to", "5"],
    "compare": ["show", "mazur", "--compare", "1"],
    "verify": ["verify", "mazur"],
    "sheet": ["sheet", "mazur"],
    "list": ["list"],
}


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 1280), ("light", 360)])
@pytest.mark.parametrize("command", COMMANDS)
def test_axe_finds_nothing_on_what_other_commands_say(browser, tmp_path: Path, command, scheme, width, run):
    folder = tmp_path / "sheets"
    folder.mkdir()
    (folder / "a.txt").write_text(SHEET)
    (folder / "b.txt").write_text("net_h1 = 0.3775\n")
    words = [word.replace("SHEETS", str(folder)) for word in COMMANDS[command]]
    code, text, said = run(*words, "--format", "html")
    assert code in (0, 1), said
    assert complaints(browser, tmp_path / "page.html", text, scheme, width=width) == []
