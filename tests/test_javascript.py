"""The JavaScript of a listing gives the doubles of the float engine."""

from __future__ import annotations

import json
import math
import shutil
import subprocess

import pytest

from backprop_trace.files.spec import load, shipped
from backprop_trace.formulas.numbers import number
from backprop_trace.run.javascript import program
from backprop_trace.run.step import trace

NODE = shutil.which("node")
needs_node = pytest.mark.skipif(NODE is None, reason="Node is not installed")


def run_in_node(source: str) -> list[float]:
    assert NODE is not None
    done = subprocess.run([NODE, "-"], input=source, capture_output=True, text=True, encoding="utf-8", check=True)
    return [float(text) for text in json.loads(done.stdout)]


@needs_node
@pytest.mark.parametrize("example", shipped())
def test_a_page_computes_what_the_float_engine_computes(example):
    step = trace(load(example))
    givens = [name for name in step.values if name not in step.by_name and name in step.example.values]
    numbers = json.dumps([float(number(step.example.values[name])) for name in givens])
    source = program(givens, step.listing.equations)
    found = run_in_node(f"{source}\nconsole.log(JSON.stringify(run({numbers}).map(String)))")[len(givens) :]
    values = [step.values[equation.name] for equation in step.listing.equations]
    units = {
        str(equation.name): abs(ours - theirs) / math.ulp(ours) if ours else abs(theirs)
        for equation, ours, theirs in zip(step.listing.equations, values, found, strict=True)
    }
    # a function may differ by a unit in the last place between libraries, and what is made of it by a little more
    assert max(units.values()) <= 4
    assert sum(apart == 0 for apart in units.values()) >= 0.6 * len(units)
