"""The page's own script in Node computes the trace: as given, after changes of the givens, after a hundred steps."""

from __future__ import annotations

import json
import random
import shutil
import subprocess
from fractions import Fraction

import pytest

from backprop_trace.cli.options import with_values
from backprop_trace.files.spec import Example, load, shipped
from backprop_trace.formulas.notation.names import canonical
from backprop_trace.formulas.notation.numbers import brief, in_print, shown
from backprop_trace.render import render
from backprop_trace.render.view import View, chosen
from backprop_trace.run.step import Trace, trace

if shutil.which("node") is None:
    pytest.skip("Node is not installed", allow_module_level=True)

CHANGES = 3
VALUES = """
const values = g => Object.fromEntries(run(g).map((x, k) => [N[k], String(x)]).slice(K)), g = D.givens.map(x => x[2]);
const changed = sets => { const h = g.slice(); for (const n in sets) h[AT.get(n)] = read(sets[n]); return values(h) };
const on = h => updated(run(h)).forEach(([k, x]) => { h[k] = x });
const later = n => { const h = g.slice(); while (n--) on(h); return values(h) };
"""


def asked(example: Example, question: str, **view: object) -> dict[str, object]:
    """What the script of a page answers."""
    page = "".join(render("html", [trace(example)], View(example, practice=None, **view)))
    script = page[page.rindex("<script>") + 8 : page.rindex("const $ =")]
    source = f"{script}\n{VALUES}\nconsole.log(JSON.stringify({question}))"
    done = subprocess.run(["node", "-"], input=source, capture_output=True, text=True, encoding="utf-8", check=True)
    found: dict[str, object] = json.loads(done.stdout)
    return found


def agree(found: dict[str, str], step: Trace, rel: float, view: View | None = None) -> None:
    lines = step.lines if view is None else chosen(step, view)
    assert found.keys() == {canonical(line.name) for line in lines}
    for line in lines:
        assert float(found[canonical(line.name)]) == pytest.approx(line.value, rel=rel, abs=1e-14), canonical(line.name)


def in_json(example: Example) -> dict[str, float]:
    """The values of `show --format json`."""
    lines = json.loads("".join(render("json", [trace(example)], View(example))))["lines"]
    places = [("" if line["time"] is None else f"@{line['time']}", line["sample"]) for line in lines]
    ends = [time if sample is None else f"{time}[{sample}]" for time, sample in places]
    return {line["name"] + end: float(line["value"]) for line, end in zip(lines, ends, strict=True)}


@pytest.mark.parametrize("name", shipped())
def test_every_value_is_that_of_the_json_trace(name):
    found = asked(load(name), "values(g)")
    assert {key: float(text) for key, text in found.items()} == pytest.approx(in_json(load(name)), rel=1e-13, abs=1e-15)


def some_changes(example: Example, rng: random.Random) -> dict[str, str]:
    """A few givens, each changed a little: what is settled by then stays so."""
    names = [canonical(name) for name in trace(example).values if name in example.values]
    chosen = rng.sample(names, min(3, len(names)))
    values = {canonical(name): Fraction(text) for name, text in example.values.items()}
    return {name: f"{float(values[name]) * rng.uniform(0.9, 1.1) + rng.uniform(0, 0.01):.6f}" for name in chosen}


@pytest.mark.parametrize("name", shipped())
def test_after_changes_of_the_givens_it_is_a_fresh_run(name):
    example, rng = load(name), random.Random(name)
    changes = [some_changes(example, rng) for _ in range(CHANGES)]
    found = asked(example, f"{json.dumps(changes)}.map(changed)")
    for change, values in zip(changes, found, strict=True):
        agree(values, trace(with_values(example, [f"{key}={text}" for key, text in change.items()])), 1e-11)


@pytest.mark.parametrize("name", shipped())
def test_a_page_of_some_lines_computes_what_it_does_not_show(name):
    """After changes of the givens, and two steps on."""
    example, rng = load(name), random.Random(name)
    lines = trace(example).lines
    some = frozenset(line.name for line in rng.sample(lines, min(3, len(lines))))
    for view in ({"phases": ("backward",)}, {"phases": ("update",)}, {"only": some}):
        if not chosen(trace(example), View(example, **view)):
            continue
        changes = [some_changes(example, rng)]
        (values,) = asked(example, f"{json.dumps(changes)}.map(changed)", **view)
        changed = with_values(example, [f"{key}={text}" for key, text in changes[0].items()])
        agree(values, trace(changed), 1e-11, View(example, **view))
        if trace(example).listing.carried and example.training.batching.size is None:
            agree(asked(example, "later(2)", **view), trace(example, step=3), 1e-9, View(example, **view))


@pytest.mark.parametrize("name", shipped())
def test_a_hundred_steps_on_are_step_101(name):
    example = load(name)
    if not trace(example).listing.carried:
        assert asked(example, "D.carried") == []
        return
    agree(asked(example, "later(100)"), trace(example, step=101), 1e-9)


@pytest.mark.parametrize(
    ("value", "nine", "four"),
    [
        ("1.52415787502e14", "1.52415788·10¹⁴", "1.5·10¹⁴"), ("123456789.4", "123456789", "1.23·10⁸"),
        ("12345678.4", "12345678.4", "12345678"), ("-0.00012345678", "−0.00012345678", "−0.00012"),
        ("1e-7", "0.0000001", "0.0000001"), ("2.5e-8", "2.5·10⁻⁸", "2.5·10⁻⁸"), ("1e21", "1·10²¹", "1·10²¹"),
        ("0", "0", "0"), ("-1", "−1", "−1"),
    ],
)  # fmt: skip
def test_numbers_claim_no_digits_that_are_not_known_and_the_page_prints_them_as_the_package_does(value, nine, four):
    found = asked(load("mazur"), f"[{value}].map(x => [minus(fmt(x)), minus(short(x))])")
    assert found == [[nine, four]]
    assert [in_print(shown(float(value))), in_print(brief(float(value)))] == [nine, four]
