"""Pages for everybody: axe finds nothing to complain of, in any mode, light or dark.

`AXE` is the path of axe.min.js (npm's package axe-core).
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from backprop_trace.files.spec import load
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


def complaints(browser: playwright.Browser, file: Path, text: str, scheme: str, hash_: str = "") -> list[str]:
    file.write_text(text, encoding="utf-8")
    context = browser.new_context(color_scheme=scheme, bypass_csp=True)
    page = context.new_page()
    page.goto(f"file://{file}{hash_}")
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


SHEET = "net_h1 = 0.3775\nout_h1 = 0.61\nfoo = 3\nw5+ = 0.4411\nw6+ = 0.4913\nE = 0.29 oder so (\n"
COMMANDS = {
    "report": ["check", "mazur", "SHEETS/a.txt", "--missing", "--show-unread"],
    "class": ["check", "mazur", "SHEETS"],
    "derive": ["derive", "mazur"],
    "audit": ["audit"],
    "train": ["train", "xor", "--epochs", "50"],
    "sweep": ["sweep", "descent", "x", "--from", "0", "--to", "5"],
    "compare": ["show", "mazur", "--compare", "1"],
    "verify": ["verify", "mazur"],
    "sheet": ["sheet", "mazur"],
    "list": ["list"],
}


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("command", COMMANDS)
def test_axe_finds_nothing_on_what_other_commands_say(browser, tmp_path: Path, command, scheme, run):
    folder = tmp_path / "sheets"
    folder.mkdir()
    (folder / "a.txt").write_text(SHEET)
    (folder / "b.txt").write_text("net_h1 = 0.3775\n")
    words = [word.replace("SHEETS", str(folder)) for word in COMMANDS[command]]
    code, text, said = run(*words, "--format", "html")
    assert code in (0, 1), said
    assert complaints(browser, tmp_path / "page.html", text, scheme) == []
