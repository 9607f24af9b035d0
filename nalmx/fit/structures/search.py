"""The order in which structures are tried on a problem and on those that it reduces to.

First every reduction is made, from the given columns on; then each stage is tried on all problems, the
narrowest first: what is plain in one of them is found before anything dear is tried on another.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from ..form import Form
from .curves import curves
from .inner import FEW_FACTORS, inners, roots
from .linear import linear
from .monomial import monomial
from .outer import FEW, Outer, exponential, logarithm, outers
from .problem import Problem
from .products import products
from .rational import polynomial, rational, span_of
from .scaling import scalings
from .sparse import sparse
from .sums import sums
from .surrogate import surrogate
from .switches import switches
from .translation import translations

_DEEPEST = 3
_MOST_PROBLEMS = 40
_BANDS = (0, 12, 40, 120)
_MOST_NOISY = 15
_WIDE, _WIDEST = 7, 10
_LITTLE = 0.4
"""Columns from which on the longest forms are too many."""


def plain(problem: Problem) -> Iterator[Form]:
    """What noise does not hide: sums and products."""
    yield from linear(problem)
    yield from monomial(problem)


def searches(problem: Problem, may_be_noisy: bool) -> Iterator[Iterator[Form]]:
    """Searches in their order; each is worth its time where those before it found no law."""
    yield plain(problem)
    if may_be_noisy:
        yield curves(problem)
    yield switches(problem)
    yield sums(problem)
    noisy_first = may_be_noisy and _looks_noisy(problem)
    if not noisy_first:
        yield _under(problem, _BANDS[0], _BANDS[1])
    problems = sorted(_reductions(problem), key=lambda p: p.width)
    in_roots = [rooted for p in problems for rooted in roots(p)]
    if noisy_first:
        yield _noisy(problems)
        yield _under(problem, _BANDS[0], _BANDS[1])
    yield _staged([*problems, *in_roots], _CHEAP)
    yield products(problem)
    if noisy_first:
        return  # the dear ones would look long for what noise hides
    if may_be_noisy:
        yield _noisy(problems)
    yield _staged([*problems, *in_roots], _DEAR)


_Stage = Callable[[Problem], Iterator[Form]]
# Forms of several steps, the cheapest structures first; they need rows without noise.
_CHEAP: tuple[_Stage, ...] = (
    lambda p: _under(p, _BANDS[0], _BANDS[1]),
    lambda p: _within(p, 20, ()) if p.width <= 2 else iter(()),
    lambda p: _under(p, _BANDS[1], _BANDS[2]),
)
_DEAR: tuple[_Stage, ...] = (
    lambda p: _within(p, 20, ()) if p.width > 2 else iter(()),
    lambda p: _within(p, 40, FEW),
    lambda p: _under(p, _BANDS[2], _BANDS[3]),
    lambda p: _polynomials(p),
)


def _staged(problems: Sequence[Problem], stages: Sequence[_Stage]) -> Iterator[Form]:
    for stage in stages:
        for reduced in problems:
            yield from stage(reduced)


def _looks_noisy(problem: Problem) -> bool:
    """Whether a smooth surrogate leaves a little, and one of more terms no less."""
    found = surrogate(problem.table, problem.target) if 0 < problem.width <= _WIDEST else None
    return found is not None and found.has_floor and found.error < _LITTLE


def _noisy(problems: Sequence[Problem]) -> Iterator[Form]:
    """Forms of few terms, for rows with noise."""
    for reduced in problems[:_MOST_NOISY]:
        yield from sparse(reduced)


def _reductions(problem: Problem) -> list[Problem]:
    """The problem and those that it reduces to, each once."""
    found, layer = [problem], [problem]
    told = {_key(problem)}
    for _ in range(_DEEPEST):
        following = []
        for parent in layer:
            for reduced in (*scalings(parent), *translations(parent)):
                if _key(reduced) not in told and len(found) < _MOST_PROBLEMS:
                    told.add(_key(reduced))
                    following.append(reduced)
                    found.append(reduced)
        layer = following
    return found


def _key(problem: Problem) -> object:
    return problem.atoms, float(problem.target[0]), float(problem.target[-1])


def _under(problem: Problem, least: int, most: int) -> Iterator[Form]:
    """Rational forms of the target and of functions of it; at first also linear and monomial ones."""
    if problem.width > _WIDE:
        most = min(most, 70)
    if not problem.width:
        return
    span = span_of(problem, least, most)
    yield from rational(problem, least, most, span)
    logs = logarithm(problem)
    if logs is not None:
        for form in rational(logs, least, most, span):
            yield exponential(problem, form)
    for outer in outers(problem):
        if least == 0:
            for form in plain(outer):
                yield replace(form, is_from_exact=True)
        yield from rational(outer, least, most, span)


def _within(problem: Problem, most: int, also: Sequence[Outer]) -> Iterator[Form]:
    """Rational forms with one inner function, of the target and of some functions of it."""
    for inner in inners(problem):
        span = span_of(inner, 0, most)
        yield from rational(inner, 0, most, span)
        for outer in outers(inner, also):
            yield from rational(outer, 0, most, span)


def _polynomials(problem: Problem) -> Iterator[Form]:
    """Polynomials of degree 4 with one inner function."""
    if problem.width > 4:
        return
    for inner in inners(problem, FEW_FACTORS):
        yield from polynomial(inner, 4)
