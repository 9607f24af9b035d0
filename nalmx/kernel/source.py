"""The source text of a training kernel.

Layout: two flat scratch arrays of rows of `BATCH` numbers, `s` with the targets and the reductions
and `q` with the rows of each input. Rows of one array lie at constant distances and are indexed
without signs, so that the compiler sees that they do not overlap and vectorises every loop.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence

import sympy

from ..expression import Expression
from ..expression.symbolic import to_sympy
from ..models import BATCH_SIZE
from .plan import Plan, Reduction, Weight, X
from .printer import assignments, source
from .template import EVALUATE, HEADER, SIGMOID, TRAIN_HEAD, TRAIN_TAIL

_TARGET_ROW = 0
_FIRST_REDUCTION_ROW = 1


def kernel_source(plan: Plan, truths: Sequence[Expression], dtype: str) -> str:
    """A Python module with the functions `train` and `evaluate` for Numba to compile."""
    rows = _Rows(plan)
    parts = [HEADER.format(label=plan.module.label, dtype=dtype, batch=BATCH_SIZE)]
    if dtype == "float32":
        parts.append("from nalmx.codegen.maths32 import cos, exp, log, sigmoid, sin, tanh\n")
    else:
        parts.append("from math import cos, exp, log, sin, tanh\n" + SIGMOID)
    parts += [
        _prepare(truths),
        _load(),
        _effective(plan),
        _forward(plan, rows),
        _output(plan),
        _slopes(plan),
        _train(plan, rows),
        _evaluate(plan, rows),
    ]
    return "\n".join(parts)


class _Rows:
    """Where things lie in the scratch array: rows of an input, and which slopes need one."""

    def __init__(self, plan: Plan) -> None:
        self.fixed = _FIRST_REDUCTION_ROW + len(plan.reductions)
        self.expressions: dict[sympy.Expr, int] = {X: 0}
        self.factors: dict[sympy.Symbol, tuple[int, int]] = {}
        for reduction in plan.reductions:
            for slope in reduction.slopes.values():
                if not slope.is_number and slope not in self.expressions:
                    self.expressions[slope] = len(self.expressions)
        self.per_input = len(self.expressions)
        for reduction in plan.reductions:
            if reduction.is_product:
                self.factors[reduction.symbol] = (self.per_input, self.per_input + 1)
                self.per_input += 2


def reduction_row(place: int) -> int:
    return _FIRST_REDUCTION_ROW + place


def _at(row: int) -> str:
    """A number of a fixed row."""
    return f"s[U({row * BATCH_SIZE}) + b]"


def _of_input(column: int) -> str:
    """A number of a row of the input that starts at `row`."""
    return f"q[row + U({column * BATCH_SIZE}) + b]"


def _prepare(truths: Sequence[Expression]) -> str:
    """x and t of one batch, in float64 and rounded once, as the published benchmark does.

    t is the value of one of the truths, or comes with the row.
    """
    lines = [
        "@njit(error_model='numpy', nogil=True)",
        "def prepare(s, q, stride, u, t, row, inputs, lower, width, truth):",
        "    place = row * inputs",
    ]
    for code, truth in enumerate(truths):
        form = to_sympy(truth)
        lines += [f"    {'if' if code == 0 else 'elif'} truth == {code}:"]
        lines += ["        for b in range(BATCH):"]
        for name, place in sorted((str(s), _input_place(str(s))) for s in form.free_symbols):
            at = f"place + U({place * BATCH_SIZE}) + b"
            lines.append(f"            {name} = lower + width * u[{at}]")
        lines.append(f"            {_at(_TARGET_ROW)} = F({source(form)})")
    indent = "    " if truths else ""
    lines += ["    else:"] if truths else []
    lines += [
        f"{indent}    for b in range(BATCH):",
        f"{indent}        {_at(_TARGET_ROW)} = F(t[row + b])",
        "    for i in range(inputs):",
        "        start = i * stride",
        "        at = place + i * BATCH",
        "        for b in range(BATCH):",
        "            q[start + b] = F(lower + width * u[at + b])",
        "",
    ]
    return "\n".join(lines)


def _input_place(name: str) -> int:
    """The place of an input of a truth: that of x1 is 0."""
    if not re.fullmatch(r"x[1-9][0-9]{0,3}", name):
        raise NotImplementedError(f"no kernel for a truth of {name}; its inputs are x1, x2, …")
    return int(name[1:]) - 1


def _load() -> str:
    """x of one block of an evaluation set; a block at the end repeats its last sample."""
    return "\n".join(
        [
            "@njit(error_model='numpy', nogil=True)",
            "def load(q, stride, x, place, inputs, size, first):",
            "    last = size - U(1)",
            "    for i in range(inputs):",
            "        start = i * stride",
            "        at = place + i * size",
            "        for b in range(BATCH):",
            "            q[start + b] = x[at + min(first + b, last)]",
            "",
        ]
    )


def _effective(plan: Plan) -> str:
    """Effective weights of one model, per input in `w`, and their slopes in raw parameters in `d`."""
    lines = ["@ordered", "def effective(raw, w, d, inputs):"]
    for per_input in (True, False):
        chosen = [w for w in plan.weights if w.per_input is per_input]
        if not chosen:
            continue
        indent = "        " if per_input else "    "
        if per_input:
            lines.append("    for i in range(inputs):")
        for raw_offset, r in zip(_raw_offsets(plan), plan.raw, strict=True):
            if r.per_input is per_input:
                lines.append(f"{indent}{r.symbol} = raw[{_place(raw_offset, per_input)}]")
        targets = []
        for offset, weight in zip(_weight_offsets(plan), plan.weights, strict=True):
            if weight.per_input is per_input:
                targets.append((f"w[{_place(offset, per_input)}]", weight.value))
        for offset, weight, _name, slope in _weight_slopes(plan):
            if weight.per_input is per_input:
                targets.append((f"d[{_place(offset, per_input)}]", slope))
        lines += assignments(targets, "c", indent)
    return "\n".join([*lines, ""])


def _forward(plan: Plan, rows: _Rows) -> str:
    """Reductions over the inputs, and the slopes of their terms, which stay in the rows."""
    lines = ["@ordered", "def forward(s, q, stride, w, inputs):"]
    for place, reduction in enumerate(plan.reductions):
        start = "F(1.0)" if reduction.is_product else "F(0.0)"
        lines += [
            "    for b in range(BATCH):",
            f"        {_at(reduction_row(place))} = {start}",
        ]
    lines += ["    for i in range(inputs):", "        row = i * stride"]
    lines += _read_weights(plan, "        ")
    lines += ["        for b in range(BATCH):", f"            {X} = {_of_input(0)}"]
    targets = [(_of_input(column), slope) for slope, column in rows.expressions.items() if column]
    for place, reduction in enumerate(plan.reductions):
        targets.append((f"t{place}", reduction.term))
    lines += assignments(targets, "c", "            ")
    for place, reduction in enumerate(plan.reductions):
        at = _at(reduction_row(place))
        if reduction.is_product:
            factor, before = rows.factors[reduction.symbol]
            lines += [
                f"            {_of_input(factor)} = t{place}",
                f"            {_of_input(before)} = {at}",
                f"            {at} = {at} * t{place}",
            ]
        else:
            lines.append(f"            {at} = {at} + t{place}")
    return "\n".join([*lines, ""])


def _read_weights(plan: Plan, indent: str) -> list[str]:
    """Lines that read the weights of input i."""
    return [
        f"{indent}{weight.symbol} = w[{_place(offset, True)}]"
        for offset, weight in zip(_weight_offsets(plan), plan.weights, strict=True)
        if weight.per_input
    ]


def _read_scalars(plan: Plan) -> list[str]:
    return [
        f"    {weight.symbol} = w[{_place(offset, False)}]"
        for offset, weight in zip(_weight_offsets(plan), plan.weights, strict=True)
        if not weight.per_input
    ]


def _arguments(plan: Plan) -> str:
    """What the output is a function of: reductions, and weights that belong to no input."""
    return ", ".join(str(variable) for variable in plan.output_slopes)


def _output(plan: Plan) -> str:
    """One output, and the squared error of `count` of them against t, summed in float64."""
    lines = ["@ordered", f"def result({_arguments(plan)}):"]
    lines += [*assignments([("y", plan.output)], "c", "    "), "    return y", ""]
    lines += ["@jitted", "def squared_error(s, w, inputs, t, first, count):"]
    lines += _read_scalars(plan)
    lines += ["    total = 0.0", "    for b in range(count):"]
    lines += [
        f"        {reduction.symbol} = {_at(reduction_row(place))}"
        for place, reduction in enumerate(plan.reductions)
    ]
    lines += [
        f"        residual = np.float64(result({_arguments(plan)})) - t[first + b]",
        "        total += residual * residual",
        "    return total",
        "",
    ]
    return "\n".join(lines)


def _slopes(plan: Plan) -> str:
    """The gradient of the mean squared error in every effective weight, added up in `g`."""
    scalars = [w for w in plan.weights if not w.per_input]
    lines = ["@jitted", "def backward(s, q, stride, w, g, inputs):"]
    lines += _read_scalars(plan)
    lines += [f"    g_{weight.symbol} = F(0.0)" for weight in scalars]
    lines += ["    for b in range(BATCH):"]
    for place, reduction in enumerate(plan.reductions):
        lines.append(f"        {reduction.symbol} = {_at(reduction_row(place))}")
    targets = [("y", plan.output)]
    targets += [(f"dy_{variable}", slope) for variable, slope in plan.output_slopes.items()]
    lines += assignments(targets, "c", "        ")
    lines.append(f"        e = (y - {_at(_TARGET_ROW)}) * F({2 / BATCH_SIZE!r})")
    for weight in scalars:
        lines.append(f"        g_{weight.symbol} += e * dy_{weight.symbol}")
    for place, reduction in enumerate(plan.reductions):
        lines.append(f"        {_at(reduction_row(place))} = e * dy_{reduction.symbol}")
    for offset, weight in zip(_weight_offsets(plan), plan.weights, strict=True):
        if not weight.per_input:
            lines.append(f"    g[{_place(offset, False)}] = g_{weight.symbol}")
    return "\n".join([*lines, *_backward_inputs(plan), ""])


def _backward_inputs(plan: Plan) -> Iterable[str]:
    rows = _Rows(plan)
    per_input = [
        (offset, w)
        for offset, w in zip(_weight_offsets(plan), plan.weights, strict=True)
        if w.per_input
    ]
    # A product needs what comes after each factor: walk backwards, and keep e·dy/dR times it.
    yield "    for k in range(inputs):"
    yield "        i = inputs - U(1) - k"
    yield "        row = i * stride"
    for _, weight in per_input:
        yield f"        g_{weight.symbol} = F(0.0)"
    yield "        for b in range(BATCH):"
    for place, reduction in enumerate(plan.reductions):
        at = _at(reduction_row(place))
        if reduction.is_product:
            factor, before = rows.factors[reduction.symbol]
            yield f"            e{place} = {at} * {_of_input(before)}"
            yield f"            {at} = {at} * {_of_input(factor)}"
        else:
            yield f"            e{place} = {at}"
    for _, weight in per_input:
        parts = [
            f"e{place} * {_slope_text(reduction, weight.name, rows)}"
            for place, reduction in enumerate(plan.reductions)
            if weight.name in reduction.slopes
        ]
        yield f"            g_{weight.symbol} += {' + '.join(parts)}"
    for offset, weight in per_input:
        yield f"        g[{_place(offset, True)}] = g_{weight.symbol}"


def _slope_text(reduction: Reduction, weight: str, rows: _Rows) -> str:
    slope = reduction.slopes[weight]
    return source(slope) if slope.is_number else _of_input(rows.expressions[slope])


def _train(plan: Plan, rows: _Rows) -> str:
    """Advance models over the iterations of a chunk: data, gradient, Adam, bounds, restarts."""
    weights, slopes = len(plan.weights), len(_weight_slopes(plan))
    lines = [
        TRAIN_HEAD.format(
            fixed=rows.fixed, per_input=rows.per_input, weights=weights, slopes=slopes
        )
    ]
    for per_input in (True, False):
        members = [
            (offset, r)
            for offset, r in zip(_raw_offsets(plan), plan.raw, strict=True)
            if r.per_input is per_input
        ]
        if not members:
            continue
        indent = "                " if per_input else "            "
        if per_input:
            lines.append("            for i in range(inputs):")
        lines += [
            line
            for offset, r in members
            for line in _update(plan, offset, r.name, per_input, indent)
        ]
    lines.append(TRAIN_TAIL)
    return "\n".join(lines)


def _update(plan: Plan, offset: int, name: str, per_input: bool, indent: str) -> Iterable[str]:
    """Adam on one raw parameter."""
    raw = next(r for r in plan.raw if r.name == name)
    at = _place(offset, per_input)
    yield f"{indent}{raw.symbol} = p[{at}]"
    parts = []
    for weight_offset, weight in zip(_weight_offsets(plan), plan.weights, strict=True):
        if name not in weight.slopes:
            continue
        gradient = f"g[{_place(weight_offset, weight.per_input)}]"
        grid = plan.module.grids.get(weight.name)
        if plan.penalty is not None and not plan.penalty.raw and grid is not None:
            yield f"{indent}{weight.symbol} = w[{_place(weight_offset, weight.per_input)}]"
            slope = source(plan.penalty.symbolic_slope(weight.symbol, grid))
            gradient = f"({gradient} + {_strength(plan, weight.per_input)} * {slope})"
        slope_offset = next(
            o for o, w, n, _ in _weight_slopes(plan) if w.name == weight.name and n == name
        )
        parts.append(f"{gradient} * d[{_place(slope_offset, weight.per_input)}]")
    yield f"{indent}slope = {' + '.join(parts)}"
    if plan.penalty is not None and plan.penalty.raw:
        own = source(plan.penalty.symbolic_slope(raw.symbol, None))
        yield f"{indent}slope = slope + {_strength(plan, per_input)} * {own}"
    if math.isfinite(plan.gradient_clip):
        clip = f"F({plan.gradient_clip!r})"
        yield f"{indent}slope = clamp(slope, -{clip}, {clip})"
    yield f"{indent}mean = m[model, {at}] * BETA1 + slope"
    yield f"{indent}square = v[model, {at}] * BETA2 + slope * slope"
    yield f"{indent}m[model, {at}] = mean"
    yield f"{indent}v[model, {at}] = square"
    new = f"{raw.symbol} - mean * rate[l] / (np.sqrt(square) + epsilon[l])"
    if raw.bounds is not None:
        new = f"clamp({new}, F({raw.bounds[0]!r}), F({raw.bounds[1]!r}))"
    yield f"{indent}p[{at}] = {new}"


def _strength(plan: Plan, per_input: bool) -> str:
    """The strength of the penalty on one weight; a mean over a matrix divides by its inputs."""
    assert plan.penalty is not None
    return "lam / F(inputs)" if plan.penalty.mean and per_input else "lam"


def _evaluate(plan: Plan, rows: _Rows) -> str:
    return EVALUATE.format(
        fixed=rows.fixed,
        per_input=rows.per_input,
        weights=len(plan.weights),
        slopes=len(_weight_slopes(plan)),
    )


def _place(offset: int, per_input: bool) -> str:
    """The index of a weight: every one has room for all inputs."""
    return f"U({offset}) * inputs + i" if per_input else f"U({offset}) * inputs"


def _raw_offsets(plan: Plan) -> range:
    return range(len(plan.raw))


def _weight_offsets(plan: Plan) -> range:
    return range(len(plan.weights))


def _weight_slopes(plan: Plan) -> list[tuple[int, Weight, str, sympy.Expr]]:
    """Every slope of an effective weight in a raw parameter, numbered."""
    pairs = [(w, name, slope) for w in plan.weights for name, slope in w.slopes.items()]
    return [(place, *pair) for place, pair in enumerate(pairs)]
