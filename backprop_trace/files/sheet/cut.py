"""A line of calculation cut into its name and the parts of its chain, whichever way round it was written.

>>> cut("H1: net = 0.0275 + 0.35 = 0.3775").name, cut("H1: net = 0.0275 + 0.35 = 0.3775").about
('net', 'H1')
>>> [(each.name, [part for part, _ in each.parts]) for each in map(cut, ("w5: 0.4 -> 0.3589", "σ(0.38) = 0.594 = a1"))]
[('w5 new', ['0.3589']), ('a1', ['σ(0.38)', '0.594'])]
>>> in_words("w6 is updated to 0.4087"), in_words("The net input of h1 is 0.3775."), in_words("This is an example.")
(('w6 new', '0.4087'), ('The net input of h1', '0.3775'), None)
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from backprop_trace.files.sheet import blocks
from backprop_trace.files.sheet.entry import Section, heading
from backprop_trace.files.source import Place

SEPARATOR = re.compile(
    r":=|(?<![<>=!:~*/-])(?<!\s\+)=(?![=>])|≈=?|≃|≅|≐|≡|[→←⟶⟵⇒]|->|=>|<-(?!\d)|=~|~=|(?<![\w)])~|~(?=\s)|:(?=\s)|:(?=[-+.\d([{−–])"
)
_ARROWS = ("→", "⟶", "⇒", "->", "=>")
NEW_LINE = r"(?=(?:∂|∇|[^\W\d])\S{0,40}\s*[=≈])"
MOST_ON_A_LINE = 12
"""So many are told apart that have nothing but a space between."""
_TIGHT = r"[^\W\d][^\s=:]{0,40}(?:=|: ?)[-+−]?(?:\d++(?:\.\d*+)?|\.\d++)"
"""A name and its number, without spaces between."""
_NEXT = re.compile(
    r"[;,]\s*(?:and\s+)?(?=[^\W\d](?:\{[^{}\n]{0,20}\}|[^=:;,{}]){0,40}?\s*(?:=|:=|≈)(?!=))"
    r"|\s(?:and|und)\s(?=[^\W\d]\S{0,40}\s*=)|(?<!\s)(?:\s{3,}+|\s?\u2003\s?)(?=(?:∂|[^\W\d])\S{0,40}\s*[=:])"
    rf"|(?<=\d)\s{{2,}}+{NEW_LINE}|\s(?:→|->|=>|⇒|\|)\s*{NEW_LINE}|(?<=\d)[ \t](?={_TIGHT}\s*(?:$|[,;]|{_TIGHT}))"
    r"|\s?;\s+(?=[^\W\d][^=:;]{0,40}:\s)"
)
_ASSIGNED = re.compile(
    r"(?P<name>[^\W\d][\w.\[\]'\"]{0,40})(?:\s+|\s*(?=-))(?P<sign>[-+])=\s*(?P<step>[^:=≈→]+?)\s*"
    r"(?::|(?P<equal>=|≈|→|->|$))"
)
_CALCULATION = re.compile(r"[-+−]?[\d.½¼√([]|.*?(?:\s[-+*·×/−]\s*\S|[*·×−½²]|\(\s*[-−]?\d*[.,]\d)")
_ABOUT = re.compile(
    rf"^\s*(?:(?:for|at|in|für|bei|am|pour|para|en)\s+(?P<about>[^,:=]{{1,40}}?)\s*[,:]\s+|"
    rf"(?P<unit>[^=≈:→]{{1,40}}?)\s*(?:=>|⇒|→|->)\s*{NEW_LINE})",
    re.IGNORECASE,
)
"""`For o1, net = 1.1059` and `neuron h1 => net = 0.3775` are about o1 and h1."""
_AT_TIME = re.compile(
    r"\s*(?:(?:at|bei|for)\s+)?(?:t\s*=|time ?step|zeitschritt)\s*(\d{1,3})\s*(?:[:,]\s*|$)", re.IGNORECASE
)
_OF_TIME = re.compile(r"_\{?t=(\d{1,3})(?![\d.,])\}?")
_A_NAME = re.compile(r"(?:∂|∇|[^\W\d])[\w'+^∂/]{0,40}")
_DECIMAL = re.compile(r"[-+−]?(?:\d{1,9}(?:[.,]\d{0,30})?|[.,]\d{1,30})")
_NUMBER = r"[-+−]?\.?\d[\d.,]*(?:[eE][-+−]?\d+)?"
_IN_WORDS = re.compile(
    r"(?P<name>\S.{0,60}?)\s+(?:(?P<new>(?:(?:is|was|gets|has been|wird|wurde)\s+)?(?:now\s+)?"
    r"(?:updated|changed|adjusted|changes|goes|moves|drops|rises|decreases|increases|falls|shrinks|grows|reduced|increased|"
    r"decreased|sinkt|steigt|aktualisiert|becomes|is now|wird)\s+"
    rf"(?:(?:from|von)\s+{_NUMBER}\s+)?(?:(?:to|zu|auf)\s+)?)|"
    r"(?:(?:equals|is equal to|is|comes (?:out )?(?:to|as)|works out (?:to|as|at)|evaluates to|ist(?: gleich)?|beträgt|"
    r"ergibt(?: sich zu)?)\s+(?:(?:about|approximately|roughly|now|therefore|thus|then|hence|etwa|ungefähr|"
    r"ca\.|also|daher|somit|damit)\s+)?)|"
    rf"(?P<to>(?:from|von)\s+{_NUMBER}\s+(?:to|auf|zu)\s+))"
    rf"(?P<value>{_NUMBER}(?<=\d)\s?%?)[.,]?"
)


_WE_UPDATE = re.compile(
    rf".{{0,60}}?\b(?:update|change|adjust)\s+(?P<name>\S{{1,20}})\s+(?:from\s+{_NUMBER}\s+)?to\s+(?P<value>{_NUMBER}(?<=\d))\.?"
)
_OLD_AND_NEW = re.compile(rf"(?:old|alt)\s+{_NUMBER}\s*[,;]\s*(?:new|neu)\s+({_NUMBER})")


def at_time(text: str) -> tuple[str, str]:
    """`t=2: h = 0.49` at its time step, and the rest."""
    found = _AT_TIME.match(text)
    return (f"t={found[1]}", text[found.end() :]) if found else ("", text)


class Cut(NamedTuple):
    """A line in its pieces: no `parts` where there is no sign of equality. `about` is a label before the name,
    `where` one that says the step or sample."""

    name: str
    parts: list[tuple[str, Place]] | None
    about: str = ""
    where: str = ""


def pieces(text: str) -> Iterator[tuple[str, int]]:
    """Several lines of calculation that stand on one, each with where it begins."""
    if "\n" in text:
        yield text, 0
        return
    start = count = 0
    for found in _NEXT.finditer(text):
        before = text[start : found.start()]
        tight = found.group() in (" ", "\t")
        if count < MOST_ON_A_LINE and blocks.open_brackets(before) == 0 and SEPARATOR.search(before):
            yield before, start
            start, count = found.end(), count + tight
    yield text[start:], start


def cut(text: str, number: int = 1, column: int = 1) -> Cut:
    """The name and the parts of the chain, each with its place."""
    text = _assigned(_ABOUT.sub(lambda found: f"{found['about'] or found['unit']}: ", _OF_TIME.sub(r"_\1", text)))
    cuts = [found for found in SEPARATOR.finditer(text) if blocks.open_brackets(text[: found.start()]) == 0]
    if not cuts:
        return Cut(text.strip(), None)
    equal = next((found for found in cuts if found.group() not in (":", "~")), None)
    labels = [found for found in cuts if equal is not None and found.start() < equal.start()]
    cuts = cuts[len(labels) :] if equal is not None else cuts[:1]
    name, where, about, first = _unlabelled(text[: cuts[0].start()], labels)
    ends = [*[each.start() for each in cuts[1:]], len(text)]
    parts = []
    for found, end in zip(cuts, ends, strict=True):
        part = text[found.end() : end]
        indent = len(part) - len(part.lstrip())
        place = Place(number, column + found.end() + indent, max(1, len(part.split("\n")[0].strip())))
        parts.append((part.strip(), place))
    if first:
        parts.insert(0, (first, Place(number, column, len(first))))
    return _told(where, name, parts, about, cuts[-1].group() in _ARROWS)


def _assigned(text: str) -> str:
    """`w5 -= 0.5 * 0.0822` is `w5 new = w5 - (0.5 * 0.0822)`."""
    found = _ASSIGNED.match(text)
    if found is None:
        return text
    name, sign, step = found.group("name", "sign", "step")
    return (
        f"{name} new = {name} {sign} ({step}) {'=' if found['equal'] is None else found['equal']}{text[found.end() :]}"
    )


def _unlabelled(text: str, labels: list[re.Match[str]]) -> tuple[str, str, str, str]:
    """The name, the labels before it (of its section, and of what it is about), and what stands between the label and
    the sign of equality, if that is no name.

    `Hidden layer: net_h1` is net_h1 of the hidden layer, `step 2: E` keeps its section, `E1: ½(0.01 - 0.75)²` is E1.
    """
    starts = [0, *(label.end() for label in labels)]
    ends = [*(label.start() for label in labels), len(text)]
    found = [piece for start, end in zip(starts, ends, strict=True) if (piece := text[start:end].strip())]
    first = found.pop() if len(found) > 1 and _CALCULATION.match(found[-1]) else ""
    kept = [piece for piece in found[:-1] if heading(piece, Section()) is not None]
    others = [piece for piece in found[:-1] if piece not in kept]
    return "".join(found[-1:]), ": ".join(kept), "".join(others[-1:]), first


def _told(where: str, name: str, parts: list[tuple[str, Place]], about: str, by_arrow: bool) -> Cut:
    """`w5 = 0.4 -> 0.3589` tells the new value; `σ(0.38) = 0.594 = a1` has its name at the end."""
    texts = [part for part, _ in parts]
    if by_arrow and len(parts) == 2 and all(map(_DECIMAL.fullmatch, texts)) and not _rounded(*texts):
        return Cut(f"{name} new", parts[1:], about, where)
    if old_and_new := _OLD_AND_NEW.fullmatch(texts[-1]):
        return Cut(f"{name} new", [(old_and_new[1], parts[-1][1])], about, where)
    if _CALCULATION.match(name) and _A_NAME.fullmatch(texts[-1]) and any(re.search(r"\d", text) for text in texts[:-1]):
        return Cut(texts[-1], [(name, parts[-1][1]), *parts[:-1]], about, where)
    return Cut(name, parts, about, where)


def _rounded(long: str, short: str) -> bool:
    """Is `0.75136507 -> 0.7514` the same number, with fewer digits?"""
    long, short = (text.replace(",", ".").replace("−", "-") for text in (long, short))
    places = len(short.partition(".")[2])
    return places < len(long.partition(".")[2]) and abs(float(long) - float(short)) <= 10**-places


def in_words(text: str) -> tuple[str, str] | None:
    """The name and the number of a sentence that says them: `w6 is updated to 0.4087`, `we update w7 to 0.5113`."""
    if found := _WE_UPDATE.fullmatch(text.strip()):
        return f"{found['name']} new", found["value"]
    found = _IN_WORDS.fullmatch(text.strip())
    return (f"{found['name']}{' new' if found['new'] or found['to'] else ''}", found["value"]) if found else None
