"""Greek letters and the names that they are read as."""

from __future__ import annotations

_NAMES = (
    *(
        "alpha",
        "beta",
        "gamma",
        "delta",
        "epsilon",
        "zeta",
        "eta",
        "theta",
        "iota",
        "kappa",
        "lamda",
        "mu",
    ),
    *("nu", "xi", "omicron", "pi", "rho", "sigma", "tau", "upsilon", "phi", "chi", "psi", "omega"),
)
_SMALL = "αβγδεζηθικλμνξοπρστυφχψω"
_CAPITAL = "ΑΒΓΔΕΖΗΘΙΚΛΜΝΞΟΠΡΣΤΥΦΧΨΩ"
# As SymPy spells them: `lambda` is a word of Python's.
GREEK = {
    **dict(zip(_SMALL, _NAMES, strict=True)),
    **{
        letter: name.title()
        for letter, name in zip(_CAPITAL, _NAMES, strict=True)
        if letter.encode()[0] != 65
    },
}
COMMANDS = {
    **{name: name for name in (*_NAMES, *(name.title() for name in _NAMES))},
    "lambda": "lamda",
    "Lambda": "Lamda",
    "varepsilon": "epsilon",
    "vartheta": "theta",
    "varphi": "phi",
}
