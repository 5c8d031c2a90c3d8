"""A sheet as paper: lines of calculation among headings, bullets, remarks and prose, tables among lines.

A line is cut into its name and the parts of its chain; what continues it (a matrix over several lines, a further
`= ...` below) is put to it. What has no sign of equality is passed over, unless it is a row of a table.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from backprop_trace.files.sheet import blocks, tables
from backprop_trace.files.sheet.copied import uncommented, undoubled, without_tags
from backprop_trace.files.sheet.cut import NEW_LINE, SEPARATOR, at_time, cut, in_words, pieces
from backprop_trace.files.sheet.entries import Collected, is_prose
from backprop_trace.files.sheet.entry import Section, heading
from backprop_trace.files.sheet.limits import LONGEST_LINE, MOST_ROWS_JOINED
from backprop_trace.files.sheet.numbers import PICTURES, SIMPLE, as_number
from backprop_trace.files.source import Place
from backprop_trace.formulas.from_latex import cells_of, from_latex, looks_like_latex
from backprop_trace.formulas.numbers import NotANumber, number

_PLAIN = re.compile(
    r" *(?!(?i:step|iteration|sample|pattern|set)|e *[=≈] *2\.7)"
    r"((?:∂|[^\W\d_])(?:[\w+'/@^∂]|:(?=[^\W\d]))*(?:\[[0-9]{1,9}\])?)"
    rf" *[=≈] *({SIMPLE.pattern}) *"
)
"""Most lines are a name, a sign and a number: they need no second look."""
_COMMENT = re.compile(
    r"(?:^|\s)#|(?:^|\s)//|<!--|(?:^|\s)\(?shortcut:|"
    r"(?:(?:^|(?<=\d)[ \t]+)(?:%|/\*)|(?<=\d)[ \t]+(?:--|←|<--))[ \t]+(?=[^\W\d_]{2,}(?![\w(^]))"
)
_LEADER = re.compile(r"(?<=[\w)'+])\s*\.{4,}\s*(?=[-+−.]?\d)")
"""`net_h1 ...... 0.3775`"""
_EQUALS = re.compile(r"(?<=[\w'+)\]])\s*==\s*(?=[-+.\d]+\s*$)")
"""`assert net_h1 == 0.3775`"""
_TABLE_BEGINS = re.compile(r"\s*\{?\s*\\begin\{(?:tabular|longtable|array)\}")
_BULLET = re.compile(
    r"\s*(?:(?:[*•‣>]|[-–](?!\s*[\d.(](?=[^=:]*$)[^=:*·×/+−]*[*·×/+−])|\+(?!\s*[\d.(]|[^=:]*$)|\(?\d{1,3}[.)](?!\d)|\d{1,3}:(?=\s)|\(?(?:[A-Za-z]|[ivx]{1,4}|[IVX]{1,4})[.)]|>>>|\[\d{1,3}\]:?|"
    r"(?:Q\s?\d{1,2}[a-z]?|Ans(?:wer)?|Sol(?:ution)?)[.):]|\[(?:DEBUG|INFO|WARN(?:ING)?)\]|"
    rf"In \[\d+\]:|Out\[\d+\]:)\s+|{PICTURES}\s*)*(?:(?:[→⇒]|[-=]>)\s*{NEW_LINE})?"
)
_ARROW = re.compile(rf"\s*(?:[→⇒]|[-=]>)\s*{NEW_LINE}")
"""Before a new line of calculation; before a number an arrow goes on with the line above."""
_TERM = re.compile(r"[-+·×/]\s|⊙")
"""How a line begins that goes on with the sum or product above it."""
_PRODUCT_OF_NAMES = re.compile(r"(?!.*(?<![\w^_.])\.?\d)[^-+()]+[·*×⋅][^-+()]+")
_POWER = re.compile(r"(?<=[\w)\]])\*\*(?=[-(\w])|(?<=[\w)\]] )\*\*(?= [-(\w])")
_EMPHASIS = re.compile(r"\*\*")
"""What Markdown prints bold."""
_WIDE = str.maketrans("＝＋：（）［］，⟹⟺∴⟶➡➔➜⟵", "=+:()[],⇒⇒⇒→→→→←")
_INLINE = re.compile(r"(?:(?<!\$)\$(?!\$)|\\\(|(?<!`)`(?!`))(.+?)(?:(?<!\$)\$(?!\$)|\\\)|`)")
_WORD = re.compile(r"[^\W\d_]{2,}")
_MATRIX = re.compile(r"\\begin\{([bpvBV]?matrix)\}.{0,5000}?\\end\{\1\}", re.DOTALL)
_PROMPT = re.compile(
    r"\s*+(?:(>>>|In ?\[\d*\]:)\s*([^\W\d][\w.\[\]'\", ]*+(?:\(\))?)|"
    r"(?:[^#]*;\s*)?(print)\((?:f?[\"']\{)?([^\W\d][\w.]*)(?:\}[\"'])?\)|"
    r"([^\W\d][\w.\[\]'\"]*))\s*"
)
_SHOWN = re.compile(r"\s*(?:Out ?\[\d*\]:\s*)?(?=(?:np\.)?(?:array|tensor|matrix|float\d\d)\(|[-\[(]|\d)")
"""What Python shows when it is asked for a name."""
_PRINTED_BELOW = re.compile(r"\s*(?:Out ?\[\d*\]:\s*)?(?=(?:np\.)?(?:array|tensor|matrix)\()")
_ASKED = re.compile(r"\s*(?:julia>|octave:\d+>|>>?|\$)\s*([^\W\d][\w.]*)\s*")
_PAIR = re.compile(r"(\S{1,60})\s+(\S+)")
_PRINTED = re.compile(r"(\S{1,60})\s+((?:tensor|array|np\.array)\(.*|\(?\[.*)", re.DOTALL)
"""What Python prints of a name and an array."""
_NAME_LIKE = re.compile(r"\[?[^\W\d]|[∂∇Δ\\('\"`]")
_OPERATOR = re.compile(r"[-+*/·×÷^−]")
_ASIDE = re.compile(
    r"\s*e\s*[=≈]\s*2[.,]7\d*\s*|[^=≈]{0,40}:\s*\d+(?:\s*/\s*\d+)?\s*(?:points?|pts?|marks?|punkte?|p)\.?\s*",
    re.IGNORECASE,
)
"""What is no number of the exercise: `e ≈ 2.718`, `Total: 10 points`."""
_LATER = re.compile(
    r"(?:after|nach)\s+(?!(?:1|one|a|the|einem?)\s)[\w.,]+\s+(?:epoche?n?s?|iterations?|steps?)", re.IGNORECASE
)
"""A label that puts a line where no step of the sheet is: `After 10,000 epochs`."""
LONGEST_TOPIC = 40
FAR = 0.5
"""By more than so much of the larger one differ numbers that are not meant to be the same."""
_EQUATES = re.compile(r"(?<![<>=!])=(?!=)|:=|≈|≃|≐|→|←|->")


class _Line(NamedTuple):
    """A line of the page, with the lines its brackets go over put to it."""

    number: int
    text: str
    column: int = 1
    plain: re.Match[str] | None = None


def read_paper(sheet: Collected) -> None:
    """Reads what is on the page into the sheet."""
    _Paper(sheet).read()


class _Paper:
    def __init__(self, sheet: Collected):
        self.sheet, self.section = sheet, Section()
        self.tables = tables.Tables(sheet)
        self.spelling, self.place, self.sure, self.about = "", Place(1, 1), True, ""
        self.topic = ""
        """What was passed over last: it may say what the lines below it are about."""
        self.parts: list[tuple[str, Place]] = []
        self.rows: list[list[str]] = []

    def read(self) -> None:
        for line in _joined(uncommented(self.sheet.text)):
            self.line(line)
        self.close()

    def line(self, line: _Line) -> None:
        if line.plain is not None:
            name, value = line.plain.group(1, 2)
            place = Place(line.number, line.plain.start(1) + 1, len(name))
            value_place = place._replace(column=line.plain.start(2) + 1, length=len(value))
            self.begin(name, place, [(value, value_place)], about=self.topic)
            return
        if not line.text.strip():
            return
        if len(line.text) > LONGEST_LINE:
            self.close()
            reason = f"a line of {len(line.text):,} characters; {LONGEST_LINE:,} are the limit"
            self.sheet.pass_over(line.text[:200], Place(line.number, 1), reason)
            return
        place = Place(line.number, line.column, max(1, len(line.text.split("\n")[0].strip())))
        text = line.text.strip().strip("-=*_ ").rstrip(":")
        inner = heading(text, Section()) or heading(text, self.section)
        if inner is not None and not _EQUATES.search(re.sub(r"^\W*set ", "", line.text).partition("=")[0]):
            self.close()
            self.section = inner
        elif self.continues(line, place):
            return
        elif (cells := self.tables.cells(line.text)) is not None:
            self.close()
            self.tables.row(cells, self.section, place)
        elif (found := blocks.pairs(line.text)) is not None:
            self.close()
            for name, value in found:
                self.sheet.add(name, [(value, place)], self.section, place)
        else:
            self.equations(line)

    def continues(self, line: _Line, place: Place) -> bool:
        """Does a line go on with what the one before began: `= 0.3775`, or a row of numbers?"""
        text = line.text.strip()
        if self.spelling and (sign := SEPARATOR.match(text)) and sign.group() not in (":", "~"):
            first, *others = SEPARATOR.split(text[sign.end() :])
            if self.has_number() and others and _PRODUCT_OF_NAMES.fullmatch(first.strip()):
                text = text[sign.end() :].lstrip()  # it is not equal to what stands above
                self.equations(_Line(line.number, text, line.column + len(line.text) - len(text)))
                return True
            if not re.search(r"\d" if self.has_number() else r"\w", text):
                self.sheet.pass_over(text, place)  # `= ?` below a number takes nothing away from it
                return True
            if self.has_number() and self.is_another(others):
                self.sheet.pass_over(text, place)
                return True
            (here, _), *further = pieces(text)
            self.parts += [(part, place) for part in SEPARATOR.split(here) if part.strip()]
            for piece, column in further:
                self.piece(piece, line.number, line.column + column, "", "")
            return True
        if self.parts and _TERM.match(text):
            first, *others = SEPARATOR.split(text)
            before, at = self.parts[-1]
            self.parts[-1] = f"{before} {first.strip()}", at
            self.parts += [(part, place) for part in others if part.strip()]
            return True
        row = blocks.loose_row(text, self.sheet.decimal_comma)
        if self.spelling and not self.parts and row is not None:
            self.rows.append(row)
            return True
        if row is not None and "\t" in line.text:
            return self.tables.goes_on(row)
        return False

    def is_another(self, parts: list[str]) -> bool:
        """Does a calculation below a complete line end in a number that its number cannot be rounded to?"""
        if not parts or not self.is_number(parts[-1]):
            return False
        texts = (as_number(text, self.sheet.decimal_comma) or "0" for text in (self.parts[-1][0], parts[-1]))
        above, below = (float(number(text)) for text in texts)
        return abs(above - below) > FAR * max(abs(above), abs(below))

    def has_number(self) -> bool:
        """Does the line that is open end in a number?"""
        return bool(self.parts) and self.is_number(self.parts[-1][0])

    def is_number(self, text: str) -> bool:
        try:
            return as_number(text, self.sheet.decimal_comma) is not None
        except NotANumber:
            return False

    def equations(self, line: _Line) -> None:
        """The calculations on a line; what the first one is about, the others are about."""
        about, text = at_time(line.text)
        if about and not text.strip():
            self.pass_over(line.text, Place(line.number, line.column))
            self.topic = about
            return
        labels = about, ""
        for piece, column in pieces(text):
            labels = self.piece(piece, line.number, line.column + len(line.text) - len(text) + column, *labels)

    def piece(self, text: str, number: int, column: int, about: str, where: str) -> tuple[str, str]:
        """One line of calculation, or one of several on a line; returns the labels that hold for those behind it."""
        spelling, parts, label, section = cut(text, number, column)
        spelling, about, where = spelling.lstrip("* "), label or about, section or where
        while spelling[:1] == "{" and spelling[-1:] == "}":
            spelling = spelling[1:-1].strip()
        place = Place(number, column, max(1, len(spelling)))
        if parts is None:
            self.close()
            self.no_equation(text, place)
        elif _ASIDE.fullmatch(text) or _LATER.match(about):
            self.close()
            self.pass_over(text, place)
        elif _NAME_LIKE.match(spelling):
            sure = not _may_be_prose(spelling, text) and "  " not in spelling
            self.begin(f"{where}: {spelling}" if where else spelling, place, parts, sure, about or self.topic)
        elif _OPERATOR.search(spelling) and _EQUATES.search(text):
            self.begin(spelling, place, parts, sure=False)  # it may be a side calculation
        else:
            self.close()
            self.pass_over(text, place)
        return about, where

    def begin(
        self, spelling: str, place: Place, parts: list[tuple[str, Place]], sure: bool = True, about: str = ""
    ) -> None:
        """A line of calculation, which later ones may go on with."""
        self.close()
        self.spelling, self.place, self.sure, self.about = spelling, place, sure, about
        self.parts = [part for part in parts if part[0]]

    def no_equation(self, text: str, place: Place) -> None:
        """`E 0.2984` may be a name and its number, `w6 becomes 0.4087` says both; anything else is prose."""
        told = in_words(text)
        if told is None and (pair := _PRINTED.fullmatch(text.strip())):
            told = (pair[1], pair[2]) if blocks.rows(pair[2]) is not None or self.is_number(pair[2]) else None
        if told is None and (pair := _PAIR.fullmatch(text.strip())) and self.is_number(pair[2]):
            told = pair[1], pair[2]
        if told is None or not _NAME_LIKE.match(told[0]):
            self.pass_over(text, place)
        else:
            self.sheet.add(told[0], [(told[1], place)], self.section, place, sure=False, about=self.topic)

    def pass_over(self, text: str, place: Place) -> None:
        is_topic = len(text) <= LONGEST_TOPIC and not _EQUATES.search(text)
        self.topic = text.strip().rstrip(":") if is_topic else ""
        self.sheet.pass_over(text, place)

    def close(self) -> None:
        """The line that was open is complete."""
        if self.rows:
            if len(self.rows) == 1 and len(self.rows[0]) == 1:
                self.sheet.add(self.spelling, [(self.rows[0][0], self.place)], self.section, self.place)
            else:
                self.sheet.add_block(self.spelling, self.rows, self.section, self.place, self.place)
        elif self.spelling and len(self.parts) == 1 and self.is_remark():
            self.sheet.pass_over(f"{self.spelling}: {self.parts[0][0]}", self.place)
        elif self.spelling:
            self.sheet.add(self.spelling, self.parts, self.section, self.place, self.sure, self.about)
        self.spelling, self.parts, self.rows = "", [], []

    def is_remark(self) -> bool:
        """`Name: Student A`"""
        return is_prose(self.parts[0][0]) or (not self.sure and not re.search(r"\d", self.parts[0][0]))


def _joined(text: str) -> Iterator[_Line]:
    """The lines without comments and bullets; where a bracket stays open, with those up to its end."""
    lines = _MATRIX.sub(_on_one_line, text).splitlines()
    number = 0
    while number < len(lines):
        number += _asked_of_python(lines, number)
        first = number
        too_long = len(lines[number]) > LONGEST_LINE
        plain = None if too_long else _PLAIN.fullmatch(lines[number])
        if too_long or plain is not None:
            number += 1
            yield _Line(number, lines[first], plain=plain)
            continue
        content, column = _bare(lines[number])
        number += 1
        if blocks.open_brackets(content) > 0 and re.search(r"[\[{(]", content):
            whole, end = content, number
            while end < len(lines) and end - first < MOST_ROWS_JOINED and blocks.open_brackets(whole) > 0:
                if _begins_anew(lines[end]) or len(whole) + len(lines[end]) > LONGEST_LINE:
                    break
                whole += "\n" + _COMMENT.split(lines[end], maxsplit=1)[0]
                end += 1
            if blocks.open_brackets(whole) <= 0:
                content, number = whole, end
        yield _Line(first + 1, content, column)


def _on_one_line(matrix: re.Match[str]) -> str:
    """A matrix of LaTeX; the lines below it keep their numbers."""
    return matrix[0].replace("\n", " ") + "\n" * matrix[0].count("\n")


def _asked_of_python(lines: list[str], number: int) -> int:
    """`>>> dW2`, or just the name, and what is shown below it are one line: puts them together, and says by how many
    lines. `> dW2`, as R and Julia ask, begins the rows of numbers below it."""
    if (asked := _ASKED.fullmatch(lines[number])) and any(map(blocks.loose_row, lines[number + 1 : number + 4])):
        lines[number] = f"{asked[1]} ="
        return 0
    prompt = _PROMPT.fullmatch(lines[number]) if number + 1 < len(lines) else None
    shown = (_PRINTED_BELOW if prompt[5] else _SHOWN).match(lines[number + 1]) if prompt else None
    if prompt is None or shown is None:
        return 0
    lines[number + 1] = f"{prompt[2] or prompt[4] or prompt[5]} = {lines[number + 1][shown.end() :]}"
    return 1


def _begins_anew(line: str) -> bool:
    """Does a new line of calculation stand here, whatever is still open above?"""
    return bool(re.match(r"\s*[^\W\d][\w'+^/]*\s*=", line))


def _bare(line: str) -> tuple[str, int]:
    """A line without its comment, bullet, quotation and LaTeX, and the column where it begins."""
    content = _COMMENT.split(without_tags(undoubled(line)), maxsplit=1)[0].rstrip().translate(_WIDE)
    content = _LEADER.sub(" = ", _EQUALS.sub("=", content))
    if _TABLE_BEGINS.match(content):
        return "", 1
    content = _out_of_prose(content)
    if looks_like_latex(content) and not content.lstrip().startswith("|"):  # a row of a table: its cells later
        cells = cells_of(content)
        content = from_latex(content) if cells is None else "\t".join(map(from_latex, cells))
    goes_on = line.lstrip().startswith("&")  # a row of a display, with a sign and no bullet
    if goes_on and not (SEPARATOR.match(content) or _TERM.match(content)) and content[:1] == "[":
        content = f"· {content}"  # a product goes on
    bullet = (_ARROW if goes_on else _BULLET).match(content)
    start = bullet.end() if bullet else len(content) - len(content.lstrip())
    indent = len(line) - len(line.lstrip("\n"))
    return _EMPHASIS.sub("", _POWER.sub("^", content[start:].replace("`", ""))), start + 1 + indent


def _out_of_prose(line: str) -> str:
    """The equations in a sentence: `We repeat the same for $h_2 = 0.5969$.`"""
    pieces = _INLINE.split(line)
    sentence, inline = " ".join(pieces[::2]), pieces[1::2]
    equations = [each for each in inline if _EQUATES.search(each)]
    if not equations or _EQUATES.search(sentence) or len(_WORD.findall(sentence)) < 2:
        return line
    return ";  ".join(f"${each}$" if "\\" in each else each for each in equations)


def _may_be_prose(spelling: str, text: str) -> bool:
    """`Homework 3: 5 points`, `Score: 12`"""
    if "=" in text or "≈" in text:
        return len(spelling.split()) > 6
    return " " in spelling or bool(re.fullmatch(r"[^\W\d_]{4,}", spelling) and re.search(r":\s*\d+\s*$", text))
