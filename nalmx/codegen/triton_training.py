"""The loop of a training for Triton: a program trains a model, and its lanes are the batch.

Parameters and moments stay in registers from the first iteration of a launch to the last. Numbers are
matrices of inputs and lanes, (I, BATCH): what belongs to an input has one column, what belongs to a
row of the batch, or to none, has one row. I is a power of two; inputs that are not there add 0 to
sums and are factors of 1.
"""

from __future__ import annotations

from collections.abc import Iterable

from .loops import TrainingLoop
from .triton_lines import header, lines
from .values import Body

_SOURCE = """
N, BATCH = tl.constexpr(tl.{kind}), tl.constexpr({batch})


@triton.jit
def train(
    order, raw, means, squares, u, t, sizes, stream, lower, width, truth,
    rate, epsilon, strength, active, reset_at, reset_to, I: tl.constexpr,
):
    model = tl.load(order + tl.program_id(0))
    length, inputs = tl.load(sizes), tl.load(sizes + 1)
    i, b, first = tl.arange(0, I)[:, None], tl.arange(0, BATCH)[None, :], tl.arange(0, 1)[:, None]
    there, every = i < inputs, first >= 0
    wide, flat = tl.zeros((I, BATCH), N), tl.zeros((1, BATCH), N)
    size = inputs.to(N)
    low, span, chosen = tl.load(lower + model), tl.load(width + model), tl.load(truth + model)
    is_active, start, ends = tl.load(active + model), tl.load(stream + model), tl.load(reset_at + model)
    base = model * {raw} * inputs
{load}\
    for l in range(length):
        row = (start * length + l) * BATCH
        place = row * inputs
        x = (low + span * tl.load(u + place + i * BATCH + b, there, 0.5)).to(N)
        target = flat
{truths}\
        lam = tl.where(is_active != 0, tl.load(strength + l), 0.0).to(N)
        eta, eps = tl.load(rate + l).to(N), tl.load(epsilon + l).to(N)
{forward}\
{output_gradient}\
{errors}\
{gradient}\
{updates}\
        if ends == l:
{reset}\
{store}

@triton.jit
def evaluate(order, raw, x_, t, sizes, dataset, errors, I: tl.constexpr):
    model = tl.load(order + tl.program_id(0))
    size, inputs = tl.load(sizes), tl.load(sizes + 1)
    i, b, first = tl.arange(0, I)[:, None], tl.arange(0, BATCH)[None, :], tl.arange(0, 1)[:, None]
    there, every = i < inputs, first >= 0
    wide, flat = tl.zeros((I, BATCH), N), tl.zeros((1, BATCH), N)
    base = model * {raw} * inputs
    rows = tl.load(dataset + model) * size
    total = tl.zeros((1, BATCH), tl.float64)
{load_raw}\
    for begin in range(0, size, BATCH):
        at = begin + b
        x = tl.load(x_ + rows * inputs + i * size + at, there & (at < size), 0.5).to(N)
{forward}\
{output}\
        residual = y.to(tl.float64) - tl.load(t + rows + at, at < size, 0.0)
        total += tl.where(at < size, residual * residual, 0.0)
    tl.store(errors + model + first, tl.sum(total, 1, keep_dims=True) / size)
"""


def training(form: TrainingLoop) -> str:
    """The source of the kernels `train` and `evaluate`; see `loops.TrainingLoop`."""
    own = [k for k, per_input in enumerate(form.weights) if per_input]
    shared = [k for k, per_input in enumerate(form.weights) if not per_input]
    reductions = range(len(form.products))
    state = {"p": "raw", "mean": "means", "square": "squares"}
    title = f"Training of the {form.label}, generated from its equation."
    return header(title, "after, before, multiply") + _SOURCE.format(
        kind=form.kind,
        batch=form.batch,
        raw=len(form.raw),
        load=_state(form, state, "{0} = tl.load({1}, {2}, 0.0)", 4),
        load_raw=_state(form, {"p": "raw"}, "{0} = tl.load({1}, {2}, 0.0)", 4),
        store=_state(form, state, "tl.store({1}, {0}, {2})", 4),
        reset=_state(form, {"p": "reset_to"}, "{0} = tl.load({1}, {2}, 0.0)", 12),
        truths=_truths(form),
        forward=_forward(form),
        output=lines(form.output, {"y": "y"}, 8),
        output_gradient=_named(
            form.output_gradient, [f"e{k}" for k in reductions] + [f"g{k}" for k in shared]
        )
        + _sums(shared, "flat"),
        errors=_text(
            f"e{k} = e{k} * before(t{k}) * after(t{k})" for k in reductions if form.products[k]
        ),
        gradient=_named(form.gradient, [f"g{k}" for k in own]) + _sums(own, "wide"),
        updates="".join(_update(body, k) for k, body in enumerate(form.updates)),
    )


def _text(made: Iterable[str], indent: int = 8) -> str:
    return "".join(f"{' ' * indent}{line}\n" for line in made)


def _named(body: Body, names: Iterable[str]) -> str:
    """A body whose results keep their names; those that it does not have are left out."""
    return lines(body, {name: name for name in names if name in body.results}, 8)


def _sums(weights: Iterable[int], spread: str) -> str:
    """Gradients of weights are sums over the batch; what is the same on all lanes is spread first."""
    return _text(f"g{k} = tl.sum(g{k} + {spread}, 1, keep_dims=True)" for k in weights)


def _state(form: TrainingLoop, arrays: dict[str, str], statement: str, indent: int) -> str:
    """A statement for each raw parameter in some arrays: its name, its place, and what of it is there."""
    made = []
    for k, per_input in enumerate(form.raw):
        index, mask = ("i", "there") if per_input else ("first", "every")
        for name, array in arrays.items():
            place = f"{array} + base + {k} * inputs + {index}"
            made.append(statement.format(f"{name}{k}", place, mask))
    return _text(made, indent)


def _truths(form: TrainingLoop) -> str:
    text = ""
    for code, truth in enumerate(form.truths):
        text += f"        {'elif' if code else 'if'} chosen == {code}:\n"
        names = [str(line.content) for line in truth.lines if line.operation == "input"]
        text += _text(
            (f"{x} = low + span * tl.load(u + place + {x[1:]} * BATCH + b)" for x in names), 12
        )
        text += lines(truth, {"t": f"of_{code}"}, 12, f"u{code}_")
        text += f"            target = of_{code}.to(N) + flat\n"
    loaded = "target = tl.load(t + row + b).to(N)\n"
    return f"{text}        else:\n            {loaded}" if text else f"        {loaded}"


def _forward(form: TrainingLoop) -> str:
    """Weights from raw parameters, terms, and their sums and products over the inputs."""
    text = "".join(_named(body, body.results) for body in form.effective.values())
    text += _named(form.term, form.term.results)
    for k, product in enumerate(form.products):
        neutral = "1.0" if product else "0.0"
        text += _text([f"t{k} = tl.where(there, t{k} + wide, tl.full((), {neutral}, N))"])
        reduced = "tl.reduce(t{0}, 0, multiply, keep_dims=True)"
        summed = "tl.sum(t{0}, 0, keep_dims=True)"
        text += _text([f"r{k} = {(reduced if product else summed).format(k)}"])
    return text


def _update(body: Body, k: int) -> str:
    state = {"value": f"p{k}", "mean": f"mean{k}", "square": f"square{k}"}
    asked = {str(line.content) for line in body.lines if line.operation == "input"}
    read = _text(f"{name} = {source}" for name, source in state.items() if name in asked)
    return read + lines(body, state, 8)
