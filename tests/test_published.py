"""The true values of the shipped examples, computed elsewhere with 50 digits, against both engines.

The numbers are literals. The exact engine must give them to their last digit; the float engine must
agree with the exact one to 1e-12.
"""

from decimal import ROUND_HALF_EVEN, Decimal
from fractions import Fraction
from functools import cache

import pytest

from backprop_trace.cli.options import with_values
from backprop_trace.files.spec import load
from backprop_trace.formulas.notation.numbers import Value
from backprop_trace.run.step import Settings, Trace, trace

# example, training step -> quantity: true value. Gradients are dE/d...: where a source writes delta = (t - y) f', or
# Err, the sign is turned.
TRUE = {
    ("quirk", 1): """
        net_h1 .7724
        net_h2 .92
        out_h1 .6483228418
        out_h2 .7258974148
        net_o1 .4071131195
        net_o2 .6676044011
        out_o1 .3860187165
        out_o2 .5834018530
        E_o1 .0468237274
        E_o2 .0304053230
        E .0772290505
        dE/dnet_o1 .2604187300
        dE/dnet_o2 -.1626665634
        dE/dh1o1 .1688354111
        dE/dh1o2 -.1054604487
        dE/dh2o1 .1890372829
        dE/dh2o2 -.1180792379
        dE/dout_h1 .0888859688
        dE/dout_h2 -.0829371130
        dE/di1h1 .0288541095
        dE/di2h1 .0123660469
        dE/di1h2 -.0219717703
        dE/di2h2 -.0094164730
        i1h1+ .7711458905
        i1h2+ .8419717703
        i2h1+ .0476339531
        i2h2+ .9294164730
        h1o1+ .2911645889
        h1o2+ .2954604487
        h2o1+ -.0390372829
        h2o2+ .8680792379""",
    ("quirk", 2): "E .0145028959",
    ("mazur", 1): """
        net_h1 .3775
        out_h1 .59326999210718725517
        out_h2 .596884378
        net_o1 1.105905967
        out_o1 .75136506955231570796
        out_o2 .772928465
        E_o1 .274811083
        E_o2 .023560026
        E .29837110876000268861
        dE/dout_o1 .74136507
        dout_o1/dnet_o1 .186815602
        dE/dnet_o1 .138498562
        dE/dw5 .082167040564230778846
        w5+ .35891648
        w6+ .408666186
        w7+ .511301270
        w8+ .561370121
        dE_o1/dout_h1 .055399425
        dE_o2/dout_h1 -.0190491182583
        dE/dout_h1 .036350306
        dout_h1/dnet_h1 .241300709
        dE/dw1 .000438568
        w1+ .149780716
        w2+ .19956143
        w3+ .24975114
        w4+ .29950229""",
    ("mazur", 2): "E .29102777369359935",
    ("mazur", 10000): "E 3.510854812e-05",
    ("mazur", 10001): """
        out_o1 .01591362044
        out_o2 .98406427351
        E 3.510187783e-05""",
    ("cheng", 1): """
        net_h3 .21
        net_h4 .315
        out_h3 .552307909574
        out_h4 .578105232884
        net_o5 .6859870824681757958
        out_o5 .6650736395247564
        dE/dnet_o5 .03677026768832938688
        dE/dnet_h3 .002727587746
        dE/dnet_h4 .008071427316
        w23+ .878742915835
        w13+ .279691490319
        w11+ .199045344289
        w21+ .198090688578
        w12+ .297175000439
        w22+ .294350000879""",
    ("cheng", 2): """
        out_h3 .551894782782
        out_h4 .576898991247
        out_o5 .6595537417071098""",
    ("han-kamber", 1): """
        net_h4 -.7
        net_h5 .1
        out_h4 .331812227832
        out_h5 .524979187479
        net_o6 -.10453950584533817
        out_o6 .47388889882398544
        dE/dnet_o6 -.1311690782143445
        dE/dnet_h5 .006542085064
        dE/dnet_h4 .008724561965
        w46+ -.260828846342
        w56+ -.138025067507
        w14+ .19214789423
        w15+ -.30588787656
        w24+ .4
        w25+ .1
        w34+ -.50785210577
        w35+ .19411212344
        b6+ .21805217039
        b5+ .19411212344
        b4+ -.40785210577""",
    ("udacity", 1): """
        out_h1 .55971365
        out_h2 .38698582
        out_o1 .48497343084992535575""",
}

# rate 0.5 x error term x input, as the source has it
UDACITY_CHANGES = """
    w_h1_o1 .00804047
    w_h2_o1 .00555918
    w_x1_h1 1.77005547e-04
    w_x1_h2 -5.11178506e-04
    w_x2_h1 3.54011093e-05
    w_x2_h2 -1.02235701e-04
    w_x3_h1 -7.08022187e-05
    w_x3_h2 2.04471402e-04"""

# 2-2-1 without activation functions: by hand, with fractions.
HMKCODE = {
    1: """
        net_h1 17/20
        out_h1 17/20
        net_h2 12/25
        out_h2 12/25
        net_o1 191/1000
        out_o1 191/1000
        E_o1 654481/2000000
        E 654481/2000000
        dE/dout_o1 -809/1000
        dout_o1/dnet_o1 1
        dE/dnet_o1 -809/1000
        dnet_o1/dw5 17/20
        dE/dw5 -13753/20000
        dnet_o1/dw6 12/25
        dE/dw6 -2427/6250
        dnet_o1/dout_h1 7/50
        dE/dout_h1 -5663/50000
        dnet_o1/dout_h2 3/20
        dE/dout_h2 -2427/20000
        dout_h1/dnet_h1 1
        dE/dnet_h1 -5663/50000
        dnet_h1/dw1 2
        dE/dw1 -5663/25000
        dnet_h1/dw2 3
        dE/dw2 -16989/50000
        dout_h2/dnet_h2 1
        dE/dnet_h2 -2427/20000
        dnet_h2/dw3 2
        dE/dw3 -2427/10000
        dnet_h2/dw4 3
        dE/dw4 -7281/20000
        w1+ 60663/500000
        w2+ 226989/1000000
        w3+ 26427/200000
        w4+ 39281/400000
        w5+ 69753/400000
        w6+ 21177/125000""",
    2: """
        net_h1 923619/1000000
        net_h2 223551/400000
        out_o1 102298312323/400000000000
        E 88626294845734053656329/320000000000000000000000""",
}

# y = W x at x = 0, 1, 2 with the targets 0, 2, 4: outputs and squared errors.
ONE_WEIGHT = {"3": ([0, 3, 6], [0, 1, 4]), "4": ([0, 4, 8], [0, 4, 16]), "2": ([0, 2, 4], [0, 0, 0])}

# 2-3-1 without activation functions: x = (2, -1), delta = 2 (2.52 - 1) = 3.04; its hidden deltas are 3.04 x w^2.
KUMAR = """
    out_h1 .1
    out_h2 -.9
    out_h3 1.7
    out_o1 2.52
    E 2.3104
    dE/dnet_o1 3.04
    dE/dw2_11 .304
    dE/dw2_12 -2.736
    dE/dw2_13 5.168
    dE/db2 3.04
    dE/dnet_h1 2.128
    dE/dnet_h2 -2.432
    dE/dnet_h3 2.736
    dE/dw1_11 4.256
    dE/dw1_12 -2.128
    dE/dw1_21 -4.864
    dE/dw1_22 2.432
    dE/dw1_31 5.472
    dE/dw1_32 -2.736
    dE/db1 2.432"""


def pairs(table: str) -> list[tuple[str, ...]]:
    """Names with their numbers."""
    return [tuple(line.split()) for line in table.strip().splitlines()]


@cache
def traced(example: str, step: int, engine: str, digits: int | None = None) -> Trace:
    return trace(load(example), Settings(engine, digits), step)


def rounded(value: Value, literal: str) -> Decimal:
    """A value of the exact engine, rounded to the last digit of the literal."""
    decimal = Decimal(value.numerator) / Decimal(value.denominator) if isinstance(value, Fraction) else Decimal(value)
    return decimal.quantize(Decimal(literal), ROUND_HALF_EVEN)


def half_a_unit(literal: str) -> Decimal:
    """Half a unit of a number's last digit."""
    exponent = Decimal(literal).as_tuple().exponent
    assert isinstance(exponent, int)
    return Decimal((0, (5,), exponent - 1))


@pytest.mark.parametrize(
    ("example", "step", "name", "literal"), [(*key, *pair) for key, table in TRUE.items() for pair in pairs(table)]
)
class TestTrueValues:
    def test_the_exact_engine_has_all_their_digits(self, example: str, step: int, name: str, literal: str) -> None:
        value = traced(example, step, "exact", 26)[name].value
        assert rounded(value, literal) == Decimal(literal)

    def test_the_float_engine_agrees_to_twelve_digits(self, example: str, step: int, name: str, literal: str) -> None:
        value = traced(example, step, "float")[name].value
        assert float(value) == pytest.approx(float(traced(example, step, "exact", 26)[name].value), rel=1e-12, abs=0)
        assert abs(Decimal(float(value)) - Decimal(literal)) <= half_a_unit(literal) + abs(Decimal(literal)) / 10**12


@pytest.mark.parametrize(("name", "change"), pairs(UDACITY_CHANGES))
@pytest.mark.parametrize("engine", ["float", "exact"])
def test_udacitys_changes_are_the_rate_times_the_falling_gradient(name: str, change: str, engine: str) -> None:
    gradient = Decimal(float(traced("udacity", 1, engine, 17)[f"dE/d{name}"].value))
    assert rounded(gradient * Decimal("-0.5"), change) == Decimal(change)


@pytest.mark.parametrize(
    ("step", "name", "literal"), [(step, *pair) for step, table in HMKCODE.items() for pair in pairs(table)]
)
def test_hmkcode_is_rational_all_the_way(step: int, name: str, literal: str) -> None:
    value = traced("hmkcode", step, "exact")[name].value
    assert isinstance(value, Fraction)
    assert value == Fraction(literal)
    assert float(traced("hmkcode", step, "float")[name].value) == pytest.approx(float(Fraction(literal)), rel=1e-12)


def test_every_line_of_hmkcodes_first_step_is_checked() -> None:
    first_step = traced("hmkcode", 1, "exact")
    assert [first_step[name].name for name, _ in pairs(HMKCODE[1])] == [line.name for line in first_step.lines]


@pytest.mark.parametrize("weight", ONE_WEIGHT)
def test_one_weight_has_the_tables_of_its_source(weight: str) -> None:
    result = trace(with_values(load("one-weight"), [f"W={weight}"]), Settings("exact"))
    outputs, errors = ONE_WEIGHT[weight]
    assert [result[f"out_y[{sample}]"].value for sample in (1, 2, 3)] == outputs
    assert [result[f"E_y[{sample}]"].value for sample in (1, 2, 3)] == errors
    assert result["E"].value == sum(errors)


@pytest.mark.parametrize(("name", "literal"), pairs(KUMAR))
def test_kumars_chain_in_our_numbers(name: str, literal: str) -> None:
    assert traced("kumar", 1, "exact")[name].value == Fraction(literal)
    assert float(traced("kumar", 1, "float")[name].value) == pytest.approx(float(literal), rel=1e-12)
