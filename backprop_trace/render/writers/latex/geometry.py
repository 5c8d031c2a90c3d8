"""Where the labels of a drawing stand, so that none covers another.

A label that runs along an edge is taken for a segment with a thickness; two labels are apart as far as their
segments are, less the thickness.

    >>> distance(((0, 0), (10, 0)), ((0, 3), (10, 3)))
    3.0
    >>> distance(((0, 0), (10, 0)), ((5, -5), (5, 5)))
    0.0
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple, TypeAlias

Point: TypeAlias = tuple[float, float]
Segment: TypeAlias = tuple[Point, Point]

LABEL_HEIGHT = 11.0
RADIUS = 15.0
"""Of the circle of a unit."""

COMFORTABLE = 1.2
NEAR_THE_TAIL = 0.3
ROUNDS = 3
PLACES = tuple(place / 100 for place in range(14, 89, 3))


def distance(one: Segment, other: Segment) -> float:
    """The smallest distance between two segments; 0 where they cross."""
    if _cross(one, other):
        return 0.0
    ends = [(end, other) for end in one] + [(end, one) for end in other]
    return min(_to_segment(point, segment) for point, segment in ends)


def _cross(one: Segment, other: Segment) -> bool:
    sides = [_side(one, point) for point in other], [_side(other, point) for point in one]
    return all(first * second < 0 for first, second in sides)


def _side(line: Segment, point: Point) -> float:
    (ax, ay), (bx, by) = line
    return (bx - ax) * (point[1] - ay) - (by - ay) * (point[0] - ax)


def _to_segment(point: Point, segment: Segment) -> float:
    (ax, ay), (bx, by) = segment
    length = (bx - ax) ** 2 + (by - ay) ** 2
    along = ((point[0] - ax) * (bx - ax) + (point[1] - ay) * (by - ay)) / length if length else 0.0
    along = min(1.0, max(0.0, along))
    return math.hypot(point[0] - ax - along * (bx - ax), point[1] - ay - along * (by - ay))


def along(edge: Segment, place: float, wide: float) -> Segment | None:
    """The middle line of a label on an edge between two circles; None where it does not fit between them."""
    (ax, ay), (bx, by) = edge
    length = math.dist(*edge)
    centre, half = RADIUS + place * (length - 2 * RADIUS), wide / 2
    if centre - half < RADIUS + 2 or centre + half > length - RADIUS - 2:
        return None
    ux, uy = (bx - ax) / length, (by - ay) / length
    return (
        (ax + (centre - half) * ux, ay + (centre - half) * uy),
        (ax + (centre + half) * ux, ay + (centre + half) * uy),
    )


BEND = math.radians(20)
PULL = 0.3915
"""At which angle a curve leaves a circle, and how far from its ends its control points are: TikZ's `bend left=20`."""


def bent(edge: Segment, place: float, wide: float) -> Segment:
    """The middle line of a label on a curve between two circles, `place` (0 to 1) on its way."""
    (ax, ay), (bx, by) = edge
    straight = math.atan2(by - ay, bx - ax)
    out, back = (complex(math.cos(angle), math.sin(angle)) for angle in (straight + BEND, straight + math.pi - BEND))
    first, last = complex(ax, ay) + RADIUS * out, complex(bx, by) + RADIUS * back
    pull = PULL * abs(last - first)
    points = [first, first + pull * out, last + pull * back, last]
    while len(points) > 2:
        points = [one + place * (other - one) for one, other in pairwise(points)]
    centre, along = points[0] + place * (points[1] - points[0]), points[1] - points[0]
    half = wide / 2 * along / abs(along)
    return ((centre - half).real, (centre - half).imag), ((centre + half).real, (centre + half).imag)


def clearance(label: Segment, labels: Sequence[Segment], edges: Sequence[Segment]) -> float:
    """How far a label is from the nearest other one; and, where it is clear of them, from the nearest other edge."""
    from_labels = nearest(label, labels) - LABEL_HEIGHT
    if from_labels <= 1.0:
        return from_labels
    from_edges = nearest(label, edges) - LABEL_HEIGHT / 2
    return min(from_labels, max(from_edges, 0.0) + 1.0)


def nearest(label: Segment, others: Sequence[Segment]) -> float:
    """The distance to the nearest of other segments; most are too far by where their middles are."""
    least = math.inf
    (ax, ay), (bx, by) = label
    x, y, half = (ax + bx) / 2, (ay + by) / 2, math.dist(*label) / 2
    for other in others:
        (cx, cy), (dx, dy) = other
        if math.hypot(x - (cx + dx) / 2, y - (cy + dy) / 2) - half - math.hypot(cx - dx, cy - dy) / 2 < least:
            least = min(least, distance(label, other))
    return least


def off_circles(label: Segment, centres: Sequence[Point]) -> float:
    """How far a label is from the nearest circle."""
    near = min((_to_segment(centre, label) for centre in centres), default=math.inf)
    return near - RADIUS - LABEL_HEIGHT / 2


class Labels(NamedTuple):
    """Labels to be put on edges that lead from one layer to the next; `others` stand already, and circles around
    `centres`."""

    edges: Sequence[Segment]
    widths: Sequence[float]
    others: Sequence[Segment]
    centres: Sequence[Point] = ()

    def along(self, number: int, place: float) -> Segment | None:
        return along(self.edges[number], place, self.widths[number])

    def clear(self, number: int, at: Sequence[float]) -> float:
        """How clear the label of one edge is, with all of them where they are; best near its tail."""
        label = self.along(number, at[number])
        if label is None:
            return -math.inf
        rest = [self.along(k, place) for k, place in enumerate(at) if k != number]
        edge = self.edges[number]
        lines = [other for other in self.edges if not set(other) & set(edge)]
        near = clearance(label, [*self.others, *(other for other in rest if other is not None)], lines)
        near = min(near, off_circles(label, [centre for centre in self.centres if centre not in edge]))
        return near - 0.5 * abs(at[number] - NEAR_THE_TAIL)

    def worst(self, at: Sequence[float], floor: float = -math.inf) -> float:
        """The least clear of them; whatever is below the floor is not looked at more closely."""
        least = math.inf
        for number in range(len(at)):
            least = min(least, self.clear(number, at))
            if least < floor:
                break
        return least


def evenly(labels: Labels) -> list[float] | None:
    """One place (0 to 1) for the labels of all edges; None if that leaves one too close to another."""
    best = _even(labels)
    return best if labels.worst(best) >= COMFORTABLE else None


def one_by_one(labels: Labels) -> list[float] | None:
    """For each edge the place where its label is clearest; None if they do not all fit."""
    best = _even(labels)
    for _ in range(ROUNDS):
        for number in range(len(best)):
            tried = {place: [*best[:number], place, *best[number + 1 :]] for place in PLACES}
            clear = {place: labels.clear(number, at) for place, at in tried.items()}
            best[number] = max(clear, key=clear.__getitem__)
    return best if labels.worst(best) > 0 else None


def _even(labels: Labels) -> list[float]:
    best, clearest = PLACES[0], -math.inf
    for place in PLACES:
        clear = labels.worst([place] * len(labels.edges), clearest)
        if clear > clearest:
            best, clearest = place, clear
    return [best] * len(labels.edges)
