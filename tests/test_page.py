"""The page of a worked example, as a file: what is in it, and what is not."""

from __future__ import annotations

import gzip
import html
import itertools
import json
import re
from xml.etree import ElementTree

import pytest

from backprop_trace.files.spec import load, read_example, shipped
from backprop_trace.formulas.expr import plain
from backprop_trace.formulas.notation.names import canonical
from backprop_trace.model.chain import PHASES
from backprop_trace.model.network import TooLarge
from backprop_trace.render import render
from backprop_trace.render.page import document
from backprop_trace.render.page.layout import CHIP, Box, downwards, layout
from backprop_trace.render.page.svg import edge_path, place_of
from backprop_trace.render.view import PagePractice, View
from backprop_trace.run.step import trace

NASTY = """<script>alert(1)</script>"'&</title>"""


def page_of(example) -> str:
    return "".join(render("html", [trace(example)], View(example)))


def facts_of(page: str) -> dict:
    match = re.search(r"const D=(\{.*?\});\n", page)
    assert match is not None
    return json.loads(match[1])


@pytest.mark.parametrize("name", shipped())
def test_every_line_of_the_trace_stands_on_the_page_with_its_value(name):
    example = load(name)
    page = page_of(example)
    rows = re.findall(r'<a class=row href="?#([^">]*)"?>.*?<b class=vl>([^<]*)</b>', page)
    texts = {html.unescape(key): text for key, text in rows}
    step = trace(example)
    assert texts.keys() == {canonical(line.name) for line in step.lines}
    for line in step.lines:
        shown = float(texts[canonical(line.name)].replace("−", "-"))
        assert shown == pytest.approx(float(line.value), rel=1e-8, abs=1e-300)


def test_nothing_is_fetched_and_the_policy_forbids_it():
    page = page_of(load("mazur"))
    assert "default-src 'none'" in page
    assert not re.search(r"""(src|href)=["']?(?!#)[^"'>]*[/:]{2}|@import|url\((?!#)|<link|<iframe""", page)


@pytest.mark.parametrize(
    ("practice", "most", "most_zipped"), [(PagePractice(), 250_000, 50_000), (None, 120_000, 25_000)]
)
def test_mazurs_page_is_small(practice, most, most_zipped):
    example = load("mazur")
    page = "".join(render("html", [trace(example)], View(example, practice=practice))).encode()
    assert len(page) <= most
    assert len(gzip.compress(page)) <= most_zipped


def test_text_from_a_file_is_no_markup():
    text = f"""
title: {json.dumps(NASTY)}
source: {json.dumps(NASTY)}
note: {json.dumps(NASTY)}
inputs: {{x1: 1}}
targets: {{o1: 1}}
layers: [{{units: [o1], activation: sigmoid, weights: [[0.5]]}}]
loss: half_squared_error
learning_rate: 0.1
"""
    page = page_of(read_example(text, NASTY))
    assert page.count("<script>") == page.count("</script>") == 2
    assert "alert(1)</script>" not in page


def test_more_lines_than_a_page_holds_are_refused_with_what_to_do():
    weights = ", ".join("[" + ", ".join(["0.1"] * 30) + "]" for _ in range(30))
    inputs = ", ".join(f"x{k}: 1" for k in range(30))
    example = read_example(f"""
inputs: {{{inputs}}}
targets: [{", ".join(["0"] * 30)}]
layers: [{{units: 30, activation: sigmoid, weights: [{weights}]}}]
loss: half_squared_error
learning_rate: 0.1
""")
    with pytest.raises(TooLarge, match="--only or --phase"):
        page_of(example)


def test_a_page_that_would_have_to_compute_too_much_is_not_to_be_changed(monkeypatch):
    example = load("mazur")
    view = View(example, only=frozenset([trace(example)["net_o1"].name]))
    assert facts_of("".join(render("html", [trace(example)], view)))["modes"] == ["watch", "change", "practise"]
    monkeypatch.setattr(document, "LARGEST_PAGE", 20)
    assert facts_of("".join(render("html", [trace(example)], view)))["modes"] == ["watch", "practise"]


@pytest.mark.parametrize("name", shipped())
def test_no_chip_covers_another_and_none_a_unit(name):
    drawn = layout(load(name).network)
    if drawn.small:
        return
    for place, chip in enumerate(drawn.chips):
        for other in drawn.chips[:place]:
            assert abs(chip.x - other.x) >= CHIP[0] or abs(chip.y - other.y) >= CHIP[1]
        for node in drawn.nodes:
            beside = chip.x + CHIP[0] <= node.x or chip.x >= node.x + node.width
            assert beside or chip.y + CHIP[1] <= node.y or chip.y >= node.y + node.height or chip.y < node.y


@pytest.mark.parametrize("name", shipped())
def test_downwards_no_box_covers_another_and_all_are_inside(name):
    down = downwards(layout(load(name).network))
    for place, node in enumerate(down.nodes):
        assert node.x >= 0 and node.x + node.width <= down.width and node.y >= 0
        assert node.y + node.height <= down.height
        for other in down.nodes[:place]:
            beside = node.x + node.width <= other.x or node.x >= other.x + other.width
            assert beside or node.y + node.height <= other.y or node.y >= other.y + other.height


@pytest.mark.parametrize("name", shipped())
def test_every_part_that_a_line_lights_is_in_the_drawing(name):
    page = page_of(load(name))
    parts = set(re.findall(r'data-q="?([^" >]*)', page))
    for line in facts_of(page)["lines"]:
        if line["p"] < 2:  # forward, loss
            assert parts & set(line["o"]), line["n"]


@pytest.mark.parametrize("animate", [False, True])
@pytest.mark.parametrize("name", shipped())
def test_a_picture_is_well_formed_and_has_the_numbers_of_the_step(name, animate):
    example = load(name)
    step = trace(example)
    text = "".join(render("svg", [step], View(example, animate=animate)))
    written = {each.get("data-s"): each.text for each in ElementTree.fromstring(text).iter() if each.get("data-s")}
    assert written
    for line in step.lines:
        if line.name.sample is None and line.name.time is None and (shown := written.get(canonical(line.name))):
            half_unit = 0.5001 * 10.0 ** -len(shown.partition(".")[2])
            assert float(shown.replace("−", "-")) == pytest.approx(float(line.value), rel=0, abs=half_unit)


def is_number_of(text: str, value: object) -> bool:
    """Is a number of a drawing this value, to the digits it has?"""
    half_unit = 0.5001 * 10.0 ** -len(text.partition(".")[2])
    return bool(text) and abs(float(text.replace("−", "-")) - float(value)) <= half_unit  # type: ignore[arg-type]


@pytest.mark.parametrize(("name", "sample", "time"), [("rnn", "", "@3"), ("lstm", "", "@2"), ("xor", "[1]", "")])
def test_a_picture_shows_one_sample_and_time_step(name, sample, time):
    step = trace(load(name))
    values = {canonical(each): float(value) for each, value in step.values.items()}
    svg = ElementTree.fromstring("".join(render("svg", [step], View(step.example))))
    for each in svg.iter():
        if base := each.get("data-s"):
            at = next((n for n in (base, base + time + sample, base + sample, base + time) if n in values), "")
            assert is_number_of(each.text or "", values[at]) if at else not each.text, base
    words = [part for part in (sample and "Sample 1", time and f"Time {time[1:]}") if part]
    assert any(each.text == words[0] for each in svg.iter())


@pytest.mark.parametrize("name", ["rnn", "lstm", "xor"])
def test_a_picture_that_runs_shows_the_numbers_of_its_step(name):
    """At each step what is known by then of its sample and time step; nothing of another one."""
    step = trace(load(name))
    svg = ElementTree.fromstring("".join(render("svg", [step], View(step.example, animate=True))))
    shown = {each.get("data-s"): [(part.get("style"), part.text) for part in each if part.get("class") == "t"]
             for each in svg.iter() if len(each)}  # fmt: skip
    outs = [line for line in step.lines if line.equation.phase == "forward" and canonical(plain(line.name)) in shown]
    assert outs
    lines = sorted(step.lines, key=lambda line: PHASES.index(line.equation.phase))
    for out in outs:
        place = place_of(out.name)
        computed = lines.index(out)
        for k, line in enumerate(lines):
            if place_of(line.name) == place:
                seen = [text for style, text in shown[canonical(plain(out.name))] if is_seen(style, k)]
                assert len(seen) == (k >= computed), (out.name, k)
                assert not seen or is_number_of(seen[0], out.value)


def is_seen(style: str, step: int) -> bool:
    start, end = map(int, re.findall(r"\d+", style))
    return start <= step < end


def test_a_picture_that_runs_stands_still_for_those_who_ask_for_it():
    example = load("mazur")
    text = "".join(render("svg", [trace(example)], View(example, animate=True)))
    assert "prefers-reduced-motion:reduce" in text
    assert text.count('class="hl"') == 55
    assert len(text) < 40_000


RECURRENT = """
parameters: {w1: 0.5, w2: -0.3, u11: 0.8, u12: -0.2, u21: 0.1, u22: 0.4, v1: 1.2, v2: -0.7}
sequence: {inputs: {x: [1, 0]}, targets: {o1: [0.5, 0.4]}}
layers:
  - {units: [h1, h2], activation: tanh, weights: [[w1], [w2]], recurrent: [[u11, u12], [u21, u22]]}
  - {units: [o1], activation: identity, weights: [[v1, v2]]}
loss: half_squared_error
learning_rate: 0.1
"""
PARALLEL = """
parameters: {c1: 0.1, c2: 0.3, s: 0.4, k: 0.9, w^2: 0.5}
inputs: {x1: 0.5, x2: 0.25}
targets: {o1: 1}
layers:
  - {units: [h1], activation: tanh, weights: [[c1, c2]]}
  - {units: [g1], activation: tanh, weights: [[s, w^2]], from: [x1, x2]}
  - {units: [o1], activation: identity, weights: [[k, s]], from: [h1, g1]}
loss: half_squared_error
learning_rate: 0.1
"""
CIRCUIT = """
inputs: {x: -2, y: 5, z: -4}
parameters: {a: 0.5, c: 2}
definitions:
  q: a * x + y^2
  r: sigmoid(q / 10)
  s: max(r, c * z) - min(x, y)
  t: exp(-s / 10) + abs(z) * sqrt(y)
  u: sin(t)
  f: (u - c)^2 + log(y) + tanh(r) + relu(-z) + a
objective: f
learning_rate: 0.1
"""


@pytest.mark.parametrize("text", [RECURRENT, PARALLEL])
def test_downwards_the_chips_of_a_unit_cover_no_other_and_no_unit(text):
    down = downwards(layout(read_example(text).network))
    heads = {edge.weight: edge.head for edge in reversed(down.edges)}
    for place, chip in enumerate(down.chips):
        assert 0 <= chip.x <= down.width - CHIP[0]
        for node in down.nodes:
            beside = chip.x + CHIP[0] <= node.x or chip.x >= node.x + node.width
            assert beside or chip.y + CHIP[1] <= node.y or chip.y >= node.y + node.height, (chip.weight, node.key)
        for other in down.chips[:place]:
            apart = abs(chip.x - other.x) >= CHIP[0] or abs(chip.y - other.y) >= 21  # they have one line while used
            assert apart or heads[chip.weight] != heads[other.weight]


def test_all_of_an_edge_is_inside_the_drawing():
    drawn = layout(read_example(CIRCUIT).network)
    points = [point for edge in drawn.edges for point in edge.by]
    assert points
    assert all(0 <= x <= drawn.width and 0 <= y <= drawn.height for x, y in points)


def test_the_exponent_of_a_name_is_in_the_drawing():
    chip = re.search(r'data-w="?w\^2.*?</text>', page_of(read_example(PARALLEL)))
    assert chip is not None
    assert re.sub("<[^>]*>", "", chip[0][chip[0].index("<text") :]) == "w2"


def crosses(one: tuple[float, float], other: tuple[float, float], box: Box) -> bool:
    """Does a straight line go through the inside of a box?"""
    points = ((one[0] + k / 50 * (other[0] - one[0]), one[1] + k / 50 * (other[1] - one[1])) for k in range(51))
    return any(box.x + 1 < x < box.x + box.width - 1 and box.y + 1 < y < box.y + box.height - 1 for x, y in points)


@pytest.mark.parametrize("name", [name for name in shipped() if load(name).network.definitions])
@pytest.mark.parametrize("turned", [False, True])
def test_no_line_of_a_graph_runs_behind_a_box(name, turned):
    drawn = layout(load(name).network)
    drawn = downwards(drawn) if turned else drawn
    for edge in drawn.edges:
        if edge.tail is not edge.head:
            numbers = [float(text) for text in re.findall(r"-?[\d.]+", edge_path(edge, turned))]
            points = list(zip(numbers[::2], numbers[1::2], strict=True))
            for one, other in itertools.pairwise(points):
                assert not any(crosses(one, other, box) for box in drawn.nodes), (edge.tail.key, edge.head.key)


def test_a_definition_alone_is_drawn():
    assert "data-q=f" in page_of(read_example("definitions: {f: 2}\nobjective: f\n"))
