"""A curve as SVG: axes, their ends, and points joined by straight lines."""

from __future__ import annotations

import math

from backprop_trace.formulas.notation.mathml import escaped
from backprop_trace.render.blocks import Curve, Series

WIDTH, HEIGHT = 640, 220
STYLE = """\
polyline{fill:none;stroke:#1f55bf;stroke-width:2}.sparse{stroke-dasharray:2 4}.axis{fill:none;stroke:#8f8c84}
text{font-size:13px;fill:#5a5d65}"""
"""For where no page has a style of its own."""


def plot(curve: Curve, style: str = "") -> str:
    """The picture; nothing where there is no point that can be drawn."""
    series = [[(x, math.log10(y) if curve.log else y) for x, y in _drawable(each, curve.log)] for each in curve.series]
    points = [point for each in series for point in each]
    if not points:
        return ""
    (left, right), (low, high) = ((min(axis), max(axis)) for axis in zip(*points, strict=True))

    def place(x: float, y: float) -> str:
        across = (x - left) / (right - left or 1) * (WIDTH - 90) + 70
        return f"{across:.1f},{(high - y) / (high - low or 1) * (HEIGHT - 50) + 12:.1f}"

    lines = "".join(
        f'<polyline class="{"sparse" if given.sparse else "curve"}" '
        f'points="{" ".join(place(*point) for point in each)}"/>'
        for given, each in zip(curve.series, series, strict=True)
    )
    above, below = (curve.tick(10**end if curve.log else end) for end in (high, low))
    labels = [(64, 18, "end", above), (64, HEIGHT - 36, "end", below)]
    labels += [(70, HEIGHT - 16, "start", curve.tick(left, 6)), (WIDTH - 20, HEIGHT - 16, "end", curve.tick(right, 6))]
    texts = "".join(f'<text x="{x}" y="{y}" text-anchor="{anchor}">{text}</text>' for x, y, anchor, text in labels)
    axes = f'<path class="axis" d="M70 8V{HEIGHT - 34}H{WIDTH - 16}"/>'
    head = f"<title>{escaped(curve.caption or 'curve')}</title>" + (f"<style>{style}</style>" if style else "")
    frame = f'xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img"'
    return f"<svg {frame}>{head}{axes}{lines}{texts}</svg>"


def _drawable(series: Series, log: bool) -> list[tuple[float, float]]:
    """The points that are finite and, on a logarithmic scale, positive."""
    return [(x, y) for x, y in series.points if math.isfinite(y) and (y > 0 or not log)]
