"""The loop of a training for Numba: data, gradient, Adam, bounds and restarts of many models.

Layout: two flat scratch arrays of rows of `BATCH` numbers, `s` with the targets and the reductions
and `q` with the rows of each input: x, slopes, and of a product its factor and what comes before it.
Rows of one array lie at constant distances and are indexed without signs, so that the compiler sees
that they do not overlap and vectorises every loop.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import partial

from .loops import TrainingLoop
from .numba_cpu import header, lines
from .values import Body

FREELY = ("reassoc", "contract", "arcp", "nsz")
"""What may happen to gradients, which are sums over the batch. NaN and infinity keep their meaning."""

_START = """
N, BATCH = {kind}, U({batch})
# Outputs round as written.
freely = set({freely})
ordered = njit(fastmath={{"nsz"}}, **inner)
summed = njit(fastmath=freely, **inner)


@njit(**inner)
def prepare(s, q, stride, u, t, row, inputs, lower, width, truth):
    place = row * inputs
{truths}\
    for i in range(inputs):
        start = i * stride
        at = place + i * BATCH
        for b in range(BATCH):
            q[start + b] = N(lower + width * u[at + b])


@njit(**inner)
def load(q, stride, x, place, inputs, size, first):
    last = size - U(1)
    for i in range(inputs):
        start = i * stride
        at = place + i * size
        for b in range(BATCH):
            q[start + b] = x[at + min(first + b, last)]


@ordered
def effective(raw, w, d, inputs):
{effective}\


@ordered
def forward(s, q, stride, w, inputs):
    for b in range(BATCH):
{ones}\
    for i in range(inputs):
        row = i * stride
{term_weights}\
        for b in range(BATCH):
            x = q[row + b]
{terms}\


@ordered
def result({variables}):
{output}\
    return y


@summed
def squared_error(s, w, inputs, t, first, count):
{scalars}\
    total = 0.0
    for b in range(count):
{reductions}\
        residual = F(result({variables})) - t[first + b]
        total += residual * residual
    return total


@summed
def backward(s, q, stride, w, g, inputs):
{scalars}\
{no_scalar_gradient}\
    for b in range(BATCH):
{reductions}\
        target = s[b]
{output_gradient}\
{scalar_gradient}\
    for k in range(inputs):
        i = inputs - U(1) - k
        row = i * stride
{no_gradient}\
        for b in range(BATCH):
{errors}\
{gradient}\
{stored_gradient}\


@njit(fastmath=freely, **outer)
def train(order, raw, m, v, u, t, length, inputs, stream, lower, width, truth,
          rate, epsilon, strength, active, reset_at, reset_to):
{scratch}\
    g = np.empty(U({weights}) * inputs, N)
    for turn in range(order.size):
        model = order[turn]
        p = raw[model]
        for l in range(length):
            lam = strength[l] if active[model] else N(0.0)
            row = (stream[model] * length + l) * BATCH
            prepare(s, q, stride, u, t, row, inputs, lower[model], width[model], truth[model])
            effective(p, w, d, inputs)
            forward(s, q, stride, w, inputs)
            backward(s, q, stride, w, g, inputs)
            size, eta, eps = N(inputs), rate[l], epsilon[l]
{updates}\
            if reset_at[model] == l:
                for k in range(p.size):
                    p[k] = reset_to[model, k]


@njit(fastmath=freely, **outer)
def evaluate(order, raw, x, t, size, inputs, dataset, errors):
{scratch}\
    for turn in range(order.size):
        model = order[turn]
        effective(raw[model], w, d, inputs)
        total = 0.0
        first = U(0)
        while first < size:
            load(q, stride, x, dataset[model] * size * inputs, inputs, size, first)
            forward(s, q, stride, w, inputs)
            count = min(BATCH, size - first)
            total += squared_error(s, w, inputs, t, dataset[model] * size + first, count)
            first += BATCH
        errors[model] = total / size
"""
_SCRATCH = """\
    stride = U({rows}) * BATCH
    s = np.empty(U({fixed}) * BATCH, N)
    q = np.empty(inputs * stride, N)
    w = np.empty(U({weights}) * inputs, N)
    d = np.empty(U({slopes}) * inputs, N)
"""


def training(form: TrainingLoop) -> str:
    """The source of `train` and `evaluate`; see `loops.TrainingLoop`."""
    rows = _Rows(form)
    own = [k for k, per_input in enumerate(form.weights) if per_input]
    shared = [k for k, per_input in enumerate(form.weights) if not per_input]
    variables = [*(f"r{k}" for k in range(len(form.products))), *(f"w{k}" for k in shared)]
    scalars = "".join(f"    w{k} = {_weight(form, k)}\n" for k in shared)
    numbers = {"fixed": 1 + len(form.products), "rows": rows.count, "weights": len(form.weights)}
    return header(f"Training of the {form.label}, generated from its equation.") + _START.format(
        kind="S" if form.kind == "float32" else "F",
        batch=form.batch,
        freely=FREELY,
        truths=_truths(form),
        effective=_effective(form),
        ones=_each(form, lambda k, product: [f"{_at(k)} = N({1.0 if product else 0.0})"], 8),
        term_weights="".join(f"        w{k} = {_weight(form, k)}\n" for k in own),
        terms=_terms(form, rows),
        variables=", ".join(variables),
        output=lines(form.output, {"y": "y"}, 4),
        scalars=scalars,
        reductions=_each(form, lambda k, product: [f"r{k} = {_at(k)}"], 8),
        no_scalar_gradient="".join(f"    g{k} = N(0.0)\n" for k in shared),
        output_gradient=lines(
            form.output_gradient,
            {f"e{k}": _at(k) for k in range(len(form.products))}
            | {f"g{k}": f"g{k} +" for k in shared},
            8,
        ),
        scalar_gradient="".join(f"    g[U({k}) * inputs] = g{k}\n" for k in shared),
        no_gradient="".join(f"        g{k} = N(0.0)\n" for k in own),
        errors=_each(form, rows.error, 12),
        gradient=rows.read(form.gradient, 12)
        + lines(form.gradient, {f"g{k}": f"g{k} +" for k in own}, 12),
        stored_gradient="".join(f"        g[U({k}) * inputs + i] = g{k}\n" for k in own),
        scratch=_SCRATCH.format(**numbers, slopes=len(form.slopes)),
        weights=len(form.weights),
        updates=_updates(form),
    )


class _Rows:
    """Which rows an input has: x, the slopes that are stored, and two for each product."""

    def __init__(self, form: TrainingLoop) -> None:
        stored = [name for name in form.term.results if name.startswith("s")]
        self.slopes = {name: place for place, name in enumerate(stored, 1)}
        self.count = 1 + len(stored)
        self.factors: dict[int, int] = {}
        for k, product in enumerate(form.products):
            if product:
                self.factors[k] = self.count
                self.count += 2

    def error(self, k: int, product: bool) -> list[str]:
        """The slope of the error in a term; a product needs what comes before and after each factor."""
        if not product:
            return [f"e{k} = {_at(k)}"]
        factor, before = self.factors[k], self.factors[k] + 1
        return [
            f"e{k} = {_at(k)} * {_of_input(before)}",
            f"{_at(k)} = {_at(k)} * {_of_input(factor)}",
        ]

    def term(self, k: int, product: bool) -> list[str]:
        """A term joins its reduction."""
        if not product:
            return [f"{_at(k)} = {_at(k)} + t{k}"]
        factor, before = self.factors[k], self.factors[k] + 1
        stored = [f"{_of_input(factor)} = t{k}", f"{_of_input(before)} = {_at(k)}"]
        return [*stored, f"{_at(k)} = {_at(k)} * t{k}"]

    def read(self, body: Body, indent: int) -> str:
        """The lines that read x and the stored slopes that a body asks for."""
        names = _inputs(body, r"x|s\d+")
        return _reads(names, lambda name: _of_input(self.slopes.get(name, 0)), indent)


def _at(k: int) -> str:
    """A reduction at one place of the batch; the first row has the targets."""
    return f"s[U({k + 1}) * BATCH + b]"


def _of_input(column: int) -> str:
    """A number of a row of the input whose rows start at `row`."""
    return f"q[row + U({column}) * BATCH + b]"


def _place(array: str, k: int, per_input: bool) -> str:
    """A number of input i in an array: every weight has room for all inputs."""
    return f"{array}[U({k}) * inputs{' + i' if per_input else ''}]"


def _weight(form: TrainingLoop, k: int) -> str:
    return _place("w", k, form.weights[k])


def _each(form: TrainingLoop, made: Callable[[int, bool], list[str]], indent: int) -> str:
    """Lines for each reduction."""
    found = [line for k, product in enumerate(form.products) for line in made(k, product)]
    return "".join(f"{' ' * indent}{line}\n" for line in found)


def _inputs(body: Body, pattern: str) -> list[str]:
    """The inputs of a body with a name of some pattern, in order.

    They are read in this order: compilers sort sums by it, and choose by it what is rounded together.
    """
    names = [str(line.content) for line in body.lines if line.operation == "input"]
    return [name for name in names if re.fullmatch(pattern, name)]


def _reads(names: Iterable[str], source: Callable[[str], str], indent: int) -> str:
    """The lines that give inputs of a body their values."""
    return "".join(f"{' ' * indent}{name} = {source(name)}\n" for name in names)


def _truths(form: TrainingLoop) -> str:
    text = ""
    for code, truth in enumerate(form.truths):
        text += f"    {'elif' if code else 'if'} truth == {code}:\n        for b in range(BATCH):\n"
        text += _reads(
            _inputs(truth, r"x\d+"),
            lambda name: f"lower + width * u[place + U({name[1:]}) * BATCH + b]",
            12,
        )
        text += lines(truth, {"t": "target"}, 12) + "            s[b] = N(target)\n"
    indent = "    " if form.truths else ""
    text += "    else:\n" if form.truths else ""
    return text + f"{indent}    for b in range(BATCH):\n{indent}        s[b] = N(t[row + b])\n"


def _effective(form: TrainingLoop) -> str:
    text = ""
    for per_input, body in form.effective.items():
        if not body.results:
            continue
        indent = 8 if per_input else 4
        text += "    for i in range(inputs):\n" if per_input else ""
        text += _reads(_inputs(body, r"p\d+"), partial(_parameter, per_input), indent)
        targets = {name: _place(name[0], int(name[1:]), per_input) for name in body.results}
        text += lines(body, targets, indent)
    return text


def _parameter(per_input: bool, name: str) -> str:
    return _place("raw", int(name[1:]), per_input)


def _terms(form: TrainingLoop, rows: _Rows) -> str:
    targets = {name: _of_input(place) for name, place in rows.slopes.items()}
    targets |= {f"t{k}": f"t{k}" for k in range(len(form.products))}
    return lines(form.term, targets, 12) + _each(form, rows.term, 12)


def _updates(form: TrainingLoop) -> str:
    """Adam on every raw parameter."""
    text = ""
    for per_input in (True, False):
        chosen = [k for k, own in enumerate(form.raw) if own is per_input]
        indent = 16 if per_input else 12
        text += "            for i in range(inputs):\n" if per_input and chosen else ""
        for k in chosen:
            at = f"U({k}) * inputs{' + i' if per_input else ''}"
            state = {"mean": f"m[model, {at}]", "square": f"v[model, {at}]", "value": f"p[{at}]"}

            def source(name: str, state: dict[str, str] = state) -> str:
                j = int(name[1:]) if name not in state else 0
                of_input = form.slopes if name[0] == "d" else form.weights
                return state[name] if name in state else _place(name[0], j, of_input[j])

            text += _reads(_inputs(form.updates[k], rf"[wgd]\d+|{'|'.join(state)}"), source, indent)
            text += lines(form.updates[k], state, indent, f"v{k}_")
    return text
