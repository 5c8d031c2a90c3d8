"""What programs make of text that is copied: mathematical letters of their own, tags of HTML, formulas thrice.

>>> as_typed("𝜕𝐸/𝜕𝑤5 = 0{,}0822"), without_tags("net<sub>h1</sub> &asymp; <b>0.3775</b>")
('∂E/∂w5 = 0,0822', 'net_{h1} ≈ 0.3775')
>>> undoubled("neth1=0.3775net_{h1} = 0.3775neth1\u200b=0.3775")
'net_{h1} = 0.3775'
"""

from __future__ import annotations

import html
import re
import unicodedata

_OWN_LETTERS = re.compile("[\U0001d400-\U0001d7ffℎℯℊℴℬℰℱℋℐℒℳℛℓ]+")
_TAG = re.compile(
    r"</?(?:b|i|em|strong|p|br|span|div|li|ul|ol|code|pre|u|font|mark)(?:\s[^<>]{0,200})?/?>", re.IGNORECASE
)
_INDEX = re.compile(r"<(su[bp])>([^<>]{0,40})</\1>", re.I)
_ENTITY = re.compile(r"&(?:[A-Za-z]{2,10}|#\d{2,6});")
_ESCAPED = re.compile(r"\\\\\((.{1,2000}?)\\\\\)")
"""Mathematics in Markdown, where a backslash is written twice."""
_HASHES = re.compile(r"^[ \t]*#{1,2}(?=[ \t])", re.MULTILINE)
_NO_WIDTH = re.compile("[\u200b\u200c\u2060\ufeff\u00ad]")
_PRINT_HEADS = re.compile(
    r"^[ \t]*\[(?:\d{1,5},?|,\d{1,5})\](?=[ \t]+[-\d.])|^[ \t]*(?:\[,\d{1,5}\][ \t]*)+$|"
    r"\b\d{1,9}(?:-element|×\d{1,9}) [A-Z]\w*\{[^{}\n]{0,40}\}:?[ \t]*$",
    re.MULTILINE,
)
_EPOCH = (
    r"^[ \t]*[\[(]?\b(?:epoche?|época|époque)\b[ \t]*[:#=\[]?[ \t]*{}(?:[ \t]*/[ \t]*\d+)?\b[\])]?"
    r"[ \t]*[,:|–-]*[ \t]+(?=\S)"
)
LONGEST_DOUBLED = 2_000


def as_typed(text: str) -> str:
    """Letters of mathematics as those on a keyboard, one for one; `0{,}59` as 0,59; mathematics of Markdown as LaTeX;
    and without what stands before numbers when they are printed."""
    text = text.replace("∆", "Δ")
    text = _ESCAPED.sub(r" \\(\1 \\)", text.replace("{,}", ",") if "{,}" in text else text)
    text = _without_heads(text)
    if text.isascii():
        return text
    return _OWN_LETTERS.sub(lambda found: unicodedata.normalize("NFKC", found[0]), text)


def _without_heads(text: str) -> str:
    """Without what R and Julia print around the numbers of a vector or matrix, and without `Epoch 1:` before a line (or
    `Epoch 0:`, where epochs are counted from 0). What stands behind keeps its column."""
    counted_from = 0 if re.search(_EPOCH.format(0), text, re.IGNORECASE | re.MULTILINE) else 1
    text = re.sub(_EPOCH.format(counted_from), _blank, text, flags=re.IGNORECASE | re.MULTILINE)
    return _PRINT_HEADS.sub(_blank, text)


def uncommented(text: str) -> str:
    """Without the `##` before each line, as R prints its output; a sheet that has other lines has comments."""
    is_output = all(re.match(r"\s*(?:#|$)", line) for line in text.splitlines())
    return _HASHES.sub(_blank, text) if is_output else text


def _blank(found: re.Match[str]) -> str:
    return " " * len(found[0])


def without_tags(line: str) -> str:
    """A line of HTML as plain text or LaTeX: indices below and above keep their places."""
    if "<" in line and ">" in line:
        line = _INDEX.sub(lambda found: f"{'_' if found[1].lower() == 'sub' else '^'}{{{found[2]}}}", line)
        line = _TAG.sub("", line)
    return html.unescape(line) if "&" in line and _ENTITY.search(line) else line


def undoubled(line: str) -> str:
    """Web pages give a formula thrice when it is copied: as text, as LaTeX, as text with spaces of no width. The LaTeX
    is kept."""
    if not _NO_WIDTH.search(line):
        return line
    signs = [(place, sign) for place, sign in enumerate(line) if not (sign.isspace() or _NO_WIDTH.match(sign))]
    longest = _border("".join(sign for _, sign in signs)) if len(signs) <= LONGEST_DOUBLED else 0
    if "=" in (sign for _, sign in signs[:longest]):
        return _NO_WIDTH.sub("", line[signs[longest][0] : signs[-longest][0]]).strip()
    return _NO_WIDTH.sub("", line)


def _border(text: str) -> int:
    """The longest beginning of a text, less than half of it, that is its end, too."""
    fits = [0] * len(text)
    for place in range(1, len(text)):
        length = fits[place - 1]
        while length and text[place] != text[length]:
            length = fits[length - 1]
        fits[place] = length + (text[place] == text[length])
    longest = fits[-1] if text else 0
    while 2 * longest >= len(text) and longest:
        longest = fits[longest - 1]
    return longest
