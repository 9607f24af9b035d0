"""Units: a law whose dimensions do not agree is none, and files that say them."""

from fractions import Fraction

import numpy as np
import pytest

import nalmx
from nalmx.errors import DataError
from nalmx.expression import parse, to_text
from nalmx.expression.nodes import substitute
from nalmx.fit.dimensions import why_not_alike
from nalmx.fit.form import Form, constant
from nalmx.fit.tables import read_units, units_of

UNITS = {"x1": {"m": 1}, "x2": {"s": 1}, "y": {"m": 1, "s": -2}}
INPUTS = np.random.default_rng(0).uniform(1, 5, (60, 2))
COLUMNS = {
    "d": {"m": 1},
    "t": {"s": 1},
    "v": {"m": 1, "s": -1},
    "n": {},
    "y": {"m": 1},
}


def why(text, *values):
    known = dict(zip(COLUMNS, units_of([*COLUMNS], COLUMNS), strict=True))
    constants = {f"c{place}": constant(place) for place in range(len(values))}
    return why_not_alike(Form(substitute(parse(text), constants), values), known, "y")


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("d + v*t", ()),
        ("sqrt(d**2 + (v*t)**2)/2", ()),
        ("d*sin(v*t/d)*exp(-n)", ()),
        ("n**n*d", ()),
        ("c0*t", (3.0,)),
        ("d + c0*t**2", (9.81,)),
        ("c0/(c1 + n*t)", (2.0, 3.0)),
        ("c0*t**c1", (2.0, 0.73)),
        ("c0*exp(-c1*t)", (2.0, 0.5)),
        ("d*v**3/(v*v**2)", ()),
        ("(d**c0)**2", (0.5,)),
    ],
)
def test_dimensions_agree(text, values):
    assert why(text, *values) == ""


@pytest.mark.parametrize(
    ("text", "values", "says"),
    [
        ("d + t", (), "d and t"),
        ("d + 1", (), "d and 1"),
        ("v*t*2*d", (), "the formula and y"),
        ("sin(t)*d", (), "t has one, in sin"),
        ("2**t*d", (), "the exponent t has one"),
        ("v**n", (), "v has one, under an exponent"),
        ("c0*t + c0*d", (3.0,), "3*t and 3*d"),
        ("c0*t + c1*v + d*c0/c1", (3.0, 2.0), "d"),
        ("d*exp(c0*t) + c0*t*v", (3.0,), "and"),
        ("(d**c0)**2", (0.75,), "the formula and y"),
    ],
)
def test_dimensions_do_not_agree(text, values, says):
    reason = why(text, *values)
    assert reason.startswith("its dimensions do not agree: ")
    assert says in reason


def test_a_law_of_other_dimensions_is_none():
    target = INPUTS[:, 0] / INPUTS[:, 1] ** 2
    found = nalmx.fit(INPUTS, target, units=UNITS)
    assert to_text(found.fit.formula) == "x1/x2**2"
    other = nalmx.fit(INPUTS, target, units={**UNITS, "y": {"m": 1, "s": -1}})
    assert not other.law
    assert "its dimensions do not agree" in other.fit.statements[-1]


def test_a_constant_with_an_interval_has_the_dimension_that_it_needs():
    random = np.random.default_rng(1)
    target = 3.17264 * INPUTS[:, 0] * (1 + 1e-3 * random.normal(size=60))
    assert nalmx.fit(INPUTS[:, :1], target, units=UNITS).law


def test_units_are_kept_with_a_run_and_given_again(tmp_path):
    found = nalmx.fit(INPUTS, INPUTS[:, 0] / INPUTS[:, 1] ** 2, units=UNITS)
    found.save(tmp_path / "run")
    again = nalmx.open_run(tmp_path / "run")
    assert again.table.rows.units == found.table.rows.units
    assert again.table.rows.units[2] == {"m": Fraction(1), "s": Fraction(-2)}


@pytest.mark.parametrize(
    "text",
    [
        '{"x": {"m": 1}, "y": {"m": "1/2", "s": -2}}',
        "\ufeffcolumn,m,s\r\nx,1,\r\ny,1/2,-2\r\n",
        "column, m, s\nx, 1, 0\n\ny, 0.5, -2\n",
    ],
)
def test_units_are_read(tmp_path, text):
    file = tmp_path / "units"
    file.write_text(text, encoding="utf-8", newline="")
    x, y = units_of(["x", "y"], file)
    assert x == {"m": 1}
    assert y == {"m": Fraction(1, 2), "s": -2}


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "no table of units"),
        ("column,m\n", "no table of units"),
        ("column,m\nx,1,2\n", "2 exponents for 1 base units"),
        ("column,m\nx,1\nx,2\n", "two lines"),
        ("column,m\nx,one\ny,0\n", "the exponent of m in 'x' is 'one'"),
        ("column,m\nx,1000\ny,0\n", "from -100 to 100"),
        ("column,_1\nx,1\ny,0\n", "no base unit"),
        ("column,m\nx,1\n", "no units for y"),
        ('{"x": {"m": 1}', "not JSON"),
        ('{"x": 1, "y": {}}', "no object"),
        ('{"x": {"m": true}, "y": {}}', "is 'True'"),
        ('{"x": {"m": [1]}, "y": {}}', "the exponent of m"),
    ],
)
def test_bad_units_are_refused_in_one_line(tmp_path, text, says):
    file = tmp_path / "units"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(DataError, match=says) as raised:
        units_of(["x", "y"], file)
    assert "\n" not in str(raised.value)


def test_a_file_of_units_that_is_none_is_refused(tmp_path):
    with pytest.raises(DataError, match="there is no file"):
        read_units(tmp_path / "units.csv")
    (tmp_path / "units").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(DataError, match="UTF-8"):
        read_units(tmp_path / "units")
