"""What experiments on networks share: train a stack, judge it, read and check its formulas."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor, nn

from ...errors import ExtractionError
from ...expression import Expression, parse
from ...extract import Formula, extract_network
from ...models import network_member, stack_networks
from ...ranges import Range
from ...train.network import Sampler, train_network
from ...verify import Claim, Domain, Effort, Tolerance, check
from .experiment import Tell, Value

EFFORT = Effort(points=20_000, device="cpu", seconds=10)
Builder = Callable[[torch.Generator], nn.Module]


def seeded(seed: int) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def trained(
    build: Builder,
    seeds: int,
    sample: Sampler,
    iterations: int,
    rate: float | None,
    tell: Tell,
    **options: Any,
) -> nn.Module:
    """A stack of networks, one a seed, trained on the same batches."""
    return train(stacked(build, seeds), seeds, sample, iterations, rate, tell, **options)


def stacked(build: Builder, seeds: int) -> nn.Module:
    return stack_networks([build(seeded(seed)) for seed in range(seeds)])


def train(
    networks: nn.Module,
    seeds: int,
    sample: Sampler,
    iterations: int,
    rate: float | None,
    tell: Tell,
    **options: Any,
) -> nn.Module:
    """Train a stack in place, and tell how far it is."""

    def show(iteration: int, losses: Tensor) -> None:
        tell(iteration / iterations, f"iteration {iteration}, loss {losses.median():.3g}")

    train_network(networks, sample, iterations, rate, seeded(seeds), on_progress=show, **options)
    return networks


def evaluations(tell: Tell, share: float, begun: str) -> Callable[[int, float], None]:
    """What a fit by least squares tells of its evaluations."""

    def told(evaluation: int, error: float) -> None:
        tell(share, f"{begun}, evaluation {evaluation}, error {error:.2g}")

    return told


@torch.no_grad()
def squared_errors(networks: nn.Module, x: Tensor, t: Tensor) -> list[float]:
    """The mean squared error of each network of a stack, infinite where it is not a number."""
    errors = (
        (networks(x.to(next(networks.parameters()).dtype)).double() - t.double())
        .square()
        .flatten(-2)
        .mean(-1)
    )
    return [error if error == error else float("inf") for error in errors.tolist()]


def formulas(
    networks: nn.Module, seeds: int, read: Callable[[nn.Module], Formula] = extract_network
) -> list[Formula | None]:
    """The formula of each network of a stack; None where it has not converged."""
    found: list[Formula | None] = []
    for place in range(seeds):
        try:
            found.append(read(network_member(networks, place)))
        except ExtractionError:
            found.append(None)
    return found


def verdict(
    left: Expression,
    right: Expression | str,
    names: Sequence[str],
    extents: Sequence[Range],
    tolerance: Tolerance | None = None,
) -> str:
    """What is established of left = right on ranges of the inputs."""
    truth = parse(right) if isinstance(right, str) else right
    domain = Domain(dict(zip(names, extents, strict=True)))
    return check(Claim(left, truth, domain, tolerance or Tolerance()), EFFORT).verdict


def verdicts(
    found: Sequence[Formula | None], truth: Expression | str, extents: Sequence[Range]
) -> str:
    """How many formulas are proved equal to the truth, and how many are not. `9 proved, 1 no formula`"""
    return counted(Counter(verdict for _, verdict in judged(found, truth, extents)))


def judged(
    found: Sequence[Formula | None], truth: Expression | str, extents: Sequence[Range]
) -> list[tuple[str, str]]:
    """Each formula as text with its verdict; equal ones are checked once."""
    known = {"": "no formula"}
    for formula in found:
        if formula is not None and str(formula) not in known:
            known[str(formula)] = verdict(formula.outputs[0], truth, formula.inputs, extents)
    texts = ["" if formula is None else str(formula) for formula in found]
    return [(text, known[text]) for text in texts]


def counted(counts: Counter[str]) -> str:
    return ", ".join(f"{number} {what}" for what, number in counts.most_common())


def commonest(found: Sequence[Formula | None]) -> str | None:
    """The formula that most networks agree on."""
    texts = Counter(str(formula) for formula in found if formula is not None)
    return texts.most_common(1)[0][0] if texts else None


def outcome(
    networks: nn.Module,
    seeds: int,
    errors: Sequence[float],
    threshold: float,
    truth: Expression | str,
    extents: Sequence[Range],
) -> dict[str, Value]:
    """What most tables say of the seeds of a cell: successes, the median error, the law and its verdict.

    `others_learned` is the commonest formula that is not proved to be the truth.
    """
    found = formulas(
        networks, seeds, lambda network: extract_network(network, extents=list(extents))
    )
    settled = judged(found, truth, extents)
    proved = Counter(text for text, verdict in settled if verdict == "proved")
    others = Counter(text for text, verdict in settled if text and verdict != "proved")
    return {
        "success": f"{sum(error < threshold for error in errors)}/{seeds}",
        "median_error": float(f"{float(torch.tensor(errors).median()):.3g}"),
        "formula": abbreviated(proved),
        "verdicts": counted(Counter(verdict for _, verdict in settled)),
        "others_learned": abbreviated(others),
    }


def abbreviated(texts: Counter[str]) -> str | None:
    """The commonest text, with long sums of inputs in a row as `x1 + … + x9`, cut where it is still long."""
    if not texts:
        return None
    text = _SUM.sub(lambda run: _runs(run.group()), texts.most_common(1)[0][0])
    return f"{text[:96]} …" if len(text) > 100 else text


_SUM = re.compile(r"x\d+(?: \+ x\d+){3,}")


def _runs(text: str) -> str:
    numbers = sorted(int(name[1:]) for name in text.split(" + "))
    parts: list[list[int]] = []
    for number in numbers:
        if parts and number == parts[-1][-1] + 1:
            parts[-1].append(number)
        else:
            parts.append([number])
    return " + ".join(
        f"x{run[0]} + … + x{run[-1]}" if len(run) > 3 else " + ".join(f"x{n}" for n in run)
        for run in parts
    )
