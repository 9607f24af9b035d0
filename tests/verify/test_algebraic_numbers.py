"""Numbers with roots and sines: exact signs, held against mpmath at many digits."""

from __future__ import annotations

from fractions import Fraction
from random import Random

import mpmath
import pytest

from nalmx.expression import parse
from nalmx.verify import Claim, Effort, check
from nalmx.verify.algebra.numbers import sign_of_number
from nalmx.verify.certificate import certify

EQUAL = (
    ("sqrt(2) + sqrt(3)", "sqrt(5 + 2*sqrt(6))"),
    ("cos(pi/9)*cos(2*pi/9)*cos(4*pi/9)", "1/8"),
    ("sin(pi/10)", "(sqrt(5) - 1)/4"),
    ("cos(pi/5)", "(1 + sqrt(5))/4"),
    ("tan(3*pi/11) + 4*sin(2*pi/11)", "sqrt(11)"),
    (
        "cbrt(cos(2*pi/7)) + cbrt(cos(4*pi/7)) + cbrt(cos(8*pi/7))",
        "cbrt((5 - 3*cbrt(7))/2)",
    ),
    ("cbrt(cbrt(2) - 1)", "cbrt(1/9) - cbrt(2/9) + cbrt(4/9)"),
    ("sqrt(cbrt(5) - cbrt(4))", "(cbrt(2) + cbrt(20) - cbrt(25))/3"),
    ("cbrt(2 + sqrt(5)) + cbrt(2 - sqrt(5))", "1"),
    (
        "16*cos(2*pi/17)",
        "-1 + sqrt(17) + sqrt(34 - 2*sqrt(17))"
        " + 2*sqrt(17 + 3*sqrt(17) - sqrt(34 - 2*sqrt(17)) - 2*sqrt(34 + 2*sqrt(17)))",
    ),
)
FUNCTIONS = (
    ("sqrt(3 + 2*sqrt(2))*x", "(1 + sqrt(2))*x", "[1,5]"),
    ("sqrt(x + 2*sqrt(x - 1))", "1 + sqrt(x - 1)", "[1,10]"),
    ("sqrt(x + 2*sqrt(x - 1))", "1 + sqrt(x - 1)", "[2,10]"),
    ("sqrt(x**2 + 2*x*sqrt(y) + y)", "x + sqrt(y)", "[0,5]"),
    ("sqrt(x + sqrt(x**2 - 1))", "sqrt((x + 1)/2) + sqrt((x - 1)/2)", "[1,10]"),
    ("sqrt(x - sqrt(x**2 - 1))", "sqrt((x + 1)/2) - sqrt((x - 1)/2)", "[1,10]"),
    ("sqrt(1 + sqrt(1 - x**2))", "(sqrt(1 + x) + sqrt(1 - x))/sqrt(2)", "[-1,1]"),
    ("sqrt(1 - sqrt(1 - x**2))", "abs(sqrt(1 + x) - sqrt(1 - x))/sqrt(2)", "[-1,1]"),
    ("sqrt(2*x**2 + 1 + 2*x*sqrt(x**2 + 1))", "x + sqrt(x**2 + 1)", "[-5,5]"),
    ("sqrt(sqrt(x**2 + 1) + x)*sqrt(sqrt(x**2 + 1) - x)", "1", "[-5,5]"),
    ("sqrt(sqrt(x**2 + y**2) + x)*sqrt(sqrt(x**2 + y**2) - x)", "abs(y)", "[-3,3]"),
    ("sin(x + pi/5)", "sin(x)*(1 + sqrt(5))/4 + cos(x)*sin(pi/5)", "[0,5]"),
)


@pytest.mark.parametrize(("left", "right"), EQUAL)
def test_equal_numbers_are_proved_equal_and_those_next_to_them_refuted(
    left: str, right: str
) -> None:
    claim = Claim.of(left, right, {})
    verdict = check(claim)
    assert verdict.verdict == "proved"
    replay = certify(claim, verdict=verdict).replay()
    assert replay.established, replay.reason
    assert check(Claim.of(left, f"{right} + 1e-60", {})).verdict == "refuted"


@pytest.mark.parametrize(("left", "right", "domain"), FUNCTIONS)
def test_functions_with_such_numbers_and_roots_in_roots_are_proved_equal(
    left: str, right: str, domain: str
) -> None:
    claim = Claim.of(left, right, domain)
    verdict = check(claim)
    assert verdict.verdict == "proved"
    assert certify(claim, verdict=verdict).replay().established
    assert check(Claim.of(left, f"{right} + 1/10**30", domain)).verdict == "refuted"


def test_a_root_that_is_a_difference_elsewhere_is_no_sum() -> None:
    """√(x − 2√(x − 1)) is |√(x − 1) − 1|, and √(x − 1) − 1 only for x ≥ 2."""
    difference = "sqrt(x - 2*sqrt(x - 1))", "sqrt(x - 1) - 1"
    assert check(Claim.of(*difference, "[2,10]")).verdict == "proved"
    assert check(Claim.of(*difference, "[1,10]")).verdict == "refuted"


def written(random: Random, depth: int) -> str:
    if not depth:
        return random.choice(("2", "3", "5", "1/2", "sin(pi/5)", "cos(pi/7)", "cos(2*pi/9)"))
    one, other = (written(random, random.randrange(depth)) for _ in range(2))
    kinds = ("{0} + {1}", "{0} - ({1})", "({0})*({1})", "({0})/(1 + ({1})**2)")
    roots = ("sqrt(abs({0}))", "cbrt({0})", "(1 + ({0})**2)**(3/4)")
    return random.choice((*kinds, *roots, *roots)).format(one, other)


@pytest.mark.parametrize("count", [200, pytest.param(5_000, marks=pytest.mark.slow)])
def test_a_number_is_0_only_if_its_first_four_hundred_digits_are(count: int) -> None:
    random = Random(count)
    names = {name: getattr(mpmath, name) for name in ("sqrt", "sin", "cos")}
    names |= {"abs": abs, "cbrt": lambda x: mpmath.sign(x) * mpmath.cbrt(abs(x)), "pi": None}
    zeros = 0
    for number in range(count):
        one = written(random, 3)
        # The same number in another form, or nearly the same.
        again = random.choice((f"sqrt(({one})**2)", f"cbrt(({one})**3)", f"(2*({one}) + 1 - 1)/2"))
        text = f"({one}) - {again}" + random.choice(("", f" + 1/10**{10 + number % 90}"))
        sign = sign_of_number(parse(text))
        with mpmath.workdps(400):
            value = _value(text, names)
            digits = 0 if abs(value) < mpmath.mpf(10) ** -350 else int(mpmath.sign(value))
        assert sign in (digits, None), text
        zeros += sign == 0
    assert zeros > count // 8


def _value(text: str, names: dict[str, object]) -> mpmath.mpf:
    from nalmx.expression.nodes import Constant, Number, fold

    def leaf(node: object) -> mpmath.mpf:
        if isinstance(node, Constant):
            return mpmath.pi()
        assert isinstance(node, Number)
        return mpmath.mpf(node.value.numerator) / node.value.denominator

    rules = {
        **names,
        "add": lambda *xs: mpmath.fsum(xs),
        "mul": lambda *xs: mpmath.fprod(xs),
        "neg": lambda x: -x,
        "div": lambda x, y: x / y,
        "pow": lambda x, y: x**y,
    }
    return fold(parse(text), leaf, lambda operation, xs: rules[operation](*xs))


@pytest.mark.parametrize("count", [8, pytest.param(500, marks=pytest.mark.slow)])
def test_products_of_conjugate_roots_that_are_proved_hold_at_points(count: int) -> None:
    """(s + A)^e·(s − A)^e′ with s² = A² + N, at random points and where N is 0."""
    random, proved = Random(count), 0
    for _ in range(count):
        a = random.choice(("x", "2*x", "(x - 1)", "x*y"))
        n = random.choice(("y**2", "y**2", "y", "y**3", "(y - 1)**2", "4"))
        one, other = random.choice(
            (("1/2", "1/2"), ("1/3", "1/3"), ("1/2", "-1/2"), ("1/2", "1/4"))
        )
        root = f"sqrt({a}**2 + {n})"
        left = f"({root} + {a})**({one})*({root} - {a})**({other})"
        right = random.choice(
            ("abs({0})**({1})", "({0})**({1})", "abs({0})**({1})*({2} + {3})", "{3}")
        )
        right = right.format(n, one, root, a)
        low = random.choice((0, 0, 1, -2))
        claim = Claim.of(left, right, {"x": "[-2,3]", "y": f"[{low},3]"})
        if check(claim, Effort(examples=10, points=10, operations=30_000)).verdict != "proved":
            continue
        proved += 1
        for _ in range(30):
            x = Fraction(random.randint(-16, 24), 8)
            y = random.choice((Fraction(random.randint(8 * low, 24), 8), Fraction(max(low, 0))))
            assert same_at(left, right, x, y), (left, right, x, y)
    assert proved


def same_at(left: str, right: str, x: Fraction, y: Fraction) -> bool:
    """Whether both sides have one value in mpmath, which reads the texts as Python does."""
    with mpmath.workdps(60):
        names = {
            "x": mpmath.mpf(x.numerator) / x.denominator,
            "y": mpmath.mpf(y.numerator) / y.denominator,
        }
        values = [eval(side, {"sqrt": mpmath.sqrt, "abs": abs, **names}) for side in (left, right)]  # noqa: S307
        return bool(mpmath.almosteq(*values, abs_eps=mpmath.mpf(10) ** -14))
