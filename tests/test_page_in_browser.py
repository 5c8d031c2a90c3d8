"""The page in a browser: watching, changing, going on; without a script; on a phone; with hostile text."""

from __future__ import annotations

import json
import shlex
import shutil
from collections.abc import Iterator
from math import exp
from pathlib import Path

import pytest
from test_page import CIRCUIT, PARALLEL, RECURRENT

from backprop_trace.cli.options import UsageError, with_values
from backprop_trace.files.spec import load, read_example, shipped
from backprop_trace.formulas.notation.names import canonical
from backprop_trace.render import render
from backprop_trace.render.view import View
from backprop_trace.run.step import trace

playwright = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
if CHROMIUM is None:
    pytest.skip("Chromium is not installed", allow_module_level=True)

ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking"]
VALUES = "Object.fromEntries(N.slice(K).map((n, k) => [n, v[K + k]]))"


@pytest.fixture(scope="module")
def browser() -> Iterator[playwright.Browser]:
    with playwright.sync_playwright() as driver:
        yield driver.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)


class Opened:
    """A page that is open, and what it complained of or asked for."""

    def __init__(self, browser: playwright.Browser, file: Path, hash_: str = "", **how: object):
        self.context = browser.new_context(**how)
        self.page = self.context.new_page()
        self.complaints: list[str] = []
        self.requests: list[str] = []
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("console", lambda said: self.complaints.append(said.text))
        self.page.on("request", lambda asked: self.requests.append(asked.url))
        self.page.goto(f"file://{file}{hash_}")


@pytest.fixture
def opened(browser, tmp_path):
    pages: list[Opened] = []

    def open_(example, hash_: str = "", **how: object) -> Opened:
        file = tmp_path / "page.html"
        file.write_text("".join(render("html", [trace(example)], View(example))), encoding="utf-8")
        pages.append(Opened(browser, file, hash_, **how))
        return pages[-1]

    yield open_
    for page in pages:
        page.context.close()


def agree(found: dict, step) -> None:
    """The page's numbers are the trace's; functions may differ in the last places."""
    for line in step.lines:
        assert found[canonical(line.name)] == pytest.approx(line.value, rel=1e-11, abs=1e-14), canonical(line.name)


@pytest.mark.parametrize("name", shipped())
def test_the_page_opens_without_a_complaint_and_asks_for_nothing_else(opened, name):
    example = load(name)
    page = opened(example)
    agree(page.page.evaluate(VALUES), trace(example))
    assert page.complaints == []
    assert len(page.requests) == 1


@pytest.mark.parametrize(
    ("name", "field", "text"),
    [("mazur", "w5", "0.7"), ("xor", "w_x1_h1", "-1/2"), ("rnn", "u", "1e-1"), ("cs231n-circuit", "x", "3")],
)
def test_after_a_change_the_page_is_a_fresh_run(opened, name, field, text):
    example = load(name)
    page = opened(example, "#change:").page
    page.fill(f'[data-g="{field}"]', text)
    agree(page.evaluate(VALUES), trace(with_values(example, [f"{field}={text}"])))


ADAM = "inputs: {x: 1}\ntargets: {o1: 1}\nparameters: {w: 0.5}\nlayers: [{units: [o1], activation: identity, weights: \
[[w]]}]\nloss: half_squared_error\noptimizer: {name: adam, weight_decay: 0.1}\n"


@pytest.mark.parametrize("text", ["-1", "0", "0.5", "1", "2"])
def test_what_the_program_refuses_the_page_refuses_too_with_the_same_words(opened, text):
    example = read_example(ADAM)
    page = opened(example, "#change:").page
    for name in map(canonical, example.values):
        page.click('[data-a="reset"]')
        page.fill(f'[data-g="{name}"]', text)
        try:
            with_values(example, [f"{name}={text}"])
            assert page.inner_text(".err") == ""
        except UsageError as refused:
            why = str(refused).rpartition("': ")[2]
            assert page.inner_text(".err.on").startswith(f"{name}: {why}; ")
            assert page.evaluate("given.every((g, k) => g.v === G[k][2])")


HOW = [[], ["--at", "5"], ["--set", "w5=0.7"], ["--set", "w5=0.7", "--at", "3"], ["--phase", "backward", "--at", "2"]]


@pytest.mark.parametrize("how", HOW, ids=" ".join)
@pytest.mark.parametrize("doing", [[], ["on"], ["w6"], ["on", "w6", "on"]], ids=" ".join)
def test_what_is_handed_out_gives_what_is_on_the_page(browser, run, tmp_path, how, doing):
    """The command and the YAML the same numbers, bit for bit; the sheet the right lines."""
    file, sheet = tmp_path / "page.html", tmp_path / "sheet.txt"
    run("show", "mazur", "--format", "html", *how, "-o", str(file))
    found = Opened(browser, file, "#change:")
    found.context.grant_permissions(["clipboard-read", "clipboard-write"])
    for what in doing:
        if what == "on":
            found.page.click('[data-a="1"]')
        else:
            found.page.fill(f'[data-g="{what}"]', "1/3")
    values = found.page.evaluate(VALUES)
    for button in ("command", "copy"):
        found.page.click(f'[data-a="{button}"]')
        found.page.wait_for_function("document.querySelector('.lab').innerText.includes('Copied')")
        copied = found.page.evaluate("navigator.clipboard.readText()")
        if button == "copy":
            sheet.with_suffix(".yaml").write_text(copied)
            copied = f"backprop-trace show {sheet.with_suffix('.yaml')}"
        again = json.loads(run(*shlex.split(copied)[1:], "--format", "json")[1])
        assert {line["name"]: float(line["value"]) for line in again["lines"] if line["name"] in values} == values
    found.page.click('[data-m="practise"]')
    for place, value in enumerate(values.values()):
        found.page.locator(".ask input").nth(place).fill(f"{value:.9f}")
    with found.page.expect_download() as download:
        found.page.click('[data-a="sheet"]')
    sheet.write_text(Path(download.value.path()).read_text())
    report = json.loads(run("check", "mazur", str(sheet), "--format", "json")[1])
    assert {line["verdict"] for line in report["lines"] if line["written"]} == {"right"}
    assert found.complaints == []
    found.context.close()


@pytest.mark.parametrize("name", ["mazur", "xor", "rnn", "deep"])
def test_the_yaml_that_is_copied_is_what_is_on_the_page(opened, name):
    found = opened(load(name), "#!change")
    found.page.evaluate("onward(1)")
    again = trace(read_example(found.page.evaluate("yaml()"), f"{name}.yaml"))
    page = found.page.evaluate(VALUES)
    assert {canonical(line.name): line.value for line in again.lines} == pytest.approx(page, rel=1e-12, abs=1e-15)


@pytest.mark.parametrize("name", ["mazur", "xor", "rnn", "lstm"])
def test_a_hundred_steps_on_are_step_101(opened, name):
    example = load(name)
    page = opened(example, "#change:").page
    page.click('[data-a="100"]')
    agree(page.evaluate(VALUES), trace(example, step=101))
    assert page.inner_text("#at") == "101"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "is empty"),
        ("abc", "not a number"),
        ("1e999", "too large"),
        ("0,5", "write a point"),
        ("<b>", "not a number"),
    ],
)
def test_a_bad_entry_says_why_and_loses_nothing(opened, text, said):
    page = opened(load("mazur"), "#change:").page
    before = page.evaluate(VALUES)
    page.fill('[data-g="w5"]', text)
    assert said in page.inner_text(".err.on[role=alert]")
    assert page.evaluate(VALUES) == before
    assert page.input_value('[data-g="w5"]') == text


@pytest.mark.parametrize(
    ("text", "more", "less"),
    [
        ("0.40", "0.41", "0.39"), ("1e-3", "2e-3", "0e-3"), ("0.123456789", "0.123456790", "0.123456788"),
        ("1/3", "2/3", "0/3"), ("5", "6", "4"), ("-1.5e2", "-1.4e2", "-1.6e2"),
    ],
)  # fmt: skip
def test_the_arrows_move_the_last_digit(opened, text, more, less):
    page = opened(load("mazur"), "#change:").page
    for key, wanted in (("ArrowUp", more), ("ArrowDown", less)):
        page.fill('[data-g="w5"]', text)
        page.press('[data-g="w5"]', key)
        assert page.input_value('[data-g="w5"]') == wanted


def test_what_is_kept_in_place_of_a_bad_entry_is_said_as_it_is_by_then(opened):
    page = opened(load("mazur"), "#change:").page
    page.fill('[data-g="w5"]', "x")
    assert "0.40 is kept" in page.inner_text(".err")
    page.click('[data-a="1"]')
    assert "0.358916 is kept" in page.inner_text(".err")
    page.click('[data-a="reset"]')
    assert page.inner_text(".err") == ""


def test_givens_that_break_the_computation_are_said(opened):
    page = opened(load("cs231n-neuron"), "#change:").page
    page.fill(".fields input >> nth=0", "1e308")
    page.fill(".fields input >> nth=1", "1e308")
    assert page.evaluate("typeof v") == "object"


def test_a_link_leads_to_its_quantity_and_the_arrows_go_on(opened):
    page = opened(load("mazur"), "#dE/dw5").page
    assert "Gradient of w5" in page.inner_text("#card h2")
    page.keyboard.press("ArrowRight")
    assert page.evaluate("L[i].n") == "dnet_o1/dw6"
    assert page.evaluate("location.hash") == "#dnet_o1/dw6"


@pytest.mark.parametrize(("name", "link", "uses"), [("xor", "net_h1[1]", "x1[1]"), ("rnn", "net_h1@1", "x@1")])
def test_what_is_used_is_said_once_with_its_sample_or_time_step(opened, name, link, uses):
    said = opened(load(name), f"#{link}").page.locator(".uses a").all_inner_texts()
    assert uses in said
    assert not any(each.count("[") > 1 or each.count("@") > 1 for each in said)


def test_what_is_not_yet_known_is_not_shown(opened):
    page = opened(load("mazur"), "#out_h1").page
    assert page.is_visible('.net [data-s="net_h1"]')
    assert not page.is_visible('.net [data-s="net_o1"]')


def test_of_what_is_not_on_the_page_only_what_its_lines_use_is_shown(browser, run, tmp_path):
    file = tmp_path / "page.html"
    run("show", "mazur", "--format", "html", "--only", "net_o1", "--at", "2", "-o", str(file))
    found = Opened(browser, file)
    assert found.page.is_visible('.net .wide [data-s="out_h1"]')
    assert not found.page.is_visible('.net .wide [data-s="out_o1"]')
    found.page.click('[data-m="change"]')
    assert found.page.is_visible('.net .wide [data-s="out_o1"]')
    assert found.complaints == []
    found.context.close()


def test_without_a_script_every_step_is_there(opened):
    page = opened(load("mazur"), java_script_enabled=False).page
    assert page.locator(".ln .more >> visible=true").count() == 55
    assert not page.is_visible(".tp")
    assert opened(load("rnn"), java_script_enabled=False).page.locator("button >> visible=true").count() == 0


@pytest.mark.parametrize("width", [360, 390, 768, 1280, 1920, 3840])
@pytest.mark.parametrize("name", ["mazur", "xor", "lstm"])
def test_no_window_scrolls_sideways(opened, name, width):
    page = opened(load(name), viewport={"width": width, "height": 800}).page
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("mode", ["watch", "change", "practise"])
@pytest.mark.parametrize("name", shipped())
def test_on_a_phone_the_whole_drawing_is_seen(opened, name, mode):
    page = opened(load(name), f"#{mode}:", viewport={"width": 390, "height": 844}).page
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert page.evaluate("$('.net').scrollWidth - $('.net').clientWidth") <= 0
    assert page.evaluate("$$('.net svg').filter(s => s.getBoundingClientRect().width).length") == 1


def test_hostile_text_does_nothing(opened):
    nasty = "<script>window.bad=1</script><img src=x onerror=window.bad=1>\\\"'&</title>"
    page = opened(
        read_example(f"""
title: "{nasty}"
source: "javascript:alert(1)"
note: "{nasty}"
inputs: {{x1: 1}}
targets: {{o1: 1}}
layers: [{{units: [o1], activation: sigmoid, weights: [[0.5]]}}]
loss: half_squared_error
learning_rate: 0.1
""")
    )
    assert page.page.evaluate("window.bad") is None
    assert page.complaints == []
    assert "<script>" in page.page.inner_text("h1")


def test_printed_it_is_tagged_and_has_every_step(opened):
    content = opened(load("mazur")).page.pdf(tagged=True)
    assert b"/MarkInfo" in content
    assert content.count(b"/Type /Page\n") + content.count(b"/Type /Page>") <= 9


HOSTILE = (
    "<script>window.bad=1</script>", "<img src=x onerror=window.bad=1>", "</script><script>window.bad=1</script>",
    "javascript:window.bad=1", "&lt;img src=x onerror=window.bad=1&gt;", "\"'><svg onload=window.bad=1>", "-<b>1</b>",
)  # fmt: skip


def test_hostile_answers_do_nothing_typed_kept_or_handed_out(opened):
    found = opened(load("mazur"), "#practise:")
    page = found.page
    fields = page.locator(".ask input")
    for place, text in enumerate(HOSTILE):
        fields.nth(place).fill(text)
    for place in range(len(HOSTILE)):
        for _ in range(3):
            page.locator(".ask button").nth(place).click()
    assert page.locator(".chp.bad").count() == len(HOSTILE)
    kept = page.evaluate("localStorage.getItem(KEPT)")
    assert all(
        page.evaluate("x => Object.values(JSON.parse(x))", kept)[place] == text for place, text in enumerate(HOSTILE)
    )
    page.reload()
    assert fields.nth(1).input_value() == HOSTILE[1]
    with page.expect_download() as download:
        page.click('[data-a="sheet"]')
    assert HOSTILE[1] in Path(download.value.path()).read_text()
    assert page.evaluate("window.bad") is None
    assert page.locator(".ask img, .ask svg, .ask script").count() == 0
    assert found.complaints == []


@pytest.mark.parametrize(
    "kept",
    ["{", "null", "[1]", '"<script>window.bad=1</script>"', '{"net_h1": {"a": 1}, "__proto__": "1", "w": "1"}',
     '{"net_h1": "<img src=x onerror=window.bad=1>", "<img src=x onerror=window.bad=1>": "1"}'],
)  # fmt: skip
def test_what_is_kept_may_be_anything(opened, kept):
    found = opened(load("mazur"))
    found.page.evaluate("x => localStorage.setItem(KEPT, x)", kept)
    found.page.reload()
    found.page.click('[data-m="practise"]')
    assert found.page.evaluate("window.bad") is None
    assert found.page.locator(".ask").count() == 55
    assert found.complaints == []


def test_a_hint_puts_in_what_is_a_number(opened):
    page = opened(load("mazur"), "#practise:").page
    for place, text in enumerate(["0.3775", "abc", "0.3925", "0.6"]):
        page.fill(f".ask input >> nth={place}", text)
    for _ in range(2):
        page.click(".ask button >> nth=4")
    said = page.text_content(".hlp >> nth=4")
    assert "abc" not in said and "0.59327" in said and "0.6" in said


def test_answers_are_kept_for_the_same_numbers_only(browser, run, tmp_path):
    file, keys = tmp_path / "page.html", set()
    for how in ([], ["--at", "2"], ["--set", "w5=0.7"], []):
        run("show", "mazur", "--format", "html", *how, "-o", str(file), "--force")
        found = Opened(browser, file, "#practise:")
        keys.add(found.page.evaluate("KEPT"))
        found.context.close()
    assert len(keys) == 3


@pytest.mark.parametrize(
    "hash_", ["#<img src=x onerror=window.bad=1>", "#practise:javascript:window.bad=1", "#%", "#change:__proto__"]
)
def test_hostile_links_into_the_page_do_nothing(opened, hash_):
    found = opened(load("mazur"), hash_)
    assert found.page.evaluate("window.bad") is None
    assert found.complaints == []


def test_hostile_sheets_and_names_do_nothing_in_reports(browser, run, tmp_path):
    folder = tmp_path / "sheets"
    folder.mkdir()
    text = "net_h1 = 0.3775\n" + "".join(f"{line} = 3\nout_h1 = {line}\n" for line in HOSTILE)
    for name in ("<img src=x onerror=window.bad=1>.txt", "javascript:window.bad=1.txt", "a&lt;b.txt"):
        (folder / name).write_text(text)
    for place, what in enumerate([str(folder), *map(str, folder.iterdir())]):
        code, page, said = run("check", "mazur", what, "--format", "html", "--missing", "--show-unread")
        assert code in (0, 1), said
        file = tmp_path / f"{place}.html"
        file.write_text(page)
        found = Opened(browser, file)
        assert found.page.evaluate("window.bad") is None
        assert found.page.locator("img:not([src^='data:']), script").count() == 0
        assert found.complaints == []
        found.context.close()


@pytest.mark.parametrize(
    ("options", "shown"),
    [
        (["--round", "4"], "0.0822"), (["--decimals", "3"], "0.082"),
        (["--engine", "exact", "--digits", "30"], "0.0821670405642307788464190335541"),
    ],
)  # fmt: skip
def test_a_page_shows_the_numbers_that_were_asked_for_until_they_are_changed(browser, run, tmp_path, options, shown):
    file = tmp_path / "page.html"
    run("show", "mazur", "--format", "html", *options, "-o", str(file))
    found = Opened(browser, file, "#dE/dw5")
    assert found.page.text_content("#card .res") == shown == found.page.inner_text(".cur .vl")
    found.page.click('[data-m="change"]')
    found.page.fill('[data-g="w5"]', "0.41")
    assert "double precision" in found.page.inner_text("#ewas")
    changed = trace(with_values(load("mazur"), ["w5=0.41"]))["dE/dw5"].value
    assert found.page.text_content("#card .res") == f"{changed:.9g}"
    assert found.complaints == []
    found.context.close()


def test_a_german_page_reads_commas_and_points_and_hands_out_points(browser, run, tmp_path):
    file = tmp_path / "page.html"
    run("show", "mazur", "--format", "html", "--lang", "de", "--decimal", "comma", "-o", str(file))
    found = Opened(browser, file, "#change:dE/dw5")
    for text in ("0,7", "0.7"):
        found.page.fill('[data-g="w5"]', text)
        assert found.page.evaluate("given[AT.get('w5')].v") == 0.7
    found.page.fill('[data-g="w6"]', "0,35")
    assert "0.35" in found.page.evaluate("yaml()") and "0,35" not in found.page.evaluate("yaml()")
    found.page.fill('[data-g="w6"]', "0,3,5")
    assert "ist keine Zahl" in found.page.inner_text(".err.on")
    found.page.click('[data-m="practise"]')
    for place, text in enumerate(["0,3775", "0.5933", "3,925e-1"]):
        found.page.fill(f".ask input >> nth={place}", text)
        assert found.page.inner_text(f".chp >> nth={place}") == "✓ richtig"
    with found.page.expect_download() as download:
        found.page.click('[data-a="sheet"]')
    lines = Path(download.value.path()).read_text().splitlines()
    assert lines[1:] == ["net_h1 = 0.3775", "out_h1 = 0.5933", "net_h2 = 3.925e-1"]
    assert found.complaints == []
    found.context.close()


def test_steps_are_picked_on_a_curve_of_all_of_them(browser, run, tmp_path):
    file = tmp_path / "page.html"
    run("show", "mazur", "--format", "html", "--steps", "5", "-o", str(file))
    found = Opened(browser, file)
    points = found.page.get_attribute(".spark polyline", "points")
    assert points is not None and len(points.split()) == 5
    found.page.fill("#step", "3")
    agree(found.page.evaluate(VALUES), trace(load("mazur"), step=3))
    assert found.page.inner_text("#at") == "3"
    assert found.page.get_attribute(".spark polyline", "points") == points
    assert found.complaints == []
    found.context.close()


@pytest.mark.parametrize("text", ["0", "6", "", "2.5"])
def test_a_step_that_there_is_not_is_refused_with_what_there_is(browser, run, tmp_path, text):
    file = tmp_path / "page.html"
    run("show", "mazur", "--format", "html", "--steps", "5", "-o", str(file))
    found = Opened(browser, file)
    found.page.fill("#step", "3")
    found.page.fill("#step", text)
    assert "a whole number from 1 to 5" in found.page.inner_text(".err.on")
    assert found.page.inner_text("#at") == "3"
    found.page.fill("#step", "4")
    assert not found.page.is_visible(".err")
    found.context.close()


LONG = "parameters: {a_very_long_name_of_a_weight_without_end: 0.5}\ninputs: {temperature_outside_in_winter: 1}\n\
targets: {probability_of_what_comes_out: 1}\nlearning_rate: 0.1\nloss: half_squared_error\nlayers: [{units: \
[probability_of_what_comes_out], activation: tanh, weights: [[a_very_long_name_of_a_weight_without_end]]}]\n"


@pytest.mark.parametrize("mode", ["watch", "change", "practise"])
@pytest.mark.parametrize("width", [320, 390])
def test_nothing_long_makes_a_phone_scroll_sideways(opened, mode, width):
    page = opened(read_example(LONG), f"#{mode}:", viewport={"width": width, "height": 800}).page
    if mode == "change":
        page.fill('[data-g="eta"]', "9" * 3000)
    if mode == "practise":
        page.fill(".ask input >> nth=0", "9" * 3000)
        assert page.locator(".ask input >> nth=0").bounding_box()["width"] > 80
    for step in range(page.evaluate("L.length")):
        page.evaluate(f"go({step})")
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_in_a_low_window_nothing_covers_the_drawing(opened):
    page = opened(load("mazur"), "#dE/dw5", viewport={"width": 844, "height": 390}).page
    drawing, dock = page.locator(".fig").bounding_box(), page.locator(".dock").bounding_box()
    assert drawing["y"] + drawing["height"] <= dock["y"]


def test_without_the_colours_of_the_page_its_signs_are_seen(opened):
    page = opened(load("mazur"), "#dE/dw5", forced_colors="active").page
    seen = "q => getComputedStyle($(q))"
    assert page.evaluate(f"({seen})('.cur>.row').outlineStyle") == "solid"
    for part in (".bar input", ".pbar", ".key"):
        assert page.evaluate(f"({seen})({part!r}).forcedColorAdjust") == "none"


@pytest.mark.parametrize("name", ["mazur", "xor", "rnn"])
def test_what_is_not_asked_for_has_no_heading_either(browser, run, tmp_path, name):
    file = tmp_path / "page.html"
    run("practice", name, "--lines", "2", "-o", str(file))
    found = Opened(browser, file)
    for media in ("screen", "print"):
        found.page.emulate_media(media=media)
        headings = found.page.locator(".sheet h2 >> visible=true").count()
        parts = found.page.locator(".sheet .sub >> visible=true").count()
        assert found.page.locator(".ask >> visible=true").count() == 2
        assert 1 <= headings <= 2 and parts <= 2
    found.context.close()


@pytest.mark.parametrize("width", [320, 390, 900, 1280])
def test_no_window_with_several_steps_scrolls_sideways(browser, run, tmp_path, width):
    file = tmp_path / "page.html"
    run("show", "xor", "--steps", "5", "--format", "html", "-o", str(file))
    found = Opened(browser, file, viewport={"width": width, "height": 800})
    assert found.page.evaluate("document.documentElement.scrollWidth") <= width
    found.context.close()


def test_a_quantity_may_be_called_as_what_every_object_has(opened):
    found = opened(
        read_example("""
title: Names
parameters: {__proto__: 2, toString: 3}
definitions:
  constructor: __proto__ * toString
  hasOwnProperty: constructor + toString
objective: hasOwnProperty
learning_rate: 0.1
"""),
        "#practise:",
    )
    found.page.fill(".ask input >> nth=0", "6")
    assert found.page.inner_text(".chp >> nth=0") == "✓ right"
    found.page.click(".ask button >> nth=1")
    found.page.reload()
    assert found.page.input_value(".ask input >> nth=0") == "6"
    found.page.click('[data-m="change"]')
    found.page.fill("[data-g] >> nth=0", "1/0")
    assert "is not a number" in found.page.inner_text(".err.on[role=alert]")
    assert found.complaints == []


LAYERED = """\
inputs: {{{inputs}}}
targets: {{o1: 1}}
layers:
{layers}  - {{units: [o1], activation: sigmoid, weights: [[{out}]]}}
loss: half_squared_error
learning_rate: 0.5
"""


def layered(width: int, depth: int):
    """A network of so many hidden layers with so many units each."""
    row = ", ".join(["-0.25"] * width)
    layer = f"  - {{units: {width}, activation: tanh, weights: [{', '.join([f'[{row}]'] * width)}]}}\n"
    inputs = ", ".join(f"x{k}: 0.5" for k in range(1, width + 1))
    return read_example(LAYERED.format(inputs=inputs, layers=layer * depth, out=row), "layered")


def test_the_sample_or_time_step_of_a_line_is_the_one_that_is_pressed(opened):
    pressed = "$$('[data-at][aria-pressed=true]').map(b => b.dataset.at)"
    page = opened(load("rnn"), "#dE/dnet_h1@2").page
    assert page.evaluate(pressed) == ["@2"]
    page.click('[data-at="@3"]')
    assert page.evaluate(pressed) == ["@3"]
    assert page.evaluate("L[i].n") == "dE/dnet_h1@3"


def test_in_a_circuit_a_gradient_comes_back_along_its_own_edge(opened):
    lit = "[...new Set($$('.edge.own,.edge.used').map(e => e.dataset.from + ' ' + e.dataset.q))]"
    page = opened(load("cs231n-circuit"), "#df/dx").page
    assert page.evaluate(lit) == ["x q"]
    page.evaluate("go(0)")  # q = x + y
    assert page.evaluate(lit) == ["x q", "y q"]


BOXES = """$$('.net svg').filter(s => s.getBoundingClientRect().height).flatMap(s => [...s.querySelectorAll('QUERY')])
    .map(e => e.getBoundingClientRect()).filter(r => r.height).map(r => [r.left, r.top, r.right, r.bottom])"""


def boxes(page, query: str) -> list[list[float]]:
    found: list[list[float]] = page.evaluate(BOXES.replace("QUERY", query))
    return found


def meet(one: list[float], other: list[float]) -> bool:
    return min(one[2], other[2]) > max(one[0], other[0]) + 1 and min(one[3], other[3]) > max(one[1], other[1]) + 1


@pytest.mark.parametrize("link", ["net_h3", "change:net_h3", "change:dE/dout_h3", "practise:net_h1"])
@pytest.mark.parametrize("width", [800, 1280, 1920])
def test_the_weights_that_a_step_uses_do_not_cover_each_other(opened, link, width):
    page = opened(layered(8, 1), f"#{link}", viewport={"width": width, "height": 800}).page
    found = boxes(page, ".chip>rect")
    assert not any(meet(one, other) for place, one in enumerate(found) for other in found[:place])


@pytest.mark.parametrize("width", [390, 1024, 1280, 1920])
def test_a_deep_network_is_drawn_so_that_it_can_be_read(opened, width):
    """The name of a weight stands beside its number; the numbers are as high as print."""
    page = opened(layered(3, 6), "#w_h2_1_h3_1+", viewport={"width": width, "height": 800}).page
    (name,) = boxes(page, ".chip.own .rw .cn")
    (number,) = boxes(page, ".chip.own .rw .cv")
    assert not meet(name, number)
    assert min(bottom - top for _, top, _, bottom in boxes(page, ".unit .vl")) > 7.5


@pytest.mark.parametrize("width", [320, 390, 1024, 1280, 1920])
@pytest.mark.parametrize("text", [CIRCUIT, PARALLEL, RECURRENT])
def test_no_label_of_a_drawing_is_too_small_and_each_field_lies_on_its_drawing(opened, text, width):
    page = opened(read_example(text), "#change:", viewport={"width": width, "height": 800}).page
    assert min(bottom - top for _, top, _, bottom in boxes(page, ".net svg text")) > 6.5
    wide = page.is_visible(".net .wide")
    on_it = page.evaluate("getComputedStyle($('.fd')).position") == "absolute"
    assert wide or not on_it


def test_on_paper_no_weights_of_a_crowded_drawing_cover_each_other(opened):
    page = opened(layered(8, 1), "#net_h3").page
    assert boxes(page, ".chip>rect")
    page.emulate_media(media="print")
    assert boxes(page, ".chip>rect") == []


def test_the_decimals_that_are_asked_for_are_said_and_the_last_hint_has_as_many_figures(browser, run, tmp_path):
    file = tmp_path / "page.html"
    run("practice", "mazur", "--decimals", "9", "--phase", "forward", "-o", str(file))
    found = Opened(browser, file)
    assert found.page.inner_text("#pt") == "0 of 8 filled in · decimals asked for: 9"
    for _ in range(3):
        found.page.click(".ask button >> nth=1")
    hidden = 1 / (1 + exp(-0.3775))
    assert f"{hidden:.9f}" in found.page.text_content(".hlp >> nth=1")
    assert found.complaints == []


@pytest.mark.parametrize("language", ["en", "de"])
@pytest.mark.parametrize("width", [360, 899, 900, 1024, 1280])
def test_what_is_said_of_an_answer_covers_nothing(browser, run, tmp_path, width, language):
    file = tmp_path / "page.html"
    run("practice", "mazur", "--lang", language, "-o", str(file))
    found = Opened(browser, file, viewport={"width": width, "height": 800})
    for place, text in enumerate(["0.3775", "abc", "0.4", "9", "1e", "0"]):
        found.page.fill(f"#a-{place}", text)
        found.page.click(f".ask button >> nth={place}")
    parts = """$$('.ask').slice(0, 6).map(a => ['.nm', '.tl', 'input', '.chp', 'button', '.sen']
        .map(q => a.querySelector(q).getBoundingClientRect()).filter(r => r.height)
        .map(r => [r.left, r.top, r.right, r.bottom]))"""
    for row in found.page.evaluate(parts):
        assert not any(meet(one, other) for place, one in enumerate(row) for other in row[:place])
    found.context.close()
