"""What a shell offers when Tab is pressed: examples, quantities of the example that is named, words of a list.

Nothing here may fail or print: what cannot be found out is not offered.
"""

from collections.abc import Callable, Iterable

import typer

Offers = Callable[[typer.Context, str], list[str]]
MOST_OFFERED = 500


def words(known: Iterable[str]) -> Offers:
    """Words of a list."""
    offered = list(known)

    def offer(ctx: typer.Context, incomplete: str) -> list[str]:
        return _beginning(offered, incomplete)

    return offer


def examples(ctx: typer.Context, incomplete: str) -> list[str]:
    """The shipped examples; where none fits, shells offer files of their own accord."""
    from backprop_trace.files.spec import shipped

    return _beginning(shipped(), incomplete)


def quantities(ctx: typer.Context, incomplete: str) -> list[str]:
    """What `--only` can name in the example that stands before it."""
    from backprop_trace.files.source import SourceError
    from backprop_trace.files.spec import load
    from backprop_trace.formulas.notation.names import canonical

    example = ctx.params.get("example") or next(iter(ctx.args), "-")  # not yet taken while an option lacks its value
    if example == "-":
        return []
    try:
        equations = load(example).listing().equations
    except SourceError:
        return []
    return _beginning([canonical(equation.name) for equation in equations], incomplete.strip("'\""))


def _beginning(known: Iterable[str], incomplete: str) -> list[str]:
    return [word for word in known if word.startswith(incomplete)][:MOST_OFFERED]
