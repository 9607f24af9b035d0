"""False claims about inverse hyperbolic functions, the error function, angles, rounding and activations."""

from __future__ import annotations

from fractions import Fraction

from .draws import Draft, Draw, kind, span, text
from .false_functions import identity


@kind("inverse hyperbolic functions")
def inverse_hyperbolic(draw: Draw) -> Draft:
    rows = (
        ("asinh({x})", "log({x} + sqrt({x}**2 - 1))"),
        ("acosh({x})", "log({x} - sqrt({x}**2 - 1))"),
        ("asinh(2*{x})", "2*asinh({x})"),
        ("sinh(asinh({x}))", "{x} + 1/10**9"),
        ("acosh(2*{x}**2 - 1)", "acosh({x})"),
        ("atanh(1/(1 + {x}))", "log(1 + 2/{x})"),
        ("asinh({x}) + asinh({y})", "asinh({x} + {y})"),
        ("asinh({x})", "acosh({x})"),
        ("asinh(-{x})", "asinh({x})"),
    )
    return identity(draw, rows, 1, 6)


@kind("inverse hyperbolic functions out of range")
def inverse_hyperbolic_out_of_range(draw: Draw) -> Draft:
    rows = (
        ("acosh({x}) - acosh({x})", "0"),
        ("atanh(2*{x}) + {x}", "{x} + atanh(2*{x})*1 + atanh({x}/9)*0 + 1/7"),
        ("acosh(({x} + 1/{x})/2)", "log({x})"),
        ("asinh({x})", "log({x} + sqrt({x}**2 + 1)) + acosh({x})*0"),
        ("exp(log({x} + 3)) + atanh({x})*0", "{x} + 3"),
    )
    return identity(draw, rows, -2, 0)


@kind("error function")
def error_function(draw: Draw) -> Draft:
    rows = (
        ("erf({x})", "erf(-{x})"),
        ("erf({x})", "tanh(2*{x}/sqrt(pi))"),
        ("erf({x})**2", "1 - exp(-{x}**2)"),
        ("erf({x} + {y})", "erf({x}) + erf({y})"),
        ("erf(2*{x})", "2*erf({x}) - erf({x})**2"),
        ("erf({x})", "sign({x})"),
        ("1 - erf({x})", "1 + erf({x})"),
        ("gelu({x})", "{x}*sigmoid(1.702*{x})"),
    )
    return identity(draw, rows, -3, 3)


@kind("angles of points")
def angles(draw: Draw) -> Draft:
    rows = (
        ("atan2({y}, {x})", "atan({y}/{x})"),
        ("atan2({y}, {x})", "atan2({x}, {y})"),
        ("atan2({y}, {x}) + pi", "atan2(-{y}, -{x})"),
        ("atan2({y}, {x})", "pi/2 - atan({x}/{y})"),
        ("atan2(-{y}, {x})", "atan2({y}, {x})"),
        ("hypot({x}, {y})", "sqrt({x}**2) + sqrt({y}**2)"),
    )
    return identity(draw, rows, -5, -1)


@kind("sums of angles")
def sums_of_angles(draw: Draw) -> Draft:
    rows = (
        ("atan({x}) + atan({y})", "atan(({x} + {y})/(1 - {x}*{y}))"),
        ("2*atan({x})", "atan(2*{x}/(1 - {x}**2))"),
        ("2*atan({x})", "asin(2*{x}/(1 + {x}**2))"),
        ("atan({x}) + atan(1/{x})", "-pi/2"),
        ("3*atan({x})", "atan((3*{x} - {x}**3)/(1 - 3*{x}**2))"),
        ("atan({x}) - atan({y})", "pi + atan(({x} - {y})/(1 + {x}*{y}))"),
        ("atan(({x} + 1)/(1 - {x}))", "atan({x}) + pi/4"),
        ("sin(2*atan({x}))", "2*{x}/(1 + {x}**2) + 1/10**8"),
        ("cos(atan({x}))", "1/sqrt(1 + {x})"),
        ("tan(2*atan({x}/9))", "2*{x}/9"),
        ("4*atan(1/{x}) - atan(1/({x}**3 + 114*{x}))", "pi/4"),
    )
    return identity(draw, rows, 2, 6)


@kind("angles beyond a turn")
def angles_beyond_a_turn(draw: Draw) -> Draft:
    rows = (
        ("asin(sin({x}))", "{x}"),
        ("acos(cos({x}))", "{x} - 1/100"),
        ("atan(tan({x}))", "{x}"),
        ("acos({x}/10)", "acos(-{x}/10)"),
        ("asin({x}/8) + acos({x}/8)", "pi/3"),
        ("cos(asin({x}/8))", "-sqrt(1 - {x}**2/64)"),
        ("sin(acos({x}/8))", "sqrt(1 - {x}/8)"),
    )
    return identity(draw, rows, 2, 6)


@kind("rounding")
def rounding(draw: Draw) -> Draft:
    name, c = draw.names(1)[0], draw.whole(-4, 4)
    half = c + Fraction(1, 2)
    left, right = draw.choice(
        (
            (f"round({name})", f"floor({name} + 1/2)" if half % 2 < 1 else f"ceil({name} - 1/2)"),
            (f"round({name})", f"trunc({name} + 1/2)" if half < 0 else f"trunc({name})"),
            (f"round(2*{name})", f"2*round({name})"),
            (f"round(-{name})", f"1 - round({name})"),
            (f"trunc({name})", f"round({name})"),
        )
    )
    at = half if "round(2" not in left else c + Fraction(draw.randint(51, 74), 100)
    return Draft(left, right, {name: draw.around(at)}, {name: at})


@kind("activations")
def activations(draw: Draw) -> Draft:
    rows = (
        ("softplus({x})", "relu({x}) + 1/10**6"),
        ("sigmoid({x})", "clip({x}/4 + 1/2, 0, 1)"),
        ("silu({x})", "{x}*sigmoid(-{x})"),
        ("silu({x}) - silu(-{x})", "relu({x})"),
        ("relu({x} + {y})", "relu({x}) + relu({y})"),
        ("logsumexp({x}, {y})", "Max({x}, {y})"),
        ("softplus({x}) - softplus(-{x})", "-{x}"),
        ("clip({x}, -1, 1)", "where({x} > 0, {x}, -1)"),
        ("relu({x}) - relu(-{x})", "Abs({x})"),
        ("heaviside({x})", "where({x} >= 0, 1, 0) + 1/1000*sign({x})"),
        ("log1p({x} + 4)", "log({x} + 6)"),
        ("expm1({x})", "exp({x}) + 1"),
    )
    return identity(draw, rows, -3, -1)


@kind("heaviside at its step")
def step(draw: Draw) -> Draft:
    name, c = draw.names(1)[0], draw.number()
    shifted = f"({name} - {text(c)})"
    left, right = draw.choice(
        (
            (f"heaviside({shifted})", f"where({shifted} >= 0, 1, 0)"),
            (f"heaviside({shifted})", f"where({shifted} > 0, 1, 0)"),
            (f"heaviside({shifted})*2", f"1 + where({shifted} < 0, -1, 1)"),
        )
    )
    return Draft(left, right, {name: span(c - draw.width(), c + draw.width())}, {name: c})
