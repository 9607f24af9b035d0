"""A run of a sequence task, computed once more from its machine and its configuration.

A digest inside a run notices damage and no forger, who would write a new one. So the weights are
compared with those of the machine, the examples with what the task draws, and sizes and scores are
computed again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from ..errors import RunError
from ..pntm.learn.config import NoiseLevel, learnable
from ..pntm.learn.discrete import TOLERATED
from ..pntm.learn.learn import certainty_of, judgement, tolerated
from ..pntm.learn.score import Score, score
from ..pntm.machine import Machine
from ..pntm.soft.conversion import weights_of
from ..pntm.tasks import Example
from ..storage import read_arrays
from .machine_run import SequenceResults, SequenceRun


def checked_scores(
    run: SequenceRun,
    machine: Machine,
    tests: Mapping[str, Sequence[Example]],
    stop_requested: Callable[[], bool] = lambda: False,
) -> tuple[Score, ...]:
    """The scores of a run that could be computed again: all but those on files not in `tests`.

    Where something of the run is not what its machine and its configuration give, a `RunError`
    names the file. A file of tests is no part of the run: its score is what it is now.
    """
    results, config = run.load_results(), run.config
    _check_weights(run, machine)
    examples = run.load_examples()
    if config.task is not None and examples != config.draw_training():
        raise RunError(
            f"{run.path('examples.jsonl')} is not what the task {config.task} draws as config.json "
            "says; train the run again"
        )
    names = ["train", *(f"length {n}" for n in config.test_lengths), *config.tests]
    sizes = (machine.tapes, machine.states, machine.entries)
    known = (results.tapes, results.states, results.entries) == sizes
    known = known and [one.name for one in results.scores] == names
    drawn = {f"length {n}": config.draw_test(n) for n in config.test_lengths}
    found: list[Score] = []
    for saved in results.scores:
        given = {"train": examples, **drawn, **tests}.get(saved.name)
        if given is not None:
            found.append(score(saved.name, machine, given, stop_requested))
            known = known and (found[-1] == saved or saved.name in config.tests)
    if not (
        known and (not results.learned or _borne_out(results, machine, examples, config.noise))
    ):
        raise RunError(
            f"{run.path('results.json')} is not what the machine of the run gives; train the run again"
        )
    return tuple(found)


def _borne_out(
    results: SequenceResults, machine: Machine, examples: Sequence[Example], noise: NoiseLevel
) -> bool:
    """Whether a machine is learned, by the examples alone.

    Results of before there were exams say nothing of one, nor how much noise was allowed.
    """
    recorded = results.exam is not None
    most = tolerated(noise, examples) if recorded else TOLERATED
    last = judgement(machine, results.way, examples, learnable(examples), most)
    same = not recorded or (last.exam, last.noise) == (results.exam, results.noise)
    return last.learned and same and certainty_of(machine, examples).reason is None


def _check_weights(run: SequenceRun, machine: Machine) -> None:
    path = run.path("weights.safetensors")
    saved, expected = read_arrays(path), weights_of(machine)[1]
    same = saved.keys() == expected.keys() and all(
        (saved[name].dtype, saved[name].shape, saved[name].tobytes())
        == (values.dtype, values.shape, values.tobytes())
        for name, values in expected.items()
    )
    if not same:
        raise RunError(
            f"{path} does not hold the weights of {run.path('machine.json')}: one of them was "
            "changed; train the run again"
        )
