"""A report as a Markdown page, formulas as mathematics ($...$)."""

from __future__ import annotations

from collections.abc import Iterator

from backprop_trace.check.report import JudgedLine, Report
from backprop_trace.check.wording import Forms, Language
from backprop_trace.files.source import printable
from backprop_trace.formulas.notation.names import MATHJAX_NAMES, TEXT_NAMES
from backprop_trace.render.markdown import MARKDOWN, escaped, mathematics
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

LANGUAGE = Language(MARKDOWN, MATHJAX_NAMES, TEXT_NAMES)


def render(report: Report, view: ReportView) -> Iterator[str]:
    found = mistakes(report)
    yield f"# {escaped(printable(report.sheet))}\n\n**{escaped(headline(report))}**\n"
    yield from (_mistake(mistake, report) for mistake in found[:1])
    yield from (f"\n{escaped(text)}\n" for text in (*unknown_lines(report), *notes(report)))
    if view.brief:
        return
    yield from (_mistake(mistake, report) for mistake in found[1:])
    lines = shown_lines(report, view)
    for heading, members in sections(lines):
        yield f"\n### {escaped(heading or 'All lines')}\n\n"
        yield "| verdict | line | quantity | written | should be | true value | remark |\n"
        yield "|---|---|---|---|---|---|---|\n"
        yield from map(_row, members)
    yield "".join(f"\n{KINDS[verdict].sign} {verdict}: {escaped(meaning)}\n" for verdict, meaning in legend(lines))
    if note := missing_note(report, view):
        yield f"\n{note}.\n"
    for heading, texts in hidden_notes(view.hidden) if view.hidden is not None else ():
        yield f"\n### {heading}\n\n" + "".join(f"* {escaped(text)}\n" for text in texts)


def _mistake(mistake: Mistake, report: Report) -> str:
    line = mistake.line
    place = escaped(place_of(line, report.sheet))
    texts = [f"\n## {escaped(title(line))}\n", f"{place}: {escaped(sentence(line))}\n"]
    texts.append(f"* written: {escaped(written_of(line))}")
    texts.append(f"* should be: {_forms(line.should) or escaped(expected_of(line))}")
    if line.bent:
        texts.append(f"* you get it by: {_forms(line.bent)}")
    if mistake.others:
        texts.append(f"\n{escaped(same_in(mistake))}")
    return "\n".join(texts) + "\n"


def _forms(forms: Forms) -> str:
    return f"${mathematics(' = '.join(forms))}$" if forms else ""


def _row(line: JudgedLine) -> str:
    verdict = f"{KINDS[line.verdict].sign} {verdict_of(line)}"
    name = f"${mathematics(line.symbol)}$" if line.symbol else escaped(name_of(line))
    texts = (written_of(line), expected_of(line), key_of(line), remark(line))
    place = str(line.place.line) if line.place else ""
    return f"| {' | '.join([verdict, place, name, *map(escaped, texts)])} |\n"
