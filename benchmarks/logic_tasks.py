"""Logic tasks: how many of 10 seeds learn them, give a formula, and give a formula that holds.

    python benchmarks/logic_tasks.py [TASK ...] [--seeds N] [--first SEED] [--output FILE]

All seeds of a task train together as one stack, on one core in seconds. A network has learned a
task if on 10,000 extrapolation samples it is right at the threshold 1/2 in at least 99.9 % (truth
values), if its mean error is below 1 % of the range's upper end (difference, minimum), or if its
rounded output is right in at least 99.9 % (count). Sequences have 30 items; training ones 5. A
formula holds if `nalmx.verify.check` proves or tests it on the extrapolation range, equal numbers
included; on truth values if all points of {0, 1}ⁿ agree in exact arithmetic. Writes
benchmarks/results/logic_tasks.json.
"""

import argparse
import json
import time
from dataclasses import asdict, dataclass
from fractions import Fraction
from itertools import product
from pathlib import Path

import numpy as np
import torch
from logic_truths import LOGIC_TASKS, TASKS, RecurrentTask
from torch import nn

from nalmx.errors import ExtractionError
from nalmx.expression import evaluate, parse
from nalmx.extract import boolean_counterexample, extract_network, logic_formula, step_formula
from nalmx.models import (
    NAU,
    NLRL,
    NSR,
    Beside,
    Choice,
    NLRLAnd,
    Recurrent,
    network_member,
    stack_networks,
)
from nalmx.train.network import log_loss, squared_error, train_network
from nalmx.verify import Claim, Domain, Effort, check

RESULTS = Path(__file__).parent / "results" / "logic_tasks.json"
TRAINING_LENGTH, LENGTH, UNROLLED = 5, 30, 4
EFFORT = Effort(points=100_000, device="cpu", seconds=20)


@dataclass(frozen=True)
class Settings:
    """How a task is trained; `steepness` and `redundancy` belong to the NSR, `units` to the NLRL."""

    iterations: int = 2_000
    learning_rate: float = 0.03
    batch: int = 64
    units: int = 8
    redundancy: int = 3
    steepness: float = 1.0
    penalty_scale: float = 1.0


SETTINGS = {
    "xor": Settings(units=16),
    "difference": Settings(3_000, 0.05, steepness=3.0, penalty_scale=10.0),
    "minimum": Settings(3_000, 0.05, redundancy=5, steepness=3.0, penalty_scale=10.0),
    "count": Settings(2_000, 0.05, penalty_scale=100.0),
}


def settings_of(name):
    if name in SETTINGS:
        return SETTINGS[name]
    return Settings(steepness=10.0) if name.endswith("floats") else Settings()


def network_for(task, module, settings, generator):
    """An untrained network for a task."""
    if isinstance(task, RecurrentTask) or task.kind != "boolean":
        nsr = {"redundancy": settings.redundancy, "steepness": settings.steepness}
        inputs = 3 if task.name == "count" else 2
        condition = NSR(inputs, 1, generator=generator, **nsr)
        if task.name == "count":
            sums = NAU(5, 1, generator=generator)
            return Recurrent(nn.Sequential(Beside(condition, nn.Identity()), sums), [0.0])
        if not isinstance(task, RecurrentTask) and task.kind == "comparison":
            return condition
        branches = [NAU(2, 1, generator=generator) for _ in range(2)]
        choice = Choice(condition, *branches)
        return Recurrent(choice, "first") if task.name == "minimum" else choice
    kind = {"nlrl": NLRL, "nlrl-and": NLRLAnd}[module]
    first = kind(len(task.inputs), settings.units, generator=generator)
    return nn.Sequential(first, kind(settings.units, 1, generator=generator))


def is_truth(task):
    return not isinstance(task, RecurrentTask) and task.kind != "function"


def sampler(task, random, size, length, **options):
    """Samples as tensors; a comparison has its negation as a second target."""
    if isinstance(task, RecurrentTask):
        x, t = task.sample(random, size, length, **options)
    else:
        x, t = task.sample(random, size, **options)
        if task.kind == "comparison":
            t = np.concatenate([t, 1 - t], -1)
    return torch.from_numpy(x).float(), torch.from_numpy(t).float()


def train(task, module, settings, seeds):
    networks = stack_networks(
        [network_for(task, module, settings, torch.Generator().manual_seed(seed)) for seed in seeds]
    )
    random = np.random.default_rng(seeds[0])
    size = (len(seeds), settings.batch)
    train_network(
        networks,
        lambda generator: sampler(task, random, size, TRAINING_LENGTH),
        settings.iterations,
        settings.learning_rate,
        torch.Generator(),
        loss=log_loss if is_truth(task) else squared_error,
        penalty_scale=settings.penalty_scale,
    )
    return networks


@torch.no_grad()
def scores(task, networks):
    """For each network of the stack, whether it has learned the task, and the measure of it."""
    x, t = sampler(task, np.random.default_rng(1_000_003), (10_000,), LENGTH, extrapolation=True)
    y = networks(x)
    if is_truth(task):
        right = ((y > 0.5) == (t > 0.5)).all(-1).double().mean(-1)
    elif task.name == "count":
        right = ((y - t).abs() < 0.5).all(-1).double().mean(-1)
    else:
        errors = (y - t).abs().double().mean((-1, -2)) / float(task.extrapolation.range.upper)
        return [(error < 0.01, error) for error in errors.tolist()]
    return [(part >= 0.999, part) for part in right.tolist()]


def verified(task, network):
    """The formula of a network, and whether it holds."""
    if isinstance(task, RecurrentTask):
        return sequence_verified(task, network)
    formula = extract_network(network)
    if task.kind == "boolean":
        logic = logic_formula(network)
        same = boolean_counterexample(formula.outputs[0], task.truth(), task.inputs) is None
        return str(logic), same and (
            boolean_counterexample(logic.outputs[0], task.truth(), task.inputs) is None
        )
    left, right = formula.outputs[0], task.number()
    return formula.python()[0], holds(left, right, task.inputs, task.extrapolation.range)


def sequence_verified(task, network):
    """The step against the true step, and sequences of 4 items against the truth."""
    step = step_formula(network)
    extent = task.extrapolation.range
    unrolled = extract_network(network, length=UNROLLED)
    good = holds(step.outputs[0], parse(task.step), step.inputs, extent)
    names = task.names(UNROLLED)
    return str(step), good and holds(unrolled.outputs[0], task.truth(UNROLLED), names, extent)


def holds(left, right, names, extent):
    """A verdict on the range, and exact agreement at all points of a few numbers, ties included."""
    few = (Fraction(0), Fraction(1)) if len(names) > 4 else (Fraction(0), Fraction(1), Fraction(2))
    for values in product(few, repeat=len(names)):
        point = dict(zip(names, values, strict=True))
        if evaluate(left, point) != evaluate(right, point):
            return False
    claim = Claim(left, right, Domain.uniform(names, extent))
    return check(claim, EFFORT).verdict in ("proved", "tested")


def run(name, module, seeds):
    task, settings = TASKS[name], settings_of(name)
    start = time.perf_counter()
    networks = train(task, module, settings, seeds)
    seconds = time.perf_counter() - start
    outcomes = []
    for place, (seed, (learned, measure)) in enumerate(
        zip(seeds, scores(task, networks), strict=True)
    ):
        outcome = {"seed": seed, "learned": bool(learned), "measure": measure}
        try:
            text, good = verified(task, network_member(networks, place))
            outcome |= {"formula": text, "verified": bool(good), "reason": None}
        except ExtractionError as error:
            outcome |= {"formula": None, "verified": False, "reason": str(error)}
        outcomes.append(outcome)
    counts = {
        "learned": sum(outcome["learned"] for outcome in outcomes),
        "extracted": sum(outcome["formula"] is not None for outcome in outcomes),
        "verified": sum(outcome["verified"] for outcome in outcomes),
    }
    facts = {"task": name, "module": module, "settings": asdict(settings), "of": len(seeds)}
    return {**facts, **counts, "training_seconds": round(seconds, 1), "seeds": outcomes}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("tasks", nargs="*", choices=TASKS, default=list(TASKS))
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--output", type=Path, default=RESULTS)
    options = parser.parse_args()
    torch.set_num_threads(1)
    seeds = list(range(options.first, options.first + options.seeds))
    results = []
    print(f"{'task':22}{'module':10}{'learned':>9}{'formula':>9}{'verified':>10}  of  seconds")
    for name in options.tasks:
        boolean = name in LOGIC_TASKS and LOGIC_TASKS[name].kind == "boolean"
        for module in ("nlrl", "nlrl-and") if boolean else ("nsr",):
            result = run(name, module, seeds)
            results.append(result)
            print(
                f"{name:22}{module:10}{result['learned']:9}{result['extracted']:9}"
                f"{result['verified']:10}  {len(seeds):2}  {result['training_seconds']:7.1f}",
                flush=True,
            )
    options.output.write_text(json.dumps({"results": results}, indent=1) + "\n")


if __name__ == "__main__":
    main()
