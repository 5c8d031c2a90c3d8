"""`backprop-trace new`: a worked example to start from."""

import re
from typing import Annotated

import typer

from backprop_trace.cli import completion
from backprop_trace.cli.options import Force, Output, UsageError, one_of, write
from backprop_trace.cli.terminal import Terminal
from backprop_trace.files.blueprint import MOST_SAMPLES, MOST_WEIGHTS, blueprint, weights_in
from backprop_trace.files.source import printable
from backprop_trace.files.spec import read_example
from backprop_trace.files.spec.shorthand import loss_for
from backprop_trace.model.catalogue import ACTIVATIONS, LOSSES, canonical

PROBABILITIES = ("sigmoid", "softmax")
"""Activations with outputs between 0 and 1."""
NUMBERS = ("pleasant", "none")


def command(
    shape: Annotated[str, typer.Argument(help="Units of each layer, from the inputs to the outputs: 2-3-1.")],
    activation: Annotated[
        str,
        typer.Option(
            "--activation",
            help=f"Of all layers, or one for each (tanh,sigmoid): {', '.join(ACTIVATIONS)}.",
            autocompletion=completion.words(ACTIVATIONS),
        ),
    ] = "sigmoid",
    loss: Annotated[
        str,
        typer.Option("--loss", help=f"{', '.join(LOSSES)}.", autocompletion=completion.words(LOSSES)),
    ] = "",
    samples: Annotated[int, typer.Option("--samples", help="So many samples.")] = 1,
    seed: Annotated[int, typer.Option("--seed", help="Of the numbers: each seed gives others.")] = 0,
    numbers: Annotated[
        str,
        typer.Option(
            "--numbers", help="pleasant, or none: names only, for 'derive'.", autocompletion=completion.words(NUMBERS)
        ),
    ] = "pleasant",
    output: Output = None,
    force: Force = False,
) -> None:
    """Write a worked example to start from, with pleasant numbers.

    \b
    backprop-trace new 2-3-1 --activation tanh,sigmoid -o my.yaml
    backprop-trace new 2-2-2 --numbers none -o symbols.yaml
    """
    one_of("--numbers", numbers, NUMBERS)
    counts = _counts(shape)
    activations = _activations(activation, len(counts) - 1)
    usual = "categorical_cross_entropy" if activations[-1] == "softmax" else "half_squared_error"
    loss = loss_for(loss, canonical(loss), activations[-1]) or usual
    one_of("--loss", loss, LOSSES)
    if not 1 <= samples <= MOST_SAMPLES or seed < 0:
        raise UsageError(f"--samples goes from 1 to {MOST_SAMPLES}, --seed from 0")
    if loss.endswith("cross_entropy") and activations[-1] not in PROBABILITIES:
        fitting = ",".join([*activations[:-1], "sigmoid" if loss.startswith("binary") else "softmax"])
        raise UsageError(f"{loss} needs outputs between 0 and 1, not {activations[-1]}: --activation {fitting}")
    text = "".join(blueprint(counts, activations, loss, samples, seed, numbers == "pleasant"))
    example = read_example(text)
    write([text], output, force)
    for warning in example.warnings:
        Terminal.stderr(f"warning: {warning}")


def _counts(shape: str) -> tuple[int, ...]:
    if not re.fullmatch(r"[1-9][0-9]{0,3}(-[1-9][0-9]{0,3})+", shape):
        raise UsageError(f"{printable(shape)!r} is no shape: write the units of each layer, e.g. 2-3-1")
    counts = tuple(map(int, shape.split("-")))
    if weights_in(counts) > MOST_WEIGHTS:
        raise UsageError(
            f"{printable(shape)} has {weights_in(counts):,} weights, too many to be written out ({MOST_WEIGHTS}); "
            "a file of your own may draw them: weights: {random: xavier, seed: 1}"
        )
    return counts


def _activations(text: str, layers: int) -> tuple[str, ...]:
    words = [canonical(word) for word in text.split(",")]
    for word in words:
        one_of("--activation", word, ACTIVATIONS)
    if len(words) not in (1, layers):
        raise UsageError(f"--activation has {len(words)} words for {layers} layers: give one, or one for each")
    return tuple(words * layers if len(words) == 1 else words)
