"""The drawing of random networks: as TikZ sets them, no label covers another or a circle, and none sticks out."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from itertools import combinations, pairwise

import pytest
from hypothesis import given, settings
from random_documents import hard_to_set
from random_networks import Case, cases

from backprop_trace.files.spec import read_example
from backprop_trace.formulas.notation.names import LATEX_NAMES
from backprop_trace.render.view import View, naming
from backprop_trace.render.writers.latex.drawing import picture
from backprop_trace.render.writers.latex.page import DOCUMENT, FRAGMENT, SLIDE, TextBlock, column
from backprop_trace.render.writers.latex.shortened import Shortened
from backprop_trace.render.writers.latex.width import width
from backprop_trace.run.step import trace

PAGES = {"document": DOCUMENT, "column": column(252.0), "fragment": FRAGMENT, "slide": SLIDE}
RADIUS, NODE_SEP = 15.0, 1.0
SIZES = {"footnotesize": (0.9, 8.0), "scriptsize": (0.8, 7.0)}
"""How wide letters are beside `width`'s, and how high the ink of a label is: of a capital to the foot of an index."""

Point = tuple[float, float]
Box = list[Point]
"""Its corners, going round."""

_NODE = re.compile(r"\\node\[unit, .*?\] \((?P<id>.*?)\) at \((?P<x>.*?),(?P<y>.*?)\)")
_WEIGHTS = re.compile(r"weight/\.style=\{.*font=\\(\w+)\}")
_WEIGHT = re.compile(r"\\path \((.*?)\) (--|to\[bend left=20\]) node\[weight, pos=(.*?)\] \{\$(.*)\$\} \((.*?)\);")
_BESIDE = re.compile(r"\\node\[(above|below), .*?\] at \((.*)\.(?:north|south)\) \{\$(.*)\$\};")
_GIVEN = re.compile(r"\\draw\[.*?\] \((.*)\.(west|east)\) -- .* \{\$(.*)\$\};")


def box(middle: Point, wide: float, high: float, along: Point = (1.0, 0.0)) -> Box:
    """A box around a point, its longer side in a direction."""
    (x, y), (ux, uy), a, b = middle, along, wide / 2, high / 2
    return [(x + i * a * ux - j * b * uy, y + i * a * uy + j * b * ux) for i, j in ((-1, -1), (1, -1), (1, 1), (-1, 1))]


def touch(one: Box, other: Box) -> bool:
    """Two boxes overlap unless a side of one of them has all of the other beyond it."""
    for (ax, ay), (bx, by) in [pair for shape in (one, other) for pair in pairwise(shape[:3])]:
        normal = (by - ay, ax - bx)
        spans = [[x * normal[0] + y * normal[1] for x, y in shape] for shape in (one, other)]
        if max(spans[0]) <= min(spans[1]) or max(spans[1]) <= min(spans[0]):
            return False
    return True


def touches_circle(shape: Box, centre: Point) -> bool:
    """With a side of the box as the first axis: how far is the centre from it?"""
    (ax, ay), (bx, by), _, (dx, dy) = shape
    wide, high = math.hypot(bx - ax, by - ay), math.hypot(dx - ax, dy - ay)
    along = ((centre[0] - ax) * (bx - ax) + (centre[1] - ay) * (by - ay)) / wide
    across = ((centre[0] - ax) * (dx - ax) + (centre[1] - ay) * (dy - ay)) / high
    return math.hypot(along - min(max(along, 0.0), wide), across - min(max(across, 0.0), high)) < RADIUS


def drawn(text: str, page: TextBlock) -> str:
    example = read_example(text)
    alphabet = Shortened(page).ink(LATEX_NAMES).alphabet
    t = trace(example)
    return "".join(picture(t, naming(t, View(example)), alphabet, page))


def labels(tikz: str, centres: dict[str, Point]) -> Iterator[tuple[str, Box]]:
    """Each label with the box that its ink takes."""
    scale, high = SIZES[_WEIGHTS.findall(tikz)[0]]
    for tail, way, place, text, head in _WEIGHT.findall(tikz):
        (ax, ay), (bx, by) = centres[tail], centres[head]
        length = math.dist(centres[tail], centres[head])
        ux, uy = (bx - ax) / length, (by - ay) / length
        along = RADIUS + float(place) * (length - 2 * RADIUS)
        middle, direction = (ax + along * ux, ay + along * uy), (ux, uy)
        if way != "--":
            middle, direction = on_a_bend((ax, ay), (bx, by), float(place))
        yield text, box(middle, scale * width(text), high, direction)
    scale, high = SIZES["footnotesize"]
    for side, unit, text in _BESIDE.findall(tikz):
        x, y = centres[unit]
        away = RADIUS + NODE_SEP + high / 2
        yield text, box((x, y + (away if side == "above" else -away)), scale * width(text), high)
    for unit, side, text in _GIVEN.findall(tikz):
        x, y = centres[unit]
        half = scale * width(text) / 2
        away = RADIUS + 14.0 + 3.0 + half
        yield text, box((x + (away if side == "east" else -away), y), 2 * half, high)


def on_a_bend(tail: Point, head: Point, place: float) -> tuple[Point, Point]:
    """Where a curve of TikZ is, and its direction there: it leaves and arrives at 20 degrees, pulled by 0.3915 of its
    length (manual of PGF 3.1, 70.3), and `place` is the parameter of Bezier's."""
    straight = math.atan2(head[1] - tail[1], head[0] - tail[0])

    def away(start: Point, far: float, angle: float) -> Point:
        return start[0] + far * math.cos(straight + angle), start[1] + far * math.sin(straight + angle)

    bend = math.radians(20)
    first, last = away(tail, RADIUS, bend), away(head, RADIUS, math.pi - bend)
    pull = 0.3915 * math.dist(first, last)
    points = [first, away(first, pull, bend), away(last, pull, math.pi - bend), last]
    while len(points) > 2:  # De Casteljau
        points = [
            ((1 - place) * ax + place * bx, (1 - place) * ay + place * by) for (ax, ay), (bx, by) in pairwise(points)
        ]
    (ax, ay), (bx, by) = points
    far = math.dist(*points)
    return ((1 - place) * ax + place * bx, (1 - place) * ay + place * by), ((bx - ax) / far, (by - ay) / far)


def check(text: str, page: TextBlock) -> None:
    tikz = drawn(text, page)
    centres = {m["id"]: (float(m["x"]), float(m["y"])) for m in _NODE.finditer(tikz)}
    for (one, a), (other, b) in combinations(centres.items(), 2):
        assert math.dist(a, b) > 2 * RADIUS, f"{one} and {other}"
    found = list(labels(tikz, centres))
    assert len(found) == len(re.findall(r"node\[(weight|above|below|left|right)", tikz)), "a label was not found"
    for (one, a), (other, b) in combinations(found, 2):
        assert not touch(a, b), f"{one} covers {other}"
    for name, shape in found:
        for unit, centre in centres.items():
            assert not touches_circle(shape, centre), f"{name} covers {unit}"
    across = [x for _, shape in found for x, _ in shape]
    across += [x + side for x, _ in centres.values() for side in (-RADIUS, RADIUS)]
    assert max(across) - min(across) <= page.points


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("seed", range(20))
def test_no_label_of_what_is_hard_to_set_covers_another(seed: int, page: str) -> None:
    check(hard_to_set(seed), PAGES[page])


@pytest.mark.parametrize("page", PAGES)
def test_no_label_covers_another(page: str) -> None:
    @settings(max_examples=60, deadline=None)
    @given(case=cases())
    def tried(case: Case) -> None:
        check(case.text, PAGES[page])

    tried()


def test_boxes_that_overlap_are_found() -> None:
    assert touch(box((0, 0), 10, 2), box((4, 1), 10, 2))
    assert touch(box((0, 0), 10, 2), box((0, 0), 10, 2, (0.0, 1.0)))
    assert not touch(box((0, 0), 10, 2), box((0, 3), 10, 2))
    assert not touch(box((0, 0), 10, 2, (0.8, 0.6)), box((4, -1), 4, 2))
    assert touches_circle(box((0, 17), 10, 8), (0, 0))
    assert not touches_circle(box((0, 20), 10, 8), (0, 0))
