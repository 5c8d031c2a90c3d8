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
from typing import TypeAlias

Point: TypeAlias = tuple[float, float]
Segment: TypeAlias = tuple[Point, Point]

LABEL_HEIGHT = 11.0
RADIUS = 15.0
"""Of the circle of a unit."""

COMFORTABLE = 1.2
ROUNDS = 3
PLACES = tuple(place / 100 for place in range(12, 90, 2))


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


def clearance(label: Segment, labels: Sequence[Segment], edges: Sequence[Segment]) -> float:
    """How far a label is from the nearest other one; and, where it is clear of them, from the nearest other edge."""
    from_labels = min((distance(label, other) - LABEL_HEIGHT for other in labels), default=math.inf)
    from_edges = min((distance(label, edge) - LABEL_HEIGHT / 2 for edge in edges), default=math.inf)
    return min(from_labels, from_edges) if from_labels < 0 else min(from_labels, max(from_edges, 0.0) + 1.0)


def evenly(edges: Sequence[Segment], widths: Sequence[float], others: Sequence[Segment]) -> list[float] | None:
    """One place (0 to 1) for the labels of all edges; None if that leaves one too close to another.

    `others` are labels that stand already.
    """
    best = _even(edges, widths, others)
    return best if _worst(best, edges, widths, others) >= COMFORTABLE else None


def one_by_one(edges: Sequence[Segment], widths: Sequence[float], others: Sequence[Segment]) -> list[float] | None:
    """For each edge the place where its label is clearest; None if they do not all fit."""
    best = _even(edges, widths, others)
    for _ in range(ROUNDS):
        for number in range(len(edges)):
            clear = {place: _of_one(number, place, best, edges, widths, others) for place in PLACES}
            best[number] = max(clear, key=clear.__getitem__)
    return best if _worst(best, edges, widths, others) > 0 else None


def _even(edges: Sequence[Segment], widths: Sequence[float], others: Sequence[Segment]) -> list[float]:
    clear = {place: _worst([place] * len(edges), edges, widths, others) for place in PLACES}
    return [max(clear, key=clear.__getitem__)] * len(edges)


def _worst(at: Sequence[float], edges: Sequence[Segment], widths: Sequence[float], others: Sequence[Segment]) -> float:
    return min((_of_one(number, place, at, edges, widths, others) for number, place in enumerate(at)), default=0.0)


def _of_one(
    number: int,
    place: float,
    at: Sequence[float],
    edges: Sequence[Segment],
    widths: Sequence[float],
    others: Sequence[Segment],
) -> float:
    """How clear the label of one edge is at a place, with the others where they are."""
    label = along(edges[number], place, widths[number])
    if label is None:
        return -math.inf
    labels = [along(edge, at[k], widths[k]) for k, edge in enumerate(edges) if k != number]
    lines = [edge for k, edge in enumerate(edges) if k != number and not set(edge) & set(edges[number])]
    near = clearance(label, [*others, *(other for other in labels if other is not None)], lines)
    return near - 0.5 * abs(place - 0.3)
