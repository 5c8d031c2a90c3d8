"""Mistakes to be planted: lines worked out by another formula, or put down wrongly, and honestly carried on.

    >>> from evidence.judged import shipped
    >>> import random
    >>> planted = plant(shipped("mazur"), "another-target", random.Random(1))
    >>> planted.at[1].kind
    'E'

Each kind has a function from an exercise to the plans that are possible there, and the words by which a report may
name it. The words are searched among the names of slips and in the sentence.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from typing import NamedTuple

from backprop_trace.formulas.expr import (
    LOSS,
    ONE,
    TWO,
    Call,
    Difference,
    Formula,
    Minus,
    Name,
    Number,
    Power,
    Product,
    Quotient,
    Sum,
    names_in,
    parts,
    rebuild,
    rule_letter,
    substitute,
)  # fmt: skip
from evidence.calculation import At, Line
from evidence.judged import Exercise
from evidence.writers import AS_TAUGHT

ETA = rule_letter("eta")


class Planted(NamedTuple):
    """What is done wrongly: formulas of lines, or a change of the number put down for one; and its first line.

    `unwritten` are lines that are left out for it: what they say is put in where they are used.
    """

    kind: str
    at: At
    bends: Mapping[At, Formula] = AS_TAUGHT
    spoil: Callable[[str], str] | None = None
    unwritten: frozenset[At] = frozenset()


Plan = tuple[Mapping[At, Formula], At] | tuple[Mapping[At, Formula], At, frozenset[At]]
Plans = Iterator[Plan]


def once(formula: Formula, change: Callable[[Formula], Formula | None]) -> Iterator[Formula]:
    """The formulas that come about if one part, anywhere, is changed."""
    changed = change(formula)
    if changed is not None:
        yield changed
    inside = parts(formula)
    for place, part in enumerate(inside):
        for bent in once(part, change):
            yield rebuild(formula, (*inside[:place], bent, *inside[place + 1 :]))


def everywhere(formula: Formula, change: Callable[[Formula], Formula | None]) -> Formula:
    changed = change(formula)
    if changed is not None:
        return changed
    inside = parts(formula)
    return rebuild(formula, tuple(everywhere(part, change) for part in inside)) if inside else formula


def one_line(change: Callable[[Formula], Formula | None], where: Callable[[Line], bool] = lambda line: True):
    """Plans in which one part of one line is changed."""

    def plans(made: Exercise, rng: random.Random) -> Plans:
        for line in made.calculated.lines:
            if where(line):
                for bent in once(line.formula, change):
                    yield {line.at: bent}, line.at

    return plans


def all_lines(change: Callable[[Formula], Formula | None], where: Callable[[Line], bool] = lambda line: True):
    """The plan in which every part of every line is changed."""

    def plans(made: Exercise, rng: random.Random) -> Plans:
        bends = {}
        for line in made.calculated.lines:
            bent = everywhere(line.formula, change)
            if where(line) and bent != line.formula:
                bends[line.at] = bent
        if bends:
            yield bends, next(iter(bends))

    return plans


# --- where ---


def is_update(line: Line) -> bool:
    name = line.name
    return name.kind == "+" and name.of is not None and name.of.kind == "" and name.of.label != "t"


def is_gradient(line: Line) -> bool:
    name = line.name
    return name.kind == "d" and name.of == LOSS and name.wrt is not None and name.wrt.kind == "" and name.via is None


def is_of_loss(line: Line) -> bool:
    return line.name.kind == "d" and line.name.of == LOSS


def is_delta(line: Line) -> bool:
    name = line.name
    return name.kind == "d" and name.of == LOSS and name.wrt is not None and name.wrt.kind == "net" and name.via is None


def is_kind(*kinds: str) -> Callable[[Line], bool]:
    return lambda line: line.name.kind in kinds


def is_loss(line: Line) -> bool:
    return line.phase == "loss"


def over_samples(line: Line) -> bool:
    return line.name.sample is None


def is_slope_of_unit(line: Line) -> bool:
    name = line.name
    return name.kind == "d" and name.of is not None and name.of.kind == "out"


# --- one part of a formula changed ---


def minus_lost(part: Formula) -> Formula | None:
    match part:
        case Difference(left, right):
            return Sum((left, right))
        case Minus(operand):
            return operand
    return None


def quotient_first(part: Formula) -> Formula | None:
    """1 / (1 + x) read as 1/1 + x."""
    match part:
        case Quotient(top, Sum((first, *rest))):
            return Sum((Quotient(top, first), *rest))
    return None


def only_exponential(part: Formula) -> Formula | None:
    """e^z, where 1 / (1 + e^-z) belongs."""
    match part:
        case Quotient(Number("1"), Sum((Number("1"), Call("exp", (Minus(z),))))):
            return Call("exp", (z,))
    return None


def to_base(base: str, function: str) -> Callable[[Formula], Formula | None]:
    def change(part: Formula) -> Formula | None:
        match part:
            case Call("exp", arguments) if function == "exp":
                return Power(Number(base), arguments[0])
            case Call("log", arguments) if function == "log":
                return Quotient(part, Call("log", (Number(base),)))
        return None

    return change


def not_squared(part: Formula) -> Formula | None:
    match part:
        case Difference(Number("1") as one, Power(a, Number("2"))):
            return Difference(one, a)
    return None


def squares_apart(part: Formula) -> Formula | None:
    match part:
        case Power(Difference(left, right), Number("2")):
            return Difference(Power(left, TWO), Power(right, TWO))
    return None


def product_of_sums(part: Formula) -> Formula | None:
    match part:
        case Sum(terms) if len(terms) > 1 and all(isinstance(term, Product) for term in terms[:2]):
            pairs = [term.factors for term in terms if isinstance(term, Product) and len(term.factors) == 2]
            if len(pairs) < 2:
                return None
            rest = tuple(term for term in terms if not isinstance(term, Product))
            product = Product((Sum(tuple(pair[0] for pair in pairs)), Sum(tuple(pair[1] for pair in pairs))))
            return Sum((product, *rest)) if rest else product
    return None


def added_factors(part: Formula) -> Formula | None:
    """(w1 + x1)(w2 + x2) for w1 x1 + w2 x2."""
    match part:
        case Sum(terms) if sum(isinstance(term, Product) for term in terms) > 1:
            rest = tuple(term for term in terms if not isinstance(term, Product))
            product = Product(tuple(Sum(term.factors) for term in terms if isinstance(term, Product)))
            return Sum((product, *rest)) if rest else product
    return None


def bias_twice(part: Formula) -> Formula | None:
    match part:
        case Sum(terms) if isinstance(terms[-1], Name) and isinstance(terms[0], Product):
            return Sum((*terms, terms[-1]))
    return None


def term_dropped(place: int) -> Callable[[Formula], Formula | None]:
    def change(part: Formula) -> Formula | None:
        match part:
            case Sum(terms) if len(terms) > place + 1:
                rest = (*terms[:place], *terms[place + 1 :])
                return rest[0] if len(rest) == 1 else Sum(rest)
        return None

    return change


def factor_dropped(wanted: Callable[[Formula], bool]) -> Callable[[Formula], Formula | None]:
    def change(part: Formula) -> Formula | None:
        match part:
            case Product(factors) if any(wanted(factor) for factor in factors):
                rest = tuple(factor for factor in factors if not wanted(factor))
                return None if not rest else rest[0] if len(rest) == 1 else Product(rest)
        return None

    return change


def times_eta(part: Formula) -> Formula | None:
    return Product((ETA, part))


def rate_twice(part: Formula) -> Formula | None:
    return Product((ETA, ETA)) if part == ETA else None


def shrunk_weight(part: Formula) -> Formula | None:
    """w (1 - eta g) for w - eta g."""
    match part:
        case Difference(w, Product((eta, *rest))) if eta == ETA:
            return Product((w, Difference(ONE, Product((eta, *rest)))))
    return None


def added_gradient(part: Formula) -> Formula | None:
    match part:
        case Difference(w, Product((eta, *rest))) if eta == ETA:
            return Sum((w, Product((eta, *rest))))
    return None


def renamed(one: str, other: str) -> Callable[[Formula], Formula | None]:
    return lambda part: rule_letter(other) if part == rule_letter(one) else None


def one_less(part: Formula) -> Formula | None:
    """N - 1 for N."""
    match part:
        case Quotient(top, Number(text)) if text.isdigit() and int(text) > 1:
            return top if text == "2" else Quotient(top, Number(str(int(text) - 1)))
        case Product((Number(text), *rest)) if text.startswith("1/") and text != "1/2":
            return Product((Number(f"1/{int(text[2:]) - 1}"), *rest))
    return None


def bias_lost(part: Formula) -> Formula | None:
    match part:
        case Sum((Product(), _, *_, Name()) as terms):
            return Sum(terms[:-1])
    return None


def whole_lost(part: Formula) -> Formula | None:
    """The division by n forgotten."""
    match part:
        case Quotient(top, Number(text)) if text.isdigit() and int(text) > 1:
            return top
    return None


def root_lost(part: Formula) -> Formula | None:
    match part:
        case Quotient(top, Call("sqrt", (Number(_),))):
            return top
    return None


def slope_at_net(line: Line) -> Formula | None:
    """z (1 - z) for a (1 - a): the slope taken at the net input."""
    name = line.name
    assert name.of is not None
    out = Name("out", name.of.label, sample=name.sample, time=name.time)
    return substitute(line.formula, {out: out._replace(kind="net")})


# --- plans that need to know more than one line ---


def siblings(made: Exercise, line: Line) -> list[Line]:
    """Lines of the same kind, step, sample and time."""
    name = line.name
    return [
        other for other in made.calculated.lines
        if other is not line and other.step == line.step and other.phase == line.phase and other.name.kind == name.kind
        and (other.name.sample, other.name.time) == (name.sample, name.time)
        and type(other.formula) is type(line.formula) and (name.kind == "") == (other.name.kind == "")
    ]  # fmt: skip


def trained(made: Exercise, name: Name) -> bool:
    return (1, Name("+", of=name)) in made.truth


def neighbours(kind: str) -> Callable[[Exercise, random.Random], Plans]:
    """A name of this kind read as another of its kind, of the same sample, in one line."""

    def plans(made: Exercise, rng: random.Random) -> Plans:
        names = [name for name in made.calculated.given if name.kind == kind and not trained(made, name)]
        for line in made.calculated.lines:
            for name in names_in(line.formula) if kind == "target" or line.name.kind == "net" else ():
                for other in names if name in names else ():
                    if other != name and (other.sample, other.time) == (name.sample, name.time):
                        yield {line.at: substitute(line.formula, {name: other})}, line.at

    return plans


def targets_swapped(made: Exercise, rng: random.Random) -> Plans:
    targets = [name for name in made.calculated.given if name.kind == "target"]
    labels = list(dict.fromkeys(name.label for name in targets))
    if len(labels) < 2:
        return
    swapped = {labels[0]: labels[1], labels[1]: labels[0]}
    change = {name: name._replace(label=swapped.get(name.label, name.label)) for name in targets}
    bends = {line.at: substitute(line.formula, change) for line in made.calculated.lines
             if any(name in change and change[name] != name for name in names_in(line.formula))}  # fmt: skip
    yield bends, next(iter(bends))


def targets_reversed(made: Exercise, rng: random.Random) -> Plans:
    """t - o for o - t in every dE/dout of an output."""
    bends = {}
    for line in made.calculated.lines:
        name = line.name
        if name.kind == "d" and name.of == LOSS and any(used.kind == "target" for used in names_in(line.formula)):
            bends[line.at] = Minus(line.formula)
    if bends:
        yield bends, next(iter(bends))


def hard_targets(made: Exercise, rng: random.Random) -> Plans:
    change = {}
    for name, number in made.calculated.given.items():
        if name.kind == "target" and number != int(number) and 0 < number < 1:
            change[name] = Number("1" if number > Decimal("0.5") else "0")
    bends = {line.at: substitute(line.formula, change) for line in made.calculated.lines
             if any(name in change for name in names_in(line.formula))}  # fmt: skip
    if bends:
        yield bends, next(iter(bends))


def exchanged(made: Exercise, rng: random.Random) -> Plans:
    """The numbers of two lines of a kind, each where the other belongs."""
    lines = list(made.calculated.lines)
    place = {line.at: number for number, line in enumerate(lines)}
    for line in lines:
        for other in siblings(made, line):
            if place[other.at] < place[line.at]:
                continue
            ready = (place.get((line.step, name), -1) < place[line.at] for name in names_in(other.formula))
            if all(ready):
                yield {line.at: other.formula, other.at: line.formula}, line.at


def weights_of_another(made: Exercise, rng: random.Random) -> Plans:
    """A net input with the weights of another unit's row."""
    for line in made.calculated.lines:
        if line.name.kind != "net" or not isinstance(line.formula, Sum):
            continue
        for other in siblings(made, line):
            mine, theirs = (
                [t.factors for t in f.terms if isinstance(t, Product)] for f in (line.formula, other.formula)
            )
            if len(mine) == len(theirs) and [pair[1] for pair in mine] == [pair[1] for pair in theirs]:
                yield (
                    {line.at: substitute(line.formula, {a[0]: b[0] for a, b in zip(mine, theirs, strict=True)})},
                    line.at,
                )


def misread(given_kinds: tuple[str, ...]) -> Callable[[Exercise, random.Random], Plans]:
    """A given number with a wrong digit or its point moved, in one line."""

    def plans(made: Exercise, rng: random.Random) -> Plans:
        for line in made.calculated.lines:
            for name in names_in(line.formula):
                known = made.calculated.given.get(name)
                if known and name.kind in given_kinds:
                    if rng.random() < 0.5:
                        other = known * rng.choice((10, Decimal("0.1")))
                    else:
                        text = f"{known:f}"
                        digit = rng.choice([at for at, sign in enumerate(text) if sign in "123456789"])
                        new = rng.choice([sign for sign in "123456789" if sign != text[digit]])
                        other = Decimal(text[:digit] + new + text[digit + 1 :])
                    number: Formula = Number(f"{abs(other):f}")
                    yield {line.at: substitute(line.formula, {name: Minus(number) if other < 0 else number})}, line.at

    return plans


def softmax_twice(made: Exercise, rng: random.Random) -> Plans:
    bends: dict[At, Formula] = {}
    for line in made.calculated.lines:
        match line.formula:
            case Quotient(Call("exp", (Name("net"),)), Sum(terms)) if line.name.kind == "out":
                first = {term.arguments[0]: Quotient(term, Sum(terms)) for term in terms if isinstance(term, Call)}
                bends[line.at] = substitute(line.formula, first)
    if bends:
        yield bends, next(iter(bends))


def softmax_left_out(made: Exercise, rng: random.Random) -> Plans:
    bends: dict[At, Formula] = {}
    for line in made.calculated.lines:
        match line.formula:
            case Quotient(Call("exp", (Name("net") as net,)), Sum()) if line.name.kind == "out":
                bends[line.at] = net
    if bends:
        yield bends, next(iter(bends))


def activation_left_out(made: Exercise, rng: random.Random) -> Plans:
    for line in made.calculated.lines:
        nets = [name for name in names_in(line.formula) if name.kind == "net"]
        if line.name.kind == "out" and line.formula != nets[0] and len(nets) == 1:
            yield {line.at: nets[0]}, line.at


def updated_weights(made: Exercise, rng: random.Random) -> Plans:
    """What goes back to hidden units goes through weights that are already updated."""
    updates = {(line.step, line.name.of): line.formula for line in made.calculated.lines if is_update(line)}
    bends: dict[At, Formula] = {}
    done: set[At] = set()
    for line in made.calculated.lines:
        name = line.name
        done.add(line.at)
        if name.kind == "d" and name.of is not None and name.of.kind == "net" and name.wrt and name.wrt.kind == "out":
            weight = line.formula
            rule = updates.get((line.step, weight)) if isinstance(weight, Name) else None
            if rule is not None and all(
                (line.step, used) in done or used in made.calculated.given for used in names_in(rule)
            ):
                bends[line.at] = rule
    if bends:
        yield bends, next(iter(bends))


def transposed(made: Exercise, rng: random.Random) -> Plans:
    """Named weights of a square layer, rows for columns, in the net inputs."""
    for layer in made.example.network.layers:
        units, sources = layer.units, layer.sources
        if len(units) != len(sources):
            continue
        nets = [line for line in made.calculated.lines if line.name.kind == "net" and line.name.label in units]
        rows = {line.name.label: [t.factors[0] for t in line.formula.terms if isinstance(t, Product)]
                for line in nets if isinstance(line.formula, Sum)}  # fmt: skip
        if len(rows) < len(units) or any(len(row) != len(units) for row in rows.values()):
            continue
        order = [str(unit) for unit in units]
        swap = {rows[order[i]][j]: rows[order[j]][i] for i in range(len(order)) for j in range(len(order))}
        yield {line.at: substitute(line.formula, swap) for line in nets}, nets[0].at


def velocity_forgotten(made: Exercise, rng: random.Random) -> Plans:
    mu = rule_letter("mu")
    for line in made.calculated.lines:
        match line.formula:
            case Difference(Product((first, _)), right) if first == mu and line.step > 1:
                yield {line.at: Minus(right)}, line.at


def penalty_left_out(made: Exercise, rng: random.Random) -> Plans:
    bends: dict[At, Formula] = {}
    for line in made.calculated.lines:
        match line.formula:
            case Sum((first, Product((lam, _)))) if lam == rule_letter("lambda") or lam == Number("0.1"):
                bends[line.at] = first
    if bends:
        yield bends, next(iter(bends))


def gradients_summed(made: Exercise, rng: random.Random) -> Plans:
    """Under `batch: mean` the gradients without 1/n, though E has it."""
    count = max(line.name.sample or 1 for line in made.calculated.lines)
    if "batch: mean" not in made.text or "batch_size" in made.text:
        return
    bends: dict[At, Formula] = {}
    for line in made.calculated.lines:
        match line.formula:
            case Product((Number(text), *rest)) if text == f"1/{count}" and is_of_loss(line):
                bends[line.at] = rest[0] if len(rest) == 1 else Product(tuple(rest))
            case Quotient(top, Number(text)) if text == str(count) and is_of_loss(line):
                bends[line.at] = top
    if bends:
        yield bends, next(iter(bends))


def one_sample_only(made: Exercise, rng: random.Random) -> Plans:
    bends: dict[At, Formula] = {}
    for line in made.calculated.lines:
        inside = line.formula.terms if isinstance(line.formula, Sum) else ()
        if line.name.sample is None and len(inside) > 1 and all(isinstance(t, Name) and t.sample for t in inside):
            bends[line.at] = inside[-1]
    if bends:
        yield bends, next(iter(bends))


def stale(made: Exercise, rng: random.Random) -> Plans:
    """A weight of the first step in a line of a later one."""
    for line in made.calculated.lines:
        for name in names_in(line.formula):
            known = made.calculated.given.get(name)
            if line.step > 1 and known is not None and (1, Name("+", of=name)) in made.truth and name.kind == "":
                number: Formula = Number(f"{abs(known):f}")
                yield {line.at: substitute(line.formula, {name: Minus(number) if known < 0 else number})}, line.at


def without_weights(made: Exercise, rng: random.Random) -> Plans:
    for line in made.calculated.lines:
        name = line.name
        if (
            name.kind == "d"
            and name.of == LOSS
            and name.wrt
            and name.wrt.kind == "out"
            and isinstance(line.formula, Product)
        ):
            yield {line.at: line.formula.factors[0]}, line.at


def no_correction(made: Exercise, rng: random.Random) -> Plans:
    for line in made.calculated.lines:
        if line.name.kind in ("mhat", "vhat") and isinstance(line.formula, Quotient):
            yield {line.at: line.formula.top}, line.at


def where_slope(made: Exercise, rng: random.Random) -> Plans:
    for line in made.calculated.lines:
        if is_slope_of_unit(line):
            bent = slope_at_net(line)
            if bent is not None and bent != line.formula:
                yield {line.at: bent}, line.at


# --- a number put down wrongly ---


def digit_lost(text: str) -> str:
    start = next((place for place, sign in enumerate(text) if sign in "123456789"), len(text))
    inner = [place for place in range(start + 1, len(text) - 1) if text[place].isdigit()]
    place = inner[len(inner) // 2] if inner else start
    return text[:place] + text[place + 1 :]


def digits_crossed(text: str) -> str:
    for place in range(len(text) - 1, 0, -1):
        if text[place - 1 : place + 1].isdigit() and text[place - 1] != text[place]:
            return text[: place - 1] + text[place] + text[place - 1] + text[place + 1 :]
    return text


def moved_point(text: str) -> str:
    return f"{Decimal(text) * 10:f}"


def other_sign(text: str) -> str:
    return text[1:] if text.startswith("-") else f"-{text}"


class Kind(NamedTuple):
    """How it is planted, and the words of which a report must use one."""

    plans: Callable[[Exercise, random.Random], Plans] | None
    words: str
    spoil: Callable[[str], str] | None = None
    networks: tuple[str, ...] = ("plain", "shipped", "several")
    steps: int = 1


def is_unit_slope(part: Formula) -> bool:
    return isinstance(part, Name) and part.kind == "d" and part.of is not None and part.of.kind == "out"


OPTIMIZED = ("optimized",)
MEANS = ("several", "defined")

KINDS: Mapping[str, Kind] = {
    "another-target": Kind(neighbours("target"), "target"),
    "targets-swapped": Kind(targets_swapped, "target"),
    "targets-reversed": Kind(targets_reversed, "sign|revers|target|minus|ascent"),
    "exchanged": Kind(exchanged, "exchang|swap|other line|cross|neighbour|another"),
    "misread-given": Kind(misread(("", "target")), "misread|digit|point|factor-ten|ten|copied|read"),
    "one-over-one": Kind(one_line(quotient_first, is_kind("out", "")), "bracket|parenthes|1/1|one-over|precedence"),
    "exp-alone": Kind(one_line(only_exponential, is_kind("out")), "exp|e\\^"),
    "base-ten": Kind(one_line(to_base("10", "exp"), is_kind("out")), "10|base|ten"),
    "base-two-log": Kind(one_line(to_base("2", "log"), is_loss), "base|log"),
    "base-ten-log": Kind(one_line(to_base("10", "log"), is_loss), "base|log"),
    "tanh-slope": Kind(one_line(not_squared, is_slope_of_unit), "square|slope|1 - a"),
    "squares-apart": Kind(one_line(squares_apart, is_loss), "square"),
    "minus-lost": Kind(one_line(minus_lost), "sign|minus|ascent|add|plus"),
    "product-of-sums": Kind(one_line(product_of_sums, is_kind("net", "")), "product of|sums"),
    "added-factors": Kind(one_line(added_factors, is_kind("net", "")), "product of|sums|add"),
    "another-row": Kind(weights_of_another, "row|another unit|other unit|neighbour|transpos|weights"),
    "bias-twice": Kind(one_line(bias_twice, is_kind("net")), "bias|twice"),
    "bias-left-out": Kind(one_line(bias_lost, is_kind("net")), "bias"),
    "digit-lost": Kind(None, "digit|copied|lost", digit_lost),
    "digits-crossed": Kind(None, "digit|copied|transpos|cross", digits_crossed),
    "factor-ten": Kind(None, "ten|point", moved_point),
    "sign": Kind(None, "sign|minus|negat|ascent|add|t - o|target minus|revers", other_sign),
    "rate-in-gradient": Kind(one_line(times_eta, is_gradient), "rate|eta"),
    "rate-left-out": Kind(all_lines(factor_dropped(lambda f: f == ETA), is_update), "rate|eta"),
    "rate-left-out-once": Kind(one_line(factor_dropped(lambda f: f == ETA), is_update), "rate|eta"),
    "rate-twice": Kind(all_lines(rate_twice, is_update), "rate|eta"),
    "shrunk-weight": Kind(one_line(shrunk_weight, is_update), "weight|w \\(1|shrunk|multipl"),
    "ascent": Kind(all_lines(added_gradient, is_update), "ascent|add"),
    "ascent-once": Kind(one_line(added_gradient, is_update), "ascent|add|sign"),
    "velocity-forgotten": Kind(velocity_forgotten, "velocity|momentum", None, OPTIMIZED, 2),
    "beta1-for-beta2": Kind(one_line(renamed("beta2", "beta1")), "beta", None, OPTIMIZED, 2),
    "no-correction": Kind(no_correction, "correct", None, OPTIMIZED, 2),
    "n-minus-one": Kind(one_line(one_less), "n - 1|n-minus|one less|minus-one|N - 1|sum-for-mean", None, MEANS),
    "n-forgotten": Kind(all_lines(whole_lost, over_samples), "1/n|mean|divi|sum|n-|batch", None, ("several",)),
    "gradients-summed": Kind(gradients_summed, "1/n|mean|divi|sum|n-|batch|doubled|factor", None, ("several",)),
    "one-sample-only": Kind(one_sample_only, "sample|only|term|left out", None, ("several",)),
    "hard-target": Kind(hard_targets, "target|smooth|hard"),
    "softmax-twice": Kind(softmax_twice, "softmax|twice", None, ("softmax",)),
    "softmax-left-out": Kind(softmax_left_out, "softmax|activation", None, ("softmax",)),
    "scale-left-out": Kind(all_lines(root_lost), "scale|sqrt|root|factor|left out|divi", None, ("defined",)),
    "penalty-left-out": Kind(penalty_left_out, "penalt|decay|term|left out", None, ("decayed", "defined")),
    "updated-weights": Kind(updated_weights, "updated"),
    "transposed": Kind(transposed, "transpos|row|column"),
    "half-left-out": Kind(one_line(factor_dropped(lambda f: f == Number("1/2")), is_loss), "half|1/2|factor"),
    "term-left-out": Kind(one_line(term_dropped(0), is_kind("net", "d")), "term|left out|weight|path|only|sample"),
    "slope-left-out": Kind(one_line(factor_dropped(is_unit_slope), is_delta), "slope|derivative|left out|factor"),
    "slope-at-net": Kind(where_slope, "net"),
    "activation-left-out": Kind(activation_left_out, "activation|net"),
    "weights-left-out": Kind(without_weights, "weight|factor|left out"),
    "stale": Kind(stale, "old|stale|updated|first step|earlier|step", None, ("plain", "several"), 2),
    "another-input": Kind(neighbours(""), "neighbour|another|other|weight|input|row|read|given|value|bias"),
}  # fmt: skip


def plans_of(made: Exercise, kind: str, rng: random.Random, entry: Kind) -> list[Planted]:
    if entry.plans is None:
        return [Planted(kind, line.at, {}, entry.spoil) for line in made.calculated.lines]
    plans = [Planted(kind, at, bends, None, *more) for bends, at, *more in entry.plans(made, rng)]
    if ETA in made.calculated.given:
        return plans
    # adadelta has no rate that could be misused
    return [one for one in plans if not any(ETA in names_in(bent) for bent in one.bends.values())]


def plant(made: Exercise, kind: str, rng: random.Random, kinds: Mapping[str, Kind] = KINDS) -> Planted | None:
    """One of the ways of making this mistake in an exercise, or None."""
    plans = plans_of(made, kind, rng, kinds[kind])
    return rng.choice(plans) if plans else None
