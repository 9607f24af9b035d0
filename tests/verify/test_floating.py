"""Bounds on rounding: never exceeded by what runs, and not far above it."""

import math
import subprocess
import sys
from fractions import Fraction

import flint
import numpy as np
import pytest
import torch
from helpers_float_programs import replay
from helpers_pytest import thinned
from torch import nn

from nalmx.expression import Apply, Number, Variable, parse
from nalmx.expression.ball import ball, enclose, precision
from nalmx.expression.float_program import FLOAT32, FLOAT64, LIBRARY_ULPS, FloatProgram
from nalmx.extract import as_trained
from nalmx.extract.as_run import as_run
from nalmx.models import MODULES, NAU, NMU, NPU, NSR
from nalmx.ranges import Interval
from nalmx.verify import Domain
from nalmx.verify.rounding import floating
from nalmx.verify.rounding.floating import arithmetic_of, as_it_runs, rounding_over
from nalmx.verify.rounding.running_error import NoBound, rounding_bound

X, Y = Variable("x1"), Variable("x2")
ULP = Fraction(2) ** -23  # of float32 on [1, 2)


def program(text, kind=FLOAT32, names=("x1", "x2")):
    return FloatProgram(names, parse(text), kind)


def box(**sides):
    return {name: Interval(Fraction(low), Fraction(high)) for name, (low, high) in sides.items()}


def bound_of(text, kind=FLOAT32, **sides):
    found = rounding_bound(program(text, kind), box(**sides))
    assert not isinstance(found, NoBound), found
    mantissa, exponent = found.man_exp()
    return Fraction(int(mantissa)) * Fraction(2) ** int(exponent)


def reason_of(text, **sides):
    found = rounding_bound(program(text), box(**sides))
    assert isinstance(found, NoBound)
    return found.reason


def new(kind, inputs, seed):
    return kind(inputs, 1, generator=torch.Generator().manual_seed(seed))


def in_float64(module, x):
    """The module with its own effective weights, but computed in float64."""
    weights = {name: weight.double() for name, weight in module.weights().items()}
    return type(module).equation(x.double(), **weights)


RANGES = ("[2,6]", "[0.1,0.9]", "[-2,2]", "[[-6,-2],[2,6]]")


@pytest.mark.parametrize("kind", thinned(MODULES.values(), 8), ids=list(MODULES))
def test_no_module_errs_by_more_than_its_bound_or_by_far_less(kind):
    """30,000 points for each range, half of them at ends; the worst is within 50 of the bound."""
    logic = kind.name.startswith("nlrl")
    for seed, text in enumerate(("[0,1]", "[0.1,0.9]") if logic else RANGES):
        module = new(kind, 2, seed)
        (run, *_) = as_run(module)
        domain = Domain.parse([text], run.inputs)
        found = rounding_over(run, domain, 200)
        assert found.bound is not None, found.reason
        assert found.at_a_spot <= found.bound
        draw = torch.manual_seed(seed)
        worst = 0.0
        for side in domain.ranges["x1"].intervals:
            low, high = float(side.lower), float(side.upper)
            x = torch.rand(30_000, 2, generator=draw) * (high - low) + low
            ends = torch.rand(30_000, 2, generator=draw) < 0.25
            x = torch.where(ends, torch.where(x > (low + high) / 2, high, low), x)
            if low < 0 < high:  # Where powers and logarithms are worst.
                x[:6000, 0] *= 1e-7
                x[3000:9000, 1] *= 1e-7
                x[:1500, 0] = x[4500:6000, 1] = 0
            x = x[((x.double() >= low) & (x.double() <= high)).all(-1)]
            with torch.no_grad():
                gaps = (module(x).double() - in_float64(module, x)).abs()[:, 0]
            worst = max(worst, float(gaps.max()))
            # The largest ones again without rounding in the comparison.
            for place in gaps.topk(5).indices.tolist():
                assert exact_gap(module, x[place]) <= found.bound
        assert worst <= found.bound * (1 + Fraction(1, 10**4))
        assert found.bound <= 50 * worst or (logic and text == "[0,1]")


def exact_gap(module, x):
    """|module(x) − as_trained(x)|, from above."""
    point = {f"x{i + 1}": ball(Fraction(v)) for i, v in enumerate(x.double().tolist())}
    formula = as_trained(module).outputs[0]
    with torch.no_grad():
        seen = Fraction(module(x.unsqueeze(0))[0, 0].double().item())
    with precision(200):
        gap = abs(enclose(formula, point) - ball(seen)).upper()
        mantissa, exponent = gap.man_exp()
    return Fraction(int(mantissa)) * Fraction(2) ** int(exponent)


def test_layers_and_float64_have_bounds_too():
    torch.manual_seed(0)
    for dtype, unit in ((torch.float32, 2.0**-24), (torch.float64, 2.0**-53)):
        network = nn.Sequential(NAU(3, 2), nn.Linear(2, 2), NMU(2, 1)).to(dtype)
        (run,) = as_run(network)
        found = rounding_over(run, Domain.parse(["[-4,4]"], run.inputs), 500)
        assert 0 < found.bound < 100 * unit
        worst = Fraction(0)
        for row in (
            torch.rand(300, 3, generator=torch.manual_seed(1), dtype=dtype) * 8 - 4
        ).tolist():
            with torch.no_grad():
                seen = network(torch.tensor([row], dtype=dtype)).item()
            point = {f"x{i + 1}": ball(Fraction(v)) for i, v in enumerate(row)}
            with precision(200):
                exact = enclose(run.expression, point)
                worst = max(worst, Fraction(float(abs(exact - ball(Fraction(seen))).upper())))
        assert worst <= found.bound <= 30 * worst


def carefully(name):
    """A function of NumPy in float64, rounded once: as good as a library can be."""
    return lambda *xs: getattr(np, name)(*(x.astype(np.float64) for x in xs)).astype(np.float32)


def grown(draw, depth):
    """A random program of every operation that stays clear of overflow."""
    if depth == 0:
        numbers = [Number(Fraction(int(draw.integers(-30, 30)), int(draw.integers(1, 9))))]
        return [X, Y, *numbers][draw.integers(0, 3)]

    def inner():
        return grown(draw, depth - 1)

    positive = Apply("add", (Apply("abs", (inner(),)), Number(Fraction(1, 3))))
    match draw.integers(0, 14):
        case 0 | 1:
            return Apply("add", tuple(inner() for _ in range(draw.integers(2, 5))))
        case 2 | 3:
            return Apply("mul", tuple(inner() for _ in range(draw.integers(2, 4))))
        case 4:
            return Apply("div", (inner(), positive))
        case 5:
            return Apply(("min", "max")[draw.integers(0, 2)], (inner(), inner()))
        case 6:
            return Apply(("neg", "abs", "sign", "floor")[draw.integers(0, 4)], (inner(),))
        case 7:
            return Apply(("sqrt", "log")[draw.integers(0, 2)], (positive,))
        case 8:
            return Apply("exp", (Apply("min", (inner(), Number(Fraction(2)))),))
        case 9 | 10:
            return Apply(("sin", "cos", "tanh")[draw.integers(0, 3)], (inner(),))
        case 11:
            square = inner()
            return Apply("mul", (square, square))
        case 12:
            return Apply("pow", (positive, Apply("tanh", (inner(),))))
    test = Apply(("lt", "le", "gt", "ge", "eq", "ne")[draw.integers(0, 6)], (inner(), inner()))
    return Apply("piecewise", (inner(), test, inner(), parse("True")))


@pytest.mark.parametrize("seed", thinned(range(60), 3))
def test_random_programs_stay_within_their_bounds(seed):
    draw = np.random.default_rng(seed)
    run = FloatProgram(("x1", "x2"), grown(draw, 4), FLOAT32)
    names = ("exp", "log", "sin", "cos", "tanh")
    functions = {**{n: carefully(n) for n in names}, "pow": carefully("power")}
    for width in (4.0, 0.5, 2.0**-12):
        low = draw.uniform(-3, 3, 2).astype(np.float32).astype(np.float64)
        sides = {f"x{i + 1}": (Fraction(low[i]), Fraction(low[i] + width)) for i in range(2)}
        found = rounding_bound(run, box(**sides))
        bound = math.inf if isinstance(found, NoBound) else found
        points = (low + draw.uniform(0, width, (40, 2))).astype(np.float32)
        points = np.clip(points, low, low + width).astype(np.float32)
        seen = replay(run, {"x1": points[:, 0], "x2": points[:, 1]}, functions)
        assert len(points) == 40
        for row, y in zip(points.tolist(), np.broadcast_to(seen, 40).tolist(), strict=True):
            with precision(300):
                exact = enclose(
                    run.expression, {f"x{i + 1}": ball(Fraction(v)) for i, v in enumerate(row)}
                )
                # Undecided where equal numbers are compared that are not rational.
                assert (
                    not isinstance(exact, flint.arb) or not abs(exact - ball(Fraction(y))) > bound
                )


def test_most_random_programs_have_a_bound():
    found = []
    for seed in range(60):
        run = FloatProgram(("x1", "x2"), grown(np.random.default_rng(seed), 4), FLOAT32)
        found.append(rounding_bound(run, box(x1=(1, "1.01"), x2=(2, "2.01"))))
    assert sum(isinstance(value, NoBound) for value in found) < 6


def test_sums_are_bounded_in_any_order_fused_or_not():
    terms = tuple(Apply("mul", (Variable(f"x{i}"), Variable(f"w{i}"))) for i in range(6))
    names = tuple(f"{letter}{i}" for i in range(6) for letter in "xw")
    run = FloatProgram(names, Apply("add", terms), FLOAT32)
    draw = np.random.default_rng(0)
    worst = 0.0
    for _ in range(200):
        values = draw.uniform(1, 2, (6, 2)).astype(np.float32)
        point = {f"{'xw'[k]}{i}": Fraction(float(values[i, k])) for i in range(6) for k in range(2)}
        thin = {n: Interval(v, v + Fraction(1, 2**60)) for n, v in point.items()}
        bound = float(rounding_bound(run, thin))
        exact = float(sum(point[f"x{i}"] * point[f"w{i}"] for i in range(6)))
        for fused in (False, True):
            parts = list(draw.permutation(values.astype(np.float64)))
            parts = [np.float64(a * b) for a, b in parts]  # Exact: 24 + 24 bits.
            if not fused:
                parts = [np.float64(np.float32(part)) for part in parts]
            while len(parts) > 1:
                i, j = sorted(draw.choice(len(parts), 2, replace=False), reverse=True)
                parts.append(np.float64(np.float32(parts.pop(i) + parts.pop(j))))
            worst = max(worst, abs(float(np.float32(parts[0])) - exact) / bound)
    assert 0.2 < worst <= 1


def test_products_are_bounded_in_any_order():
    names = tuple(f"x{i}" for i in range(7))
    run = FloatProgram(names, Apply("mul", tuple(map(Variable, names))), FLOAT32)
    draw = np.random.default_rng(0)
    worst = 0.0
    for _ in range(300):
        values = draw.uniform(1, 1.2, 7).astype(np.float32)
        point = {n: Fraction(float(v)) for n, v in zip(names, values, strict=True)}
        bound = rounding_bound(run, {n: Interval(v, v + ULP / 2**40) for n, v in point.items()})
        parts = list(draw.permutation(values))
        while len(parts) > 1:
            i, j = sorted(draw.choice(len(parts), 2, replace=False), reverse=True)
            parts.append(parts.pop(i) * parts.pop(j))
        exact = math.prod(point.values())
        worst = max(worst, float(abs(Fraction(float(parts[0])) - exact)) / float(bound))
    assert 0.2 < worst <= 1


@pytest.mark.parametrize(
    "text",
    [
        *("tanh({})", "({})**1.5", "2**({})", "exp({})", "log({})", "sin({})", "cos({})"),
        *("sqrt({})", "1/({})", "x1/({})", "Abs({})", "Max({}, 1.1)", "({})*({})", "-({})"),
        *("({})**3", "tan({})", "Min({}, 1.2)", "x1*({})"),
    ],
)
def test_an_error_is_carried_through_every_operation(text):
    """x1 + 4096 − 4096 is off by up to 2^-12, beside which other rounding is nothing."""
    run = program(text.replace("{}", "(x1 + 4096) - 4096"), names=("x1",))
    x = (1 + np.random.default_rng(0).random(4000) / 3).astype(np.float32)
    wrong = (x + np.float32(4096) - np.float32(4096)).astype(np.float64)
    formula = program(text.replace("{}", "x1"), names=("x1",)).expression
    found = float(rounding_over(run, Domain.parse(["[1,1.3334]"], ["x1"]), 100).bound)
    with np.errstate(all="ignore"):
        names = ("exp", "log", "sin", "cos", "tan", "tanh")
        functions = {n: getattr(np, n) for n in names}
        wide = FloatProgram(("x1",), formula, FLOAT64)
        at_wrong = replay(wide, {"x1": wrong}, functions)
        gaps = np.abs(at_wrong - replay(wide, {"x1": x}, functions))
    if text == "x1/({})":
        gaps = np.abs(x.astype(np.float64) / wrong - 1)
    if text == "x1*({})":
        gaps = np.abs(x.astype(np.float64) * (wrong - x))
    assert gaps.max() - 1e-6 <= found <= 4 * gaps.max()


@pytest.mark.parametrize(
    ("text", "sides", "ulps"),
    [
        ("x1 + x2", {"x1": (1, 2), "x2": (0, "1.5")}, 1),  # Half an ulp on [2, 4].
        ("x1 + x2", {"x1": (0, 1), "x2": (0, 1)}, Fraction(1, 2)),
        ("x1*x2", {"x1": (1, 2), "x2": (1, 2)}, 1),
        ("x1/x2", {"x1": (1, 2), "x2": (1, 2)}, Fraction(1, 2)),
        ("sqrt(x1)", {"x1": (1, 4)}, Fraction(1, 2)),
        ("x1*4", {"x1": (1, 4)}, 0),
        ("0*x1 + x2", {"x1": (1, 4), "x2": (1, 4)}, 0),
        ("-Abs(Min(x1, 1/2))", {"x1": (-1, 4)}, 0),
        ("sign(x1) + floor(x1)*0", {"x1": (-1, 4)}, 0),
        ("3 + 5*7", {}, 0),
    ],
)
def test_the_rounding_of_single_operations_is_known_exactly(text, sides, ulps):
    assert bound_of(text, **sides) == ulps * ULP


def test_a_power_of_two_rounds_only_what_becomes_subnormal():
    run = FloatProgram(("x1",), Apply("mul", (X, Number(Fraction(2) ** -100))), FLOAT32)
    assert rounding_bound(run, box(x1=(1, 4))) == 0
    assert rounding_bound(run, box(x1=(0, 4))) == flint.arb(2) ** -150
    product = FloatProgram(("x1", "x2"), Apply("mul", (X, Y)), FLOAT32)
    tiny = (Fraction(2) ** -80, Fraction(2) ** -70)
    assert rounding_bound(product, box(x1=tiny, x2=tiny)) == flint.arb(2) ** -150


def test_the_bound_of_float64_is_that_of_float32_with_other_units():
    sides = {"x1": (1, 2), "x2": (1, 2)}
    text = "(x1 + x2)*x1 - x2/x1"
    ratio = bound_of(text, **sides) / bound_of(text, FLOAT64, **sides)
    assert ratio == pytest.approx(2**29, rel=1e-6)


def test_numbers_that_are_no_floats_are_rounded_where_they_stand():
    assert 0 < bound_of("0*x1 + 1/10", x1=(1, 2)) < ULP / 16
    error = abs(Fraction(float(np.float32(0.1))) - Fraction(1, 10))
    assert error <= rounding_over(program("1/10"), Domain({})).bound
    literal = parse("log((1 + sqrt(5))/2)")
    once = FloatProgram(("x1",), literal, FLOAT32, (literal,))
    stepwise = FloatProgram(("x1",), literal, FLOAT32)
    bounds = [rounding_over(p, Domain({})).bound for p in (once, stepwise)]
    assert bounds[0] * 5 < bounds[1]


@pytest.mark.parametrize(
    ("text", "sides", "reason"),
    [
        ("x1*x1", {"x1": (1, "1e20")}, "overflow"),
        ("exp(x1)", {"x1": (0, 89)}, "overflow"),
        ("1/x1", {"x1": (-1, 1)}, "divisor"),
        ("1/(x1 + x2 - 1)", {"x1": (0, 1), "x2": ("1.00000001", 2)}, "divisor"),
        ("log(x1)", {"x1": (0, 1)}, "logarithm"),
        ("sqrt(x1 - x2)", {"x1": (1, 2), "x2": (0, "1.1")}, "root"),
        ("x1**x2", {"x1": (-1, 2), "x2": (0, 1)}, "power"),
        ("Mod(x1, 2)", {"x1": (0, 1)}, "remainder"),
        ("Piecewise((1, x1 > 1))", {"x1": (0, 2)}, "condition"),
    ],
)
def test_where_there_is_no_bound_the_reason_is_given(text, sides, reason):
    assert reason in reason_of(text, **sides)


def test_a_value_that_is_not_chosen_does_no_harm():
    assert bound_of("Piecewise((1/x1, x1 > 2), (x1, True))", x1=(-1, 1)) == 0


def test_a_condition_on_inputs_is_decided_alike_and_one_on_rounded_values_may_not_be():
    step = "Piecewise((5, {} > 1), (2, True))"
    assert bound_of(step.format("x1"), x1=(0, 2)) == 0
    assert bound_of(step.format("x1*x2"), x1=(0, 2), x2=(0, 2)) == 3
    assert bound_of(step.format("x1*x2"), x1=(0, 1), x2=(0, Fraction(1, 2))) == 0
    assert bound_of("sign(x1*x1 - 2)", x1=(1, 2)) == 2
    assert bound_of("floor(x1 + x2)", x1=(1, 2), x2=("0.1", "0.2")) >= 1
    conditions = "Piecewise((5, (x1 > 1) & ~(x2*x2 > 3)), (2, True))"
    assert bound_of(conditions, x1=(0, 2), x2=(0, 1)) == 0
    assert bound_of(conditions, x1=(0, 2), x2=(0, 2)) == 3


def test_subdivision_tightens_a_bound(monkeypatch):
    run = program("1/(x1*x1 + 1/100)", names=("x1",))
    domain = Domain.parse(["[-1,1]"], ["x1"])
    coarse = rounding_over(run, domain, 1)
    fine = rounding_over(run, domain)
    assert coarse.boxes == 1
    assert fine.bound < coarse.bound / 20
    assert fine.at_a_spot <= fine.bound <= fine.at_a_spot * Fraction("1.11")
    assert fine.where["x1"].width < 1
    monkeypatch.setattr(floating, "_MOST_OPERATIONS", 1)
    assert rounding_over(run, domain).bound == coarse.bound


def test_a_box_without_a_bound_is_split_until_it_has_one_or_named():
    hidden = program("1/(x1*x1 - x1 + 0.3)", names=("x1",))  # The divisor is 0.05 and more.
    assert "divisor" in reason_of("1/(x1*x1 - x1 + 0.3)", x1=(0, 1))
    fine = rounding_over(hidden, Domain.parse(["[0,1]"], ["x1"]))
    assert 0 < fine.bound < 1e-4
    run = program("log(x1*x1 - x2)")
    gone = rounding_over(run, Domain.parse(["x1=[2,3]", "x2=[1,5]"], ["x1", "x2"]), 500)
    assert gone.bound is None
    assert "logarithm" in gone.reason
    assert gone.where["x1"].lower ** 2 <= gone.where["x2"].upper


def test_the_gate_of_a_power_unit_does_not_stand_in_the_way():
    module = new(NPU, 2, 0)
    module.w_real.data[:] = torch.tensor([[1.0, -1.0]])
    module.raw_gate.data[:] = 1
    (run,) = as_run(module)
    found = rounding_over(run, Domain.parse(["x1=[-4,4]", "x2=[1,4]"], run.inputs), 500)
    assert 0 < found.bound < 1e-4


def test_the_two_bounds_add_up():
    module = new(NMU, 2, 0)
    module.raw_weight.data.fill_(0.9999)
    (run,) = as_run(module)
    domain = Domain.parse(["[2,6]"], run.inputs)
    real = Fraction(1, 150)  # At (6, 6) it is (6 − 5·10⁻⁴)² − 36.
    found = as_it_runs(run, domain, real)
    assert found.bound == found.real + found.rounding.bound
    assert found.real == real
    assert found.reason is None
    x = torch.rand(20_000, 2, generator=torch.manual_seed(0)) * 4 + 2
    with torch.no_grad():
        gaps = (module(x).double()[:, 0] - x.double().prod(-1)).abs()
    assert float(gaps.max()) <= found.bound
    assert "float32" in found.arithmetic
    assert f"{LIBRARY_ULPS} ulp" in found.arithmetic
    from_ball = as_it_runs(run, domain, flint.arb(real.numerator) / real.denominator)
    assert real <= from_ball.real <= real * Fraction("1.0001")
    nowhere = as_it_runs(program("1/x1"), Domain.parse(["[-1,1]"], ["x1"]), real, 50)
    assert nowhere.bound is None
    assert "divisor" in nowhere.reason
    assert "float64" in arithmetic_of(FLOAT64)


def test_a_steep_comparison_is_bounded():
    module = NSR(2, 1, steepness=1.0, generator=torch.Generator().manual_seed(0))
    for run in as_run(module):
        found = rounding_over(run, Domain.parse(["[-2,2]"], run.inputs), 300)
        assert found.bound < 1e-5


@pytest.mark.parametrize(
    ("name", "low", "high"),
    [("exp", -80, 80), ("log", 1e-30, 1e30), ("log", 0.5, 2), ("tanh", -9, 9)]
    + [(wave, -end, end) for wave in ("sin", "cos", "tan") for end in (4, 1000)],
)
def test_pytorch_is_as_accurate_as_is_assumed(name, low, high):
    x = torch.rand(4001, generator=torch.manual_seed(0)) * (high - low) + low
    seen = getattr(torch, name)(x)
    exact = getattr(np, name)(x.double().numpy())
    ulps = np.abs(seen.double().numpy() - exact) / np.spacing(np.abs(exact).astype(np.float32))
    assert ulps.max() < LIBRARY_ULPS


def test_formats_know_their_numbers():
    for kind, numpy in ((FLOAT32, np.float32), (FLOAT64, np.float64)):
        facts = np.finfo(numpy)
        assert kind.largest == Fraction(float(facts.max))
        assert kind.least_normal == Fraction(float(facts.tiny))
        least = Fraction(float(facts.smallest_subnormal))
        held = [
            0,
            1,
            -3,
            kind.largest,
            -kind.largest,
            least,
            3 * least,
            1 + Fraction(float(facts.eps)),
        ]
        assert all(kind.holds(Fraction(value)) for value in held)
        lost = [Fraction(1, 3), least / 2, least * Fraction(3, 2), 2 * kind.largest]
        lost += [
            kind.largest + 1,
            1 + Fraction(float(facts.eps)) / 2,
            kind.least_normal + least / 2,
        ]
        assert not any(kind.holds(Fraction(value)) for value in lost)


def test_bounds_import_without_torch():
    code = "import nalmx.verify.rounding.floating, sys; print('torch' in sys.modules)"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "False"
