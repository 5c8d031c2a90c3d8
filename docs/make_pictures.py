"""The pictures of the README, drawn from what the program prints.

python docs/make_pictures.py        writes docs/*.svg
"""

from __future__ import annotations

import html
import io
import re
import shlex
import sys
from collections.abc import Mapping
from contextlib import redirect_stdout
from pathlib import Path

from rich.console import Console
from rich.terminal_theme import TerminalTheme
from rich.text import Text

from backprop_trace.cli import main

HERE = Path(__file__).parent

PICTURES: Mapping[str, str] = {
    "mazur": "backprop-trace show mazur --only 'dE/dw1' --with-ancestors",
    "hmkcode": "backprop-trace show hmkcode --engine exact --phase update",
}
"""Name of the file: the command whose output it shows."""

NETWORK = "backprop-trace show mazur --format svg"
"""What it prints is a picture already."""

THEME = TerminalTheme(
    (255, 255, 255),
    (36, 41, 46),
    [
        (36, 41, 46),
        (179, 29, 40),
        (17, 99, 41),
        (122, 89, 0),
        (3, 47, 98),
        (90, 50, 163),
        (0, 92, 140),
        (106, 115, 125),
    ],
)
CHARACTER = 12.2
"""How wide rich draws a character."""
_TEXT = re.compile(r'<text (class="[^"]*") x="([\d.]*)" (y="[\d.]*") textLength="[\d.]*" ([^>]*)>(.*?)</text>')
_REMOTE_FONT = re.compile(r"@font-face \{.*?\}\s*", re.DOTALL)


def output(command: str, color: bool = True) -> str:
    """What a command prints."""
    arguments, printed = sys.argv, io.TextIOWrapper(io.BytesIO(), encoding="utf-8")
    sys.argv = [*shlex.split(command), *(["--color"] if color else [])]
    try:
        with redirect_stdout(printed):
            main()
    except SystemExit:
        pass
    finally:
        sys.argv = arguments
    printed.seek(0)
    return printed.read()


def picture(command: str, name: str) -> str:
    """The command and its output as SVG; fonts are those of the reader's machine."""
    lines = Text.from_ansi(output(command))
    width = max(map(len, lines.plain.splitlines()))
    console = Console(record=True, width=width, file=io.StringIO(), force_terminal=True, color_system="truecolor")
    console.print(lines)
    svg = console.export_svg(title=command, theme=THEME, unique_id=name)
    return _TEXT.sub(_words_in_place, _REMOTE_FONT.sub("", svg))


def _words_in_place(text: re.Match[str]) -> str:
    """Every word at a place of its own: columns stay straight in any font, and where blanks at the edges get lost."""
    kind, x, y, rest, content = text.groups()
    placed = []
    for word in re.finditer(r"[^\xa0]+(?:\xa0[^\xa0]+)*", html.unescape(content)):
        start = float(x) + word.start() * CHARACTER
        place = f'x="{start:.1f}" {y} textLength="{len(word[0]) * CHARACTER:.1f}"'
        placed.append(f"<text {kind} {place} {rest}>{html.escape(word[0])}</text>")
    return "".join(placed)


if __name__ == "__main__":
    (HERE / "network.svg").write_text(output(NETWORK, color=False), encoding="utf-8")
    for name, command in PICTURES.items():
        (HERE / f"{name}.svg").write_text(picture(command, name), encoding="utf-8")
