"""Claims about float programs: bounds that hold, verdicts that are right, counterexamples that are floats."""

from fractions import Fraction
from random import Random

import numpy as np
import pytest
from helpers_float_formulas import drawn, place, reals, related, rounded, runs
from helpers_pytest import thinned

from nalmx.errors import SettingError
from nalmx.expression.float_program import FORMATS
from nalmx.verify import Claim, Effort, check
from nalmx.verify.certificate import Certificate, certify
from nalmx.verify.rounding.floating import rounding_over
from nalmx.verify.rounding.signed_errors import SignedErrors
from nalmx.verify.rounding.spans import Spans
from nalmx.verify.rounding.written import written_program

UNIT = 2.0**-53


def verdict_on(left, right, domain, tolerance, arithmetic="float64", **effort):
    claim = Claim.of(left, right, domain, tolerance, arithmetic=arithmetic)
    return check(claim, Effort(examples=200, **effort))


def rounding_of(text, domain, arithmetic="float64", boxes=3_000):
    claim = Claim.of(text, text, domain, "abs:1", arithmetic=arithmetic)
    return rounding_over(written_program(claim), claim.domain, boxes, Fraction(1))


def test_random_programs_never_err_by_more_than_their_bound():
    """Judged by rounding of its own on integers, and by mpmath."""
    _hold_to_their_bounds(range(10))


@pytest.mark.slow
def test_many_random_programs_never_err_by_more_than_their_bound():
    _hold_to_their_bounds(range(10, 150))


def _hold_to_their_bounds(seeds):
    bounded, close = 0, []
    for seed in seeds:
        tree, ranges, kind, ulps, draw = drawn(seed)
        text = tree.text()
        domain = {name: f"[{low},{high}]" for name, (low, high) in ranges.items()}
        found = rounding_of(text, domain, f"{kind}:{ulps}", 40)
        if found.bound is None:
            continue
        bounded += 1
        worst = Fraction(0)
        for _ in range(15):
            point = reals(draw, ranges, kind)
            worst = max(worst, abs(runs(tree, point, kind, ulps, draw) - tree.real(point)))
            assert worst <= found.bound, (text, domain, kind, point)
        close.append(float(found.bound / worst) if worst else 1.0)
    assert bounded >= len(seeds) / 2
    assert sorted(close)[bounded // 2] < 3


def test_steps_that_are_rounded_alike_never_err_by_more_than_their_bound():
    """At numbers from end to end, floats and such that are nearly halfway between two."""
    _hold_families(range(6))


@pytest.mark.slow
def test_many_steps_that_are_rounded_alike_never_err_by_more_than_their_bound():
    _hold_families(range(6, 1_500))


def _hold_families(seeds):
    bounded, close = 0, []
    for seed in seeds:
        tree, (low, high), kind = related(seed)
        draw = Random(seed)
        inputs = draw.choice(["", ":floats"]) if high - low > low / 50 else ""
        found = rounding_of(tree.text(), f"[{low},{high}]", f"{kind}{inputs}", 60)
        if found.bound is None:
            continue
        bounded += 1
        worst = Fraction(0)
        for _ in range(60):
            near = rounded(low + (high - low) * Fraction(draw.random()), kind)
            half = Fraction(2) ** (place(abs(near), kind) - 1) * Fraction(
                draw.randint(-999, 999), 1000
            )
            x = near if inputs else near + half
            if not low <= x <= high:
                continue
            try:
                computed = runs(tree, {"x": x}, kind, 1, draw)
            except ZeroDivisionError:
                continue
            worst = max(worst, abs(computed - tree.real({"x": x})))
            assert worst <= found.bound * (1 + Fraction(1, 10**30)), (
                tree.text(),
                low,
                high,
                kind,
                x,
            )
        close.append(float(found.bound / worst) if worst else 1.0)
    assert bounded >= len(seeds) / 2
    assert sorted(close)[bounded // 2] < 3


FLOAT16_CLAIMS = [  # with the same in NumPy, where c is the type of numbers
    ("x - x*x*x/6", lambda x, c: x - x * x * x / c(6), "[-1.5,1.5]", "abs:1e-3"),
    ("x/(x + 1)", lambda x, c: x / (x + c(1)), "[0.01,900]", "rel:1e-2"),
    ("(x + 0.1)*(x - 0.1)", lambda x, c: (x + c(0.1)) * (x - c(0.1)), "[-3,3]", "abs:2e-2"),
    ("sqrt(x*x + 1)", lambda x, c: np.sqrt(x * x + c(1)), "[-20,20]", "rel:1e-2"),
    ("Max(x, 0.3)*3", lambda x, c: np.maximum(x, c(0.3)) * c(3), "[-1,5]", "abs:1e-2"),
    ("abs(1 - x)*0.7", lambda x, c: abs(c(1) - x) * c(0.7), "[0,4]", "abs:5e-3"),
]


@pytest.mark.parametrize(("text", "run", "domain", "tolerance"), thinned(FLOAT16_CLAIMS))
def test_every_float16_of_a_range_keeps_the_bound(text, run, domain, tolerance):
    low, high = (float(end) for end in domain.strip("[]").split(","))
    every = np.arange(2**16, dtype=np.uint16).view(np.float16)
    every = every[np.isfinite(every) & (every >= low) & (every <= high)]
    verdict = verdict_on(text, text, domain, tolerance, "float16")
    assert verdict.verdict == "bounded"
    computed = run(every, np.float16).astype(np.float64)
    exact = run(every.astype(np.float64), np.float64)
    gap = np.abs(computed - exact)
    if tolerance.startswith("rel"):
        gap = gap / np.abs(exact)
    assert gap.max() <= float(verdict.bound) * (1 + 1e-9)
    assert float(verdict.bound) <= 5 * gap.max()


CLASSES = [  # a restatement of each class of published problems: what it is bounded by, in units of 2^-53
    ("polynomial in one input", "1 + x/2 - 0.125*x*x + 0.0625*x*x*x", "[0,1]", 3.9),
    ("quotient", "3.5*x*x/(1 + (x/1.2)*(x/1.2))", {"x": "[0.1,0.4]"}, 3.2),
    ("cancellation", "a*b - b*c - a - c", "[-12,12]", 2_000),
    ("exact differences", "(a - b + c)*(a + b - c)", "[4,7.5]", 300),
    ("functions", "log(1 + exp(x))", "[-7,7]", 14),
    ("angles", "a + b*sin(c)*cos(c)", {"a": "[-9,9]", "b": "[0,9]", "c": "[-1.5,1.5]"}, 45),
]


@pytest.mark.parametrize(("name", "text", "domain", "units"), CLASSES, ids=[c[0] for c in CLASSES])
def test_bounds_are_close_on_each_class_of_published_problems(name, text, domain, units):
    found = rounding_of(text, domain, "float64:0.75")
    assert found.bound is not None, found.reason
    assert float(found.at_a_spot) <= float(found.bound) <= 1.08 * float(found.at_a_spot)
    assert units * UNIT / 2 <= float(found.bound) <= units * UNIT


def test_slopes_as_forms_are_closer_on_wide_boxes():
    text = "exp(-(3*(a - 0.4)*(a - 0.4) + 10*(b - 0.1)*(b - 0.1)))*a"
    claim = Claim.of(text, text, "[0,1]", "abs:1", arithmetic="float64")
    errors = SignedErrors(written_program(claim))
    low = np.arange(16.0) / 16
    box = {"a": Spans(low, low + 1 / 16), "b": Spans(low, low + 1 / 16)}
    closer = errors.bounds(box, 16)
    at_points = errors.bounds({name: Spans(x.low, x.low) for name, x in box.items()}, 16)
    errors.by_forms = False
    alone = errors.bounds(box, 16)
    assert np.all(at_points <= closer)
    assert np.all(closer <= alone)
    assert np.median(closer / alone) < 0.97


def test_errors_that_cancel_are_not_added_up():
    same = rounding_of("(x + 0.1) - (x + 0.1)", "[1,2]")
    assert same.bound == 0
    apart = rounding_of("(x + 0.1) - (x + 0.3)", "[1,2]")
    assert float(apart.bound) <= 4.2 * UNIT


def test_errors_of_steps_that_are_rounded_alike_cancel():
    def bound(text, kind="float64"):
        return float(rounding_of(text, "[1.2,1.3]", f"{kind}:floats").bound)

    for less in ("x*y - (y*x)/2", "x*y + (x*(-y))/2", "x/y - (4*x)/(8*y)", "x*x*x - (x/2)*x*x"):
        assert bound(less) == pytest.approx(bound(less.replace(" - ", " + ").replace("-", "")) / 3)
    assert bound("x*y - (y*x)/2") == pytest.approx(UNIT / 2)
    # 6.1e-5 is the least normal number: x*x and x*(x/64) are rounded in different ways.
    tiny = rounding_of("64*(x*(x/64)) - x*x", "[0.01,0.011]", "float16:floats")
    assert float(tiny.bound) >= 64 * 2.0**-25
    fails = verdict_on("64*(x*(x/64)) - x*x", "0", "[0.01,0.011]", "abs:1e-7", "float16:floats")
    assert fails.verdict == "refuted"


@pytest.mark.parametrize(
    "below", [(2.0**-40, 2.0**-20), (2.0**-30, 2.0**-13), (2.0**-40, 2.0**-11)]
)
def test_numbers_that_are_rounded_alike_differ_under_a_root_near_zero(below):
    """Inputs just above the middle of two floats, numbers just below it: both roots are of 2^-10."""
    middle = 1 + 2.0**-11
    numbers = [middle - gap for gap in below]
    assert {float(np.float16(number)) for number in numbers} == {1.0}
    domain = f"[{middle + 2.0**-41:.50f},{middle + 2.0**-12:.50f}]"
    text = " - ".join(f"sqrt(x - {number:.50f})" for number in numbers)
    most = sum(sign * (gap + 2.0**-41) ** 0.5 for sign, gap in zip((1, -1), below, strict=True))
    found = rounding_of(text, domain, "float16", 200)
    assert found.bound is not None
    assert float(found.bound) >= abs(most)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("x/100000", "float16"),
        ("x/(100/0.0001220703125)", "float16:floats"),
        ("x/65520", "float16"),
        ("1/(x + 1e39)", "float32"),
        ("x/1e309", "float64"),
    ],
)
def test_no_bound_is_given_where_a_number_overflows(text, kind):
    """What is divided by it is 0, and further from the truth than half a subnormal number."""
    assert rounding_of(text, "[0.5,2]", kind, 50).bound is None
    assert rounding_of("x/65504", "[0.5,2]", "float16", 50).bound is not None


def test_inputs_that_are_floats_are_not_rounded():
    reals, floats = (
        rounding_of("x*0.5 + 0", "[1,2]", kind) for kind in ("float16", "float16:floats")
    )
    assert float(reals.bound) == pytest.approx(2.0**-12)
    assert floats.bound == 0
    claim = Claim.of("3*x - x", "2*x", "[0.1,0.7]", "abs:1e-9", arithmetic="float16:floats")
    refuted = check(claim, Effort(examples=200))
    assert refuted.verdict == "refuted"
    x = refuted.counterexample.point["x"]
    assert rounded(x, "float16") == x
    assert rounded(rounded(3 * x, "float16") - x, "float16") != 2 * x
    held = verdict_on("x - 0.5", "x - 1/2", "[0.25,1]", "abs:1e-300", "float64:floats")
    assert (held.verdict, held.inputs) == ("bounded", "float64")
    assert "inputs are float64" in held.arithmetic
    with pytest.raises(SettingError, match="no float16 lies in"):
        verdict_on("x", "x", "[0.10001,0.10002]", "abs:1", "float16:floats")


def test_what_is_exact_in_floats_has_no_error():
    for text, domain in (("x - y", {"x": "[2,2]", "y": "[3,3]"}), ("4*x", {"x": "[0.75,0.75]"})):
        assert rounding_of(text, domain).bound == 0
    halves = rounding_of("(x - 1)*1", {"x": "[1,2]"})
    assert float(halves.bound) == pytest.approx(UNIT, rel=1e-9)  # of the input alone
    thirds = rounding_of("x/3", {"x": "[6,6.5]"})
    assert float(thirds.bound) == pytest.approx(4 * UNIT / 3 + 2 * UNIT * 2 / 3, rel=0.01)


@pytest.mark.parametrize("kind", thinned(FORMATS))
def test_false_claims_are_refuted_at_a_point_that_fails(kind):
    unit = Fraction(2) ** -FORMATS[kind].bits
    claim = Claim.of("x*x - 2*x + 1", "(x - 1)**2", "[1.5,2]", f"abs:{unit / 4}", arithmetic=kind)
    verdict = check(claim, Effort(examples=200))
    assert verdict.verdict == "refuted"
    x = verdict.counterexample.point["x"]
    a = rounded(rounded(x, kind) ** 2, kind)
    computed = rounded(rounded(a - 2 * rounded(x, kind), kind) + 1, kind)
    assert Fraction(float(verdict.counterexample.left)) == computed
    assert abs(computed - (x - 1) ** 2) > unit / 4


@pytest.mark.parametrize(
    ("text", "domain", "kind", "why"),
    [
        ("exp(x)", "[0,20]", "float16", "overflow of float16"),
        ("x + 70000", "[0,1]", "float16", "overflow of float16"),
        ("x*x", "[1e160,1e170]", "float64", "overflow of float64"),
        ("1/(x + 1)", "[1e-20,1]", "float64", None),
        ("1/(x - 1)", "[1.00000000000000000001,2]", "float64", "division by zero"),
        ("log(x)", "[1e-30,1]", "float16", "logarithm"),
        ("1/(1 + exp(-x))", "[-1e3,0]", "float64", None),
    ],
)
def test_what_is_no_number_in_floats_is_a_counterexample(text, domain, kind, why):
    verdict = verdict_on(text, text, domain, "abs:1000", kind)
    assert (verdict.verdict == "refuted") == (why is not None)
    if why is not None:
        assert why in verdict.reason


def test_tolerances_between_what_is_met_and_the_bound_are_left_open():
    verdict = verdict_on("x*x*x", "x**3", "[1,2]", "abs:2.2e-15")
    assert verdict.verdict == "unknown"
    assert "larger than the tolerance" in verdict.reason
    assert float(verdict.largest_difference) > 0


def test_a_difference_before_rounding_counts_too():
    verdict = verdict_on("x - x*x*x/6", "sin(x)", "[-0.1,0.1]", "abs:1e-7", "float32")
    assert verdict.verdict == "bounded"
    assert 8.3e-8 < float(verdict.bound) < 1e-7  # 0.1⁵/120, and the rounding


def test_subnormal_results_are_bounded():
    found = rounding_of("x*y", {"x": "[1e-5,1e-4]", "y": "[1e-4,1e-3]"}, "float16")
    assert 2.0**-25 <= float(found.bound) <= 2.0**-24


def test_brackets_and_order_are_kept():
    one = rounding_of("(a + b) + c", {"a": "[1,1]", "b": "[1e-16,1e-16]", "c": "[1e-16,1e-16]"})
    other = rounding_of("a + (b + c)", {"a": "[1,1]", "b": "[1e-16,1e-16]", "c": "[1e-16,1e-16]"})
    assert float(one.bound) == pytest.approx(2e-16, rel=1e-3)
    assert float(other.bound) == pytest.approx(2.2e-17, rel=0.02)


def test_the_verdict_says_what_it_takes_for_granted():
    said = verdict_on("exp(x)", "exp(x)", "[0,1]", "rel:1e-12", "float64:0.75").arithmetic
    assert "float64 as written" in said
    assert "any real number" in said
    assert "within 0.75 ulp" in said
    assert "library" not in verdict_on("x + 1", "x + 1", "[0,1]", "abs:1", "float64").arithmetic


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"left": "x > 1", "right": "True"}, "of no condition"),
        ({"left": "Mod(x, 2)", "right": "x"}, "no one meaning in floats"),
    ],
)
def test_what_no_float_program_is_is_an_error(more, said):
    with pytest.raises(SettingError, match=said):
        check(Claim.of(domain="[1,2]", arithmetic="float32", **more))


@pytest.mark.parametrize("kind", ["float64", "float64:floats"])
@pytest.mark.parametrize("tolerance", ["abs:1e-15", "abs:1e-17"])
def test_certificates_of_float_claims_are_replayed(tolerance, kind, tmp_path):
    claim = Claim.of("x*y + 0.1", "y*x + 1/10", "[0,1]", tolerance, arithmetic=kind)
    verdict = check(claim)
    assert verdict.verdict == ("bounded" if tolerance == "abs:1e-15" else "refuted")
    certify(claim, verdict=verdict).save(tmp_path / "c.json")
    loaded = Certificate.load(tmp_path / "c.json")
    assert loaded.claim == claim
    assert loaded.replay().established
    forged = {**loaded.data, "bound": "1e-30"}
    if verdict.verdict == "bounded":
        assert not Certificate(loaded.claim, forged).replay().established


def test_the_same_seed_gives_the_same_verdict():
    claim = Claim.of("exp(x)*y - y", "y*(exp(x) - 1)", "[0,1]", "abs:1e-16", arithmetic="float64:1")
    assert check(claim) == check(claim)


def test_a_bound_that_no_point_attains_ends_the_search():
    found = rounding_of("x*x*x*x*x", "[1,2]", boxes=10**9)
    assert found.boxes < 20_000
    assert float(found.bound) == pytest.approx(float(found.at_a_spot), rel=0.1)
