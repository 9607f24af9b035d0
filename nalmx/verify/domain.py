"""Domains: a box, or a union of boxes, in which a claim is made."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import product

from ..errors import RangeError
from ..expression.names import check_name
from ..expression.nodes import natural_order
from ..ranges import Interval, Range
from ..showing import Shown

Point = dict[str, Fraction]
Box = dict[str, Interval]
INTEGERS = "integers "


@dataclass(frozen=True, slots=True, repr=False)
class Domain(Shown):
    """The product of one range an input: every combination of their values.

    Of the inputs in `integers` only the whole numbers of their ranges, which begin and end with one.
    """

    ranges: Mapping[str, Range]
    integers: frozenset[str] = frozenset()

    @classmethod
    def parse(
        cls, texts: Iterable[str], names: Iterable[str], integers: Iterable[str] = ()
    ) -> Domain:
        """The domain of the inputs `names` from texts such as `[2,6]` and `x2=[1,2]`.

        A text without a name holds for every input that has none of its own. `integers` are the inputs that
        are whole numbers.
        """
        inputs = sorted(names, key=natural_order)
        named: dict[str, Range] = {}
        common: Range | None = None
        for text in texts:
            name, equals, spelled = text.partition("=")
            if not equals:
                if common is not None:
                    raise RangeError(
                        f"two ranges without a name, {str(common)!r} and {text[:60]!r}; give one for all "
                        "inputs, or write NAME=[lower,upper]"
                    )
                common = Range.parse(text)
                continue
            name = check_name(name.strip())
            if name not in inputs:
                known = ", ".join(inputs) if inputs else "none, both sides are constant"
                raise RangeError(
                    f"there is no input {name!r} for the range {text[:60]!r}; inputs: {known}"
                )
            if name in named:
                raise RangeError(
                    f"the input {name!r} has two ranges; give one, a union as [[a,b],[c,d]]"
                )
            named[name] = Range.parse(spelled)
        missing = [name for name in inputs if name not in named]
        if missing and common is None:
            raise RangeError(
                f"the input {missing[0]!r} has no range; add --range '{missing[0]}=[lower,upper]', or "
                "--range '[lower,upper]' for every input"
            )
        ranges = {name: named.get(name) or _given(common) for name in inputs}
        return cls(ranges).with_integers(integers)

    @classmethod
    def uniform(cls, names: Iterable[str], extent: Range) -> Domain:
        """The same range for every input."""
        return cls(dict.fromkeys(names, extent))

    def with_integers(self, names: Iterable[str]) -> Domain:
        """The domain in which some inputs are whole numbers."""
        whole = frozenset(names)
        for name in sorted(whole - set(self.ranges)):
            known = ", ".join(self.ranges) or "none, both sides are constant"
            raise RangeError(f"there is no input {name[:60]!r} to be an integer; inputs: {known}")
        ranges = dict(self.ranges)
        for name in whole:
            held = ranges[name].whole_numbers()
            if held is None:
                raise RangeError(
                    f"the range {str(ranges[name])[:60]} of {name!r} holds no integer; take a wider one"
                )
            ranges[name] = held
        return Domain(ranges, self.integers | whole)

    def nearest(self, point: Mapping[str, Fraction]) -> Point:
        """A point with its integers rounded to those of the domain."""
        return {
            name: self.ranges[name].nearest_integer(value) if name in self.integers else value
            for name, value in point.items()
        }

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(self.ranges)

    @property
    def has_width(self) -> bool:
        """Whether there are points beside some that stand alone."""
        return any(len(r.points) < len(r.intervals) for r in self.ranges.values())

    def boxes(self) -> Iterator[Box]:
        """The boxes whose union is the domain; 2 intervals for each of n inputs make 2**n."""
        for intervals in product(*(extent.intervals for extent in self.ranges.values())):
            yield dict(zip(self.ranges, intervals, strict=True))

    def __contains__(self, point: Mapping[str, Fraction]) -> bool:
        return all(
            point[name] in extent and (name not in self.integers or point[name].denominator == 1)
            for name, extent in self.ranges.items()
        )

    def to_json(self) -> dict[str, str]:
        """The range of each input, with `integers` before those of whole numbers."""
        return {
            name: f"{INTEGERS if name in self.integers else ''}{extent}"
            for name, extent in self.ranges.items()
        }

    @classmethod
    def from_json(cls, texts: Mapping[str, str], names: Iterable[str]) -> Domain:
        """The domain that such texts spell, its inputs in the order of `names`."""
        ranges = {name: Range.parse(texts[name].removeprefix(INTEGERS)) for name in names}
        return cls(ranges).with_integers(n for n in ranges if texts[n].startswith(INTEGERS))


def named_ranges(texts: Iterable[str]) -> set[str]:
    """The inputs that have a range of their own among texts such as `[2,6]` and `x2=[1,2]`."""
    return {text.partition("=")[0].strip() for text in texts if "=" in text}


def _given(extent: Range | None) -> Range:
    assert extent is not None
    return extent
