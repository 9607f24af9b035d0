"""What the builders of false claims draw: numbers, ranges around a point, and equal backgrounds.

A builder returns a `Draft`. `dressed` hides it: both sides get the same background, written in two
ways, a common factor, or a further input, none of which makes it true.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from fractions import Fraction

NAMES = ("x", "y", "z", "u", "v", "x1", "x2", "x3", "a", "b", "mass", "speed", "t", "theta")
Builder = Callable[["Draw"], "Draft"]
BUILDERS: dict[str, Builder] = {}


@dataclass
class Draft:
    """A false claim in the making; `ranges` and `witness` have the same names."""

    left: str
    right: str
    ranges: dict[str, str]
    witness: dict[str, Fraction]
    tolerance: str = "0"
    divisor: str = ""
    beyond: dict[str, Fraction] = field(default_factory=dict)
    bare: bool = False
    integers: tuple[str, ...] = ()
    where_defined: bool = False
    spelled: tuple[str, ...] = ()


def kind(name: str) -> Callable[[Builder], Builder]:
    """Enter a builder under the name of its class of false claims."""

    def enter(builder: Builder) -> Builder:
        BUILDERS[name] = builder
        return builder

    return enter


def text(value: Fraction | int) -> str:
    """A number as a factor of a product, or as any operand: in brackets where it has an operator."""
    value = Fraction(value)
    plain = str(value)
    return plain if value.denominator == 1 and value >= 0 else f"({plain})"


def span(low: Fraction, high: Fraction) -> str:
    return f"[{low},{high}]"


class Draw(random.Random):
    """A stream of random parts."""

    def names(self, count: int) -> list[str]:
        return self.sample(NAMES, count)

    def whole(self, low: int, high: int) -> Fraction:
        return Fraction(self.randint(low, high))

    def nonzero(self, most: int = 9) -> Fraction:
        return self.whole(1, most) * self.choice((-1, 1))

    def number(self, most: int = 5) -> Fraction:
        """An integer, a decimal or a quotient, of at most `most` in size."""
        bottom = self.choice((1, 1, 2, 3, 7, 10, 100, 1000, 10**6, 999983))
        return Fraction(self.randint(-most * bottom, most * bottom), bottom)

    def positive(self, most: int = 5) -> Fraction:
        return abs(self.number(most)) or Fraction(1, 2)

    def width(self) -> Fraction:
        scale = self.choice((Fraction(1, 100), Fraction(1, 4), 1, 1, 3, 10, 100))
        return Fraction(scale) * self.randint(1, 9) / self.choice((1, 2, 3, 10))

    def around(self, point: Fraction, *, least: Fraction | None = None) -> str:
        """A range with `point` inside, now and then a union; never below `least`."""
        low, high = point - self.width(), point + self.width()
        low = low if least is None else max(low, least)
        if self.random() < 0.2:
            other = high + self.width()
            return f"[{span(low, high)},{span(other, other + self.width())}]"
        return span(low, high)

    def place(self, name: str) -> tuple[dict[str, str], dict[str, Fraction], Fraction]:
        """A range and a witness inside it for one input."""
        point = self.number()
        return {name: self.around(point)}, {name: point}, point

    def linear(self, names: list[str]) -> str:
        terms = [f"{text(self.number() or 1)}*{name}" for name in names]
        return " + ".join([*terms, text(self.number())])

    def polynomial(self, names: list[str]) -> str:
        """A short polynomial of some of the inputs."""
        terms = []
        for _ in range(self.randint(1, 3)):
            powers = "*".join(
                self.choice((name, name, f"{name}**2", f"{name}**3"))
                for name in self.sample(names, self.randint(1, min(2, len(names))))
            )
            terms.append(f"{text(self.number() or 1)}*{powers}")
        return " + ".join(terms)

    def background(self, names: list[str]) -> tuple[str, str]:
        """The same function twice, defined everywhere, in one spelling or in two."""
        p = self.choice(names)
        q = self.choice(names)
        a, b, c, d = (self.nonzero() for _ in range(4))
        match self.randrange(8):
            case 0:
                factored = f"({a}*{p} + {text(b)})*({c}*{q} + {text(d)})"
                return factored, f"{text(a * c)}*{p}*{q} + {a * d}*{p} + {b * c}*{q} + {b * d}"
            case 1:
                return f"({p} - {text(a)})**2", f"{p}**2 - {text(2 * a)}*{p} + {a * a}"
            case 2:
                return f"{text(a)}/(1 + {p}**2)", f"{text(a)}/({p}**2 + 1)"
            case 3:
                return f"{text(a)}*Abs({p} - {q})", f"{text(a)}*Abs({q} - {p})"
            case 4:
                return f"{text(a)}*Max({p}, {text(b)})", f"{text(a)}*Max({text(b)}, {p})"
            case _:
                same = self.polynomial(names)
                return same, same


def dressed(draw: Draw, draft: Draft) -> Draft:
    """The draft behind a background, a common factor and inputs of no importance."""
    if draft.bare or draw.random() < 0.15:
        return draft
    names = list(draft.ranges)
    if not names or draw.random() < 0.2:
        new = draw.choice([name for name in NAMES if name not in names])
        ranges, witness, point = draw.place(new)
        draft.ranges |= ranges
        draft.witness |= witness
        if draft.beyond:
            draft.beyond[new] = point
        names.append(new)
    first, second = draw.background(names)
    if set(names) - _used(f"{draft.left} {draft.right} {first}"):
        missing = sorted(set(names) - _used(f"{draft.left} {draft.right} {first}"))
        extra = "".join(f" + {name}" for name in missing)
        first, second = first + extra, second + extra
    left, right = draft.left, draft.right
    if draft.tolerance == "0" and draw.random() < 0.2:
        factor = draw.choice(
            ("2", "(3/7)", "(-1)", f"(1 + {names[0]}**2)", f"(2 + Abs({names[-1]}))")
        )
        left, right = f"{factor}*({left})", f"({right})*{factor}"
    if draw.random() < 0.5:
        draft.left, draft.right = f"({left}) + {first}", f"{second} + ({right})"
    else:
        draft.left, draft.right = f"{first} + ({left})", f"({right}) + {second}"
    return draft


def _used(source: str) -> set[str]:
    separated = "".join(c if c.isalnum() or c == "_" else " " for c in source)
    return set(separated.split())
