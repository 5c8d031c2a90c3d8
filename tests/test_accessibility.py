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


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("mode", ["", "#change:", "#practise:"])
@pytest.mark.parametrize("name", ["mazur", "xor", "lstm"])
def test_axe_finds_nothing_on_the_page(browser, tmp_path: Path, name, mode, scheme):
    example = load(name)
    file = tmp_path / "page.html"
    file.write_text("".join(render("html", [trace(example)], View(example))), encoding="utf-8")
    context = browser.new_context(color_scheme=scheme, bypass_csp=True)
    page = context.new_page()
    page.goto(f"file://{file}{mode}")
    page.add_script_tag(path=AXE)
    assert page.evaluate(FOUND) == []
    context.close()
