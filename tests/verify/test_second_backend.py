"""The second arithmetic: it encloses true values, as Arb computes them to 300 bits, and is tight."""

from fractions import Fraction
from random import Random

import flint
import pytest
from mpmath import libmp

from nalmx.expression import Undefined, evaluate, parse
from nalmx.expression.ball import ball, enclose, precision
from nalmx.ranges import Interval
from nalmx.verify.certificates.second.backend import Prepared
from nalmx.verify.certificates.second.bounds import BITS as BITS_OF_BOUNDS
from nalmx.verify.certificates.second.bounds import Bounder, OutOfBudget, Spending, slopes_of, spans
from nalmx.verify.certificates.second.intervals import OPEN, UNDEFINED, span
from nalmx.verify.certificates.second.taylor import taylor_form

BITS = 100
FORMS = (
    *("x + y", "x - y", "x*y", "x/y", "Mod(x, y)", "Min(x, y)", "Max(x, y)", "x**(y/20)", "-x"),
    *("exp(x/50)", "log(x)", "sin(x)", "cos(x)", "tan(x)", "tanh(x)", "sqrt(x)", "abs(x)"),
    *("sign(x)", "floor(x)", "x**0", "x**2", "x**3", "x**-1", "x**-2", "x**7", "x**0.5"),
    *("x**1.37", "x**-0.3", "pi*x", "E*x", "Piecewise((x, x < y), (y**2, x > 2*y), (3, True))"),
    "Piecewise((1/x, (x >= 1) & ~(y > 2)), (x, (x == y) | (y <= 3)))",
)


def end(raw):
    """An end of an interval as an exact ball, however large its exponent."""
    size = flint.arb(int(raw[1])) * flint.arb(2) ** flint.fmpz(int(raw[2]))
    return -size if raw[0] else size


def some_number(random):
    match random.randrange(5):
        case 0:
            return Fraction(random.randrange(-10, 11))
        case 1:
            return Fraction(random.randrange(-1000, 1001), random.randrange(1, 1000))
        case 2:
            return Fraction(random.randrange(-(2**60), 2**60), 2 ** random.randrange(120))
        case 3:
            return Fraction(random.randrange(-50, 51), 2)
        case _:
            return Fraction(random.randrange(-(10**6), 10**6), 7919)


def some_box(random):
    box = {}
    for name in "xy":
        lower = some_number(random)
        width = abs(some_number(random)) * random.choice((0, Fraction(1, 2**40), 1, 1))
        box[name] = (lower, lower + width)
    return box


def true_value(expression, point):
    value = evaluate(expression, point)
    if isinstance(value, Fraction):
        return ball(value)
    if isinstance(value, Undefined):
        return value
    return enclose(expression, {name: ball(given) for name, given in point.items()})


@pytest.mark.parametrize("form", FORMS)
def test_an_interval_holds_every_true_value(form):
    random = Random(form)
    expression = parse(form)
    program = Prepared(expression, BITS)
    with precision(300):
        for _ in range(120):
            box = some_box(random)
            value = program.value({name: span(*box[name], BITS) for name in program.names})
            for _ in range(4):
                place = Fraction(random.choice((0, 1024, random.randrange(1025))), 1024)
                point = {name: low + (high - low) * place for name, (low, high) in box.items()}
                true = true_value(expression, point)
                if value is UNDEFINED:
                    assert isinstance(true, Undefined)
                elif value is not OPEN:
                    assert isinstance(true, flint.arb)
                    assert not true < end(value[0])
                    assert not true > end(value[1])


@pytest.mark.parametrize("form", [form for form in FORMS if "==" not in form])
def test_at_a_point_an_interval_is_as_thin_as_its_precision(form):
    random = Random(form)
    program = Prepared(parse(form), 200)
    thin = told = 0
    with precision(400):
        for _ in range(100):
            point = {name: abs(some_number(random)) % 7 + 1 for name in "xy"}
            inputs = {name: span(point[name], point[name], 200) for name in program.names}
            value = program.value(inputs)
            if isinstance(value, tuple):
                told += 1
                size = max(abs(end(value[0])), abs(end(value[1])), key=float)
                thin += end(value[1]) - end(value[0]) <= (size + 1) * flint.arb(2) ** -180
    assert told >= 60
    assert thin == told


def on(text, **ranges):
    program = Prepared(parse(text), BITS)
    return program.value(
        {name: span(Fraction(low), Fraction(high), BITS) for name, (low, high) in ranges.items()}
    )


def floats(value):
    return tuple(libmp.to_float(part) for part in value)


@pytest.mark.parametrize(
    ("text", "extent", "expected"),
    [
        ("x**2", (-1, 2), (0, 4)),
        ("x**3", (-1, 2), (-1, 8)),
        ("x**4", (-3, -2), (16, 81)),
        ("abs(x)", (-3, 2), (0, 3)),
        ("sign(x)", (-3, 0), (-1, 0)),
        ("floor(x)", (Fraction(-1, 2), Fraction(5, 2)), (-1, 2)),
        ("sqrt(x)", (0, 4), (0, 2)),
        ("x**0.5", (0, 4), (0, 2)),
        ("sin(x)", (1, 2), (pytest.approx(0.8414709848), 1)),
        ("sin(x)", (4, 5), (-1, pytest.approx(-0.7568024953))),
        ("cos(x)", (-1, 2), (pytest.approx(-0.4161468365), 1)),
        ("cos(x)", (0, 100), (-1, 1)),
        ("tan(x)", (-1, 1), (pytest.approx(-1.5574077246), pytest.approx(1.5574077246))),
        ("tanh(x)", (-1, 10**9), (pytest.approx(-0.7615941559), 1)),
        ("exp(x)", (-(10**30), 0), (0, 1)),
        ("Mod(x, 3)", (4, 5), (1, 2)),
        ("Mod(x, -3)", (4, 9), (-3, 0)),
        ("1/x", (-4, -2), (-0.5, -0.25)),
        ("x**-2", (-4, -2), (0.0625, 0.25)),
    ],
)
def test_wide_intervals_are_tight(text, extent, expected):
    assert floats(on(text, x=extent)) == expected


@pytest.mark.parametrize(
    ("text", "extent", "expected"),
    [
        ("1/x", (0, 0), UNDEFINED),
        ("1/x", (-1, 1), OPEN),
        ("log(x)", (-1, 0), UNDEFINED),
        ("log(x)", (0, 1), OPEN),
        ("sqrt(x)", (-2, -1), UNDEFINED),
        ("sqrt(x)", (-1, 0), OPEN),
        ("x**0.5", (-2, -1), UNDEFINED),
        ("x**-1", (0, 0), UNDEFINED),
        ("0**(x - 3)", (1, 2), UNDEFINED),
        ("(x - 5)**x", (1, 2), OPEN),
        ("tan(x)", (1, 2), OPEN),
        ("Piecewise((x, x > 3))", (1, 2), UNDEFINED),
        ("Piecewise((1, x > 0), (1/(x - x), True))", (1, 2), (1, 1)),
        ("Piecewise((1, x > 3/2), (2, True))", (1, 2), OPEN),
        ("Piecewise((1, 1/(x - 3/2) > 0), (2, True))", (Fraction(3, 2),) * 2, UNDEFINED),
        ("exp(exp(exp(exp(x))))", (10, 11), OPEN),
        ("x < 3", (1, 2), True),
        ("x >= 3", (1, 2), False),
        ("x <= 1", (1, 2), OPEN),
        ("x > 2", (1, 2), False),
        ("x == 2", (2, 2), True),
        ("x != 2", (3, 4), True),
        ("x == 2", (1, 2), OPEN),
        ("(x < 3) & (log(-x) > 0)", (1, 2), UNDEFINED),
        ("(x > 3) | ~(x > 0)", (1, 2), False),
    ],
)
def test_what_is_undefined_or_open_is_said(text, extent, expected):
    value = on(text, x=extent)
    if isinstance(expected, tuple):
        assert floats(value) == expected
    else:
        assert value is expected


@pytest.mark.parametrize(
    "text",
    [
        *("sin(exp(x**3))", "cos(1/exp(exp(x)))", "tanh(exp(x**3))", "log(exp(exp(x)))"),
        *("exp(-exp(x**2))", "floor(exp(x**2))", "x**(x**x)", "sin(exp(-exp(exp(x))))"),
        *("tanh(exp(-exp(x)))", "tan(exp(-exp(x)))", "sin(exp(-exp(x)))", "sqrt(exp(-exp(x)))"),
    ],
)
def test_huge_and_tiny_numbers_do_not_hang(text):
    assert on(text, x=(20, 21)) is not None


SMOOTH = (
    *("x*y - x", "x/y", "x**3*y", "exp(x)*log(y)", "sin(x)*cos(y)", "tan(x/9)", "tanh(x*y)"),
    *("sqrt(x + y)", "x**y", "x**-2.5", "abs(x - y)*x", "Min(x, y, 2)", "Max(x*y, x + y)"),
    *("Mod(x, 9)", "Piecewise((x*y, x > 0), (7, True))", "floor(x/9)*y", "sign(x)*y", "-x"),
)


@pytest.mark.parametrize("form", SMOOTH)
def test_slopes_hold_the_slope_of_every_chord(form):
    random = Random(form)
    expression = parse(form)
    program = Prepared(expression, BITS_OF_BOUNDS)
    told = 0
    with precision(200):
        for _ in range(60):
            box = {
                name: Interval(low, low + Fraction(random.randrange(1, 100), 100))
                for name in "xy"
                for low in [Fraction(random.randrange(100, 300), 100)]
            }
            inputs = spans(box)
            slopes = slopes_of(program, program.values(inputs))
            if slopes is None:
                continue
            told += 1
            for _ in range(4):
                start, stop = (
                    {
                        name: extent.lower + extent.width * Fraction(random.randrange(65), 64)
                        for name, extent in box.items()
                    }
                    for _ in range(2)
                )
                rise = true_value(expression, stop) - true_value(expression, start)
                low, high = flint.arb(0), flint.arb(0)
                for name, slope in slopes.items():
                    steps = [end(part) * ball(stop[name] - start[name]) for part in slope]
                    low, high = low + steps[0].min(steps[1]), high + steps[0].max(steps[1])
                assert not rise < low
                assert not rise > high
    assert told > 20


def box_of(**ranges):
    return {name: Interval(Fraction(a), Fraction(b)) for name, (a, b) in ranges.items()}


def shows(text, bound, *conditions, boxes=2_000, **ranges):
    bounder = Bounder(
        [parse(text)],
        [(parse(function), frozenset(signs)) for function, signs in conditions],
        Fraction(bound),
    )
    box = box_of(**ranges)
    return bounder.shows(box, box, Spending(boxes, 20.0))


def test_a_bound_is_shown_with_cuts_where_they_are_needed():
    assert shows("x*(1 - x)", "0.2501", x=(0, 1))
    assert shows("x*y - y*x + 1/1000", "0.01", x=(0, 1), y=(0, 1))
    assert shows("sin(x) - x + x**3/6", "0.009", x=(0, 1))
    assert shows("1/100", "0.0101")


@pytest.mark.parametrize("text", ["x*(1 - x)", "Abs(x*(x - 1))", "-(x - x**2)"])
def test_a_false_bound_is_never_shown(text):
    assert not shows(text, "0.2499999", x=(0, 1))


def test_conditions_exclude_and_their_edges_do_not():
    assert shows("x", "0.501", ("1/2 - x", (1, 0)), x=(0, 1))
    assert not shows("x", "0.499", ("1/2 - x", (1, 0)), x=(0, 1))
    bounder = Bounder([parse("x")], [(parse("x - 1"), frozenset({1}))], Fraction(1))
    assert bounder.excludes(box_of(x=(0, 1)))
    assert not bounder.excludes(box_of(x=(0, 2)))


def test_what_is_not_defined_everywhere_is_not_bounded():
    assert not shows("1/(x - 1/2)", "1000000", x=(0, 1), boxes=20_000)
    assert not shows("x", "1/2", x=(1, 1), boxes=10)


def test_a_bound_that_needs_more_boxes_than_there_are_is_not_shown():
    with pytest.raises(OutOfBudget, match="10 boxes were not enough"):
        shows("sin(9*x)**2 + cos(9*x)**2", "1.0001", x=(0, 1), boxes=10)


ONE_INPUT = (
    *("exp(x)/x", "log(x)**2", "sin(x)*cos(x)", "tan(x/3)", "tanh(3*x)", "sqrt(x)", "x**-3"),
    *("x**2.5", "x**x", "abs(x - 9)*x", "Min(x, 9) + Max(x, 0, 1/x)", "(x - 1/2)**3/(x + 1)"),
    *("Piecewise((x**2, x > 0), (7, True))", "exp(-x)", "pi*x - E", "5"),
)


def taylor(program, lower, upper):
    middle, half = (lower + upper) / 2, (upper - lower) / 2
    thin = [span(value, value, BITS) for value in (middle, half)]
    return taylor_form(program, span(lower, upper, BITS), *thin)


@pytest.mark.parametrize("form", ONE_INPUT)
def test_a_taylor_form_holds_every_true_value(form):
    random = Random(form)
    expression = parse(form)
    program = Prepared(expression, BITS)
    told = 0
    with precision(300):
        for _ in range(60):
            lower = Fraction(random.randrange(150, 400), 100)
            upper = lower + Fraction(random.randrange(1, 100), 100)
            value = taylor(program, lower, upper)
            if value is None:
                continue
            told += 1
            for place in (0, 64, *(random.randrange(65) for _ in range(4))):
                point = {"x": lower + (upper - lower) * Fraction(place, 64)}
                true = true_value(expression, point)
                assert not true < end(value[0])
                assert not true > end(value[1])
    assert told == (0 if form == "5" else 60) or form == "tan(x/3)"


def test_what_cancels_between_two_sides_cancels_in_a_taylor_form():
    program = Prepared(parse("exp(x) - exp(x + 1e-20)"), BITS)
    value = taylor(program, Fraction(1), Fraction(9, 8))
    assert max(map(abs, floats(value))) < 1e-9


@pytest.mark.parametrize("text", ["sqrt(x)", "abs(x)", "floor(x + 1/2)", "1/x", "Min(x, -x)"])
def test_what_is_not_smooth_has_no_taylor_form(text):
    assert taylor(Prepared(parse(text), BITS), Fraction(-1), Fraction(1)) is None
