"""Colours of a terminal: what each kind of text looks like. rich knows what the terminal can do."""

from __future__ import annotations

from collections.abc import Callable, Mapping

STYLES: Mapping[str, str] = {
    "title": "bold",
    "heading": "bold cyan",
    "name": "bold",
    "value": "green",
    "faint": "dim",
    "warning": "yellow",
    "good": "green",
    "bad": "bold red",
    "notice": "yellow",
}

Painter = Callable[[str, str], str]


def painter(system: str | None) -> Painter:
    """Colours a text by its kind, or leaves it."""
    if system is None:
        return lambda kind, text: text
    from rich.color import ColorSystem
    from rich.style import Style

    systems = {"standard": ColorSystem.STANDARD, "256": ColorSystem.EIGHT_BIT, "truecolor": ColorSystem.TRUECOLOR}
    styles = {kind: Style.parse(text) for kind, text in STYLES.items()}
    chosen = systems.get(system, ColorSystem.STANDARD)
    return lambda kind, text: styles[kind].render(text, color_system=chosen) if kind in styles else text
