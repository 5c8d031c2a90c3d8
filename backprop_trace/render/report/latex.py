r"""A report as a LaTeX document that compiles with pdflatex.

Formulas stand in running text, where TeX breaks them between the terms.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from backprop_trace.check.report import JudgedLine, Report
from backprop_trace.check.wording import Forms, Language
from backprop_trace.files.source import printable
from backprop_trace.formulas.notation import LATEX
from backprop_trace.formulas.notation.names import ASCII_NAMES, FLAT_LATEX_NAMES
from backprop_trace.formulas.notation.tex import LONGEST_WORD, escaped
from backprop_trace.render.report.told import (
    KINDS,
    Mistake,
    ReportView,
    expected_of,
    headline,
    hidden_notes,
    key_of,
    legend,
    missing_note,
    mistakes,
    name_of,
    notes,
    place_of,
    remark,
    same_in,
    sections,
    sentence,
    shown_lines,
    title,
    unknown_lines,
    verdict_of,
    written_of,
)

LANGUAGE = Language(LATEX, FLAT_LATEX_NAMES, ASCII_NAMES)

PREAMBLE = r"""\documentclass[11pt,a4paper]{article}
\usepackage[margin=20mm]{geometry}
\usepackage{amsmath,amssymb,array,booktabs,longtable,xcolor}
\IfFileExists{lmodern.sty}{\usepackage[T1]{fontenc}\usepackage{lmodern}}{}
\setlength{\parindent}{0pt}
\setlength{\parskip}{4pt}
\setlength{\emergencystretch}{3em}
\renewcommand{\arraystretch}{1.1}
\definecolor{good}{rgb}{0,0.45,0.1}
\definecolor{notice}{rgb}{0.65,0.4,0}
\definecolor{bad}{rgb}{0.75,0,0}
\definecolor{faint}{gray}{0.5}
"""

SIGNS = {
    "right": r"\checkmark", "rounded": r"\approx", "follows": r"\rightarrow", "convention": r"\rightleftharpoons",
    "slip": r"\times", "wrong": r"\times", "undecided": "?", "missing": r"\cdot", "unknown": "?",
}  # fmt: skip


def render(report: Report, view: ReportView) -> Iterator[str]:
    found = mistakes(report)
    yield f"{PREAMBLE}\n\\begin{{document}}\n\\section*{{{escaped(printable(report.sheet))}}}\n"
    yield f"\\textbf{{{escaped(headline(report))}}}\n\n"
    yield from (_mistake(mistake, report) for mistake in found[:1])
    yield from (f"{escaped(text)}\n\n" for text in (*unknown_lines(report), *notes(report)))
    if not view.brief:
        yield from (_mistake(mistake, report) for mistake in found[1:])
        yield from _lines(report, view)
    yield "\\end{document}\n"


def _mistake(mistake: Mistake, report: Report) -> str:
    line = mistake.line
    head = (
        f"\\subsection*{{{_sign(line)} {escaped(title(line))} \\hfill \\small {escaped(place_of(line, report.sheet))}}}"
    )
    rows = [("written", escaped(written_of(line))), ("should be", _forms(line.should) or escaped(expected_of(line)))]
    rows += [("you get it by", _forms(line.bent))] if line.bent else []
    body = "".join(f"\\hangindent=26mm\\makebox[26mm][l]{{{label}}}{text}\n\n" for label, text in rows)
    same = f"{escaped(same_in(mistake))}\n\n" if mistake.others else ""
    return f"{head}\n{escaped(sentence(line))}\n\n{body}{same}"


def _forms(forms: Forms) -> str:
    return f"$\\displaystyle {' = '.join(forms)}$" if forms else ""


COLUMNS = {"verdict": 35, "line": 10, "quantity": 30, "written": 31, "should be": 27, "true value": 35}
"""Their widths in mm: longtable then needs no second run to find them."""


def _lines(report: Report, view: ReportView) -> Iterator[str]:
    lines = shown_lines(report, view)
    for heading, members in sections(lines):
        yield f"\\subsection*{{{escaped(heading or 'All lines')}}}\n\\small\n"
        yield f"\\begin{{longtable}}{{{_columns()}}}\n\\toprule\n{' & '.join(COLUMNS)} \\\\\n\\midrule\n\\endhead\n"
        yield "\\bottomrule\n\\endfoot\n"
        yield from map(_row, members)
        yield "\\end{longtable}\n\\normalsize\n"
    for verdict, meaning in legend(lines):
        yield f"\\textcolor{{{KINDS[verdict].colour}}}{{${SIGNS[verdict]}$ {verdict}}}: {escaped(meaning)}\n\n"
    if note := missing_note(report, view):
        yield f"{note}.\n\n"
    for heading, texts in hidden_notes(view.hidden) if view.hidden is not None else ():
        yield f"\\subsection*{{{escaped(heading)}}}\n" + _list(texts)


def _columns() -> str:
    return "@{}" + "".join(rf">{{\raggedright\arraybackslash}}p{{{width}mm}}@{{}}" for width in COLUMNS.values())


def _list(texts: Sequence[str]) -> str:
    return "".join(f"\\hangindent=6mm {escaped(text)}\n\n" for text in texts)


def _row(line: JudgedLine) -> str:
    name = f"${line.symbol}$" if line.symbol else escaped(name_of(line))
    number = str(line.place.line) if line.place else ""
    numbers = (written_of(line), expected_of(line), key_of(line))
    cells = [f"{_sign(line)} {verdict_of(line)}", number, name, *map(_number, numbers)]
    said = remark(line)
    below = f" & & \\multicolumn{{4}}{{p{{120mm}}}}{{\\textcolor{{faint}}{{{escaped(said)}}}}} \\\\\n" if said else ""
    return f"{' & '.join(cells)} \\\\\n{below}"


def _number(text: str) -> str:
    """A number; a long one, or a formula, can be broken."""
    is_short = len(text) <= LONGEST_WORD and text.lstrip("-").replace(".", "", 1).isdigit()
    return f"${text}$" if is_short else escaped(text)


def _sign(line: JudgedLine) -> str:
    return f"\\textcolor{{{KINDS[line.verdict].colour}}}{{${SIGNS[line.verdict]}$}}"
