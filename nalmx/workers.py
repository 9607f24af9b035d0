"""Where independent pieces of work are done: one after the other here, or by the workers of a Ray cluster.

A piece is a function of this package and a value, and gives the same wherever it is done: one whose worker
is lost is done again elsewhere, and nothing shows it. Ray sends Python objects between its processes: the
cluster must be yours.
"""

from __future__ import annotations

import io
import os
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol, TypeVar

from .errors import NalmxError, RunError, SettingError

T = TypeVar("T")
R = TypeVar("R")
_LOOKS_EVERY, _TELLS_EVERY = 0.2, 0.5
_TIMES_LOST = 20
"""How often a piece of work is begun again whose worker is lost."""


@dataclass(frozen=True, slots=True)
class Watch:
    """What a piece of work is given: whom to tell how it goes on, which may raise, and whether to stop."""

    tell: Callable[[Any], None]
    stop_requested: Callable[[], bool] = lambda: False


class Workers(Protocol):
    """Do every piece of work, and give its place among the items and what came out, as each is done.

    `told(place, what)` hears what a piece tells, and may raise. Once `stop_requested()` is true nothing is
    begun any more, and the iterator ends.
    """

    def __call__(
        self,
        work: Callable[[T, Watch], R],
        items: Sequence[T],
        told: Callable[[int, Any], None],
        stop_requested: Callable[[], bool] = ...,
    ) -> Iterator[tuple[int, R]]: ...


def here(
    work: Callable[[T, Watch], R],
    items: Sequence[T],
    told: Callable[[int, Any], None],
    stop_requested: Callable[[], bool] = lambda: False,
) -> Iterator[tuple[int, R]]:
    """In this process, in order."""
    for place, item in enumerate(items):
        if stop_requested():
            return
        yield place, work(item, Watch(partial(told, place), stop_requested))


@dataclass(frozen=True, slots=True)
class RayWorkers:
    """Each piece as a task of one core.

    `address` is that of a running cluster, or `local` for one that is begun here; None is that of
    RAY_ADDRESS or of a cluster begun on this machine, and else a local one.
    """

    address: str | None = None

    def __call__(
        self,
        work: Callable[[T, Watch], R],
        items: Sequence[T],
        told: Callable[[int, Any], None],
        stop_requested: Callable[[], bool] = lambda: False,
    ) -> Iterator[tuple[int, R]]:
        if not items:
            return
        with _cluster(self.address) as ray:
            board = ray.remote(num_cpus=0, max_restarts=-1)(_Board).remote()
            do = ray.remote(num_cpus=1, max_retries=_TIMES_LOST)(_do)
            waiting = {
                do.remote(work, item, place, board): place for place, item in enumerate(items)
            }
            while waiting and not stop_requested():
                ready, _ = ray.wait(list(waiting), timeout=_LOOKS_EVERY)
                for place, what in _read(ray, board).items():
                    told(place, what)
                for task in ready:
                    yield waiting.pop(task), _result(ray, task)


class _Board:
    """What the pieces that are being done told last."""

    def __init__(self) -> None:
        self._told: dict[int, Any] = {}

    def tell(self, place: int, what: Any) -> None:
        self._told[place] = what

    def read(self) -> dict[int, Any]:
        told, self._told = self._told, {}
        return told


def _do(work: Callable[[T, Watch], R], item: T, place: int, board: Any) -> R:
    """Do a piece of work; this runs in a worker, which leaves nothing behind."""
    last = 0.0

    def tell(what: Any) -> None:
        nonlocal last
        if time.monotonic() > last + _TELLS_EVERY:
            last = time.monotonic()
            board.tell.remote(place, what)

    with tempfile.TemporaryDirectory(prefix="nalmx-") as folder:
        os.environ["HYPOTHESIS_STORAGE_DIRECTORY"] = folder
        return work(item, Watch(tell))


def _read(ray: Any, board: Any) -> dict[int, Any]:
    """What was told since; nothing where that is lost with its machine, or late."""
    try:
        told: dict[int, Any] = ray.get(board.read.remote(), timeout=_LOOKS_EVERY)
    except ray.exceptions.RayError:
        return {}
    return told


def _result(ray: Any, task: Any) -> Any:
    try:
        return ray.get(task)
    except ray.exceptions.RayTaskError as error:
        if isinstance(error.cause, NalmxError):
            raise error.cause from None
        raise
    except ray.exceptions.RayError as error:
        raise RunError(
            f"a piece of work lost its worker {_TIMES_LOST + 1} times ({type(error).__name__}); what is "
            "finished is kept, give the command again"
        ) from None


@contextmanager
def _cluster(address: str | None) -> Iterator[Any]:
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    os.environ.setdefault("RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO", "0")
    try:
        import ray
    except ImportError:
        raise SettingError(
            "Ray is not installed; install it with: pip install 'nalmx[ray]'"
        ) from None
    try:
        ray.init(address, log_to_driver=False, configure_logging=False, include_dashboard=False)
    except (ConnectionError, ValueError, RuntimeError) as error:
        said = " ".join(str(error).split())[:200]
        raise SettingError(
            f"no Ray cluster can be used at {address or 'any address'}: {said}"
        ) from None
    # Ray tells of lost workers on stdout, which is for results, until its threads have ended.
    with redirect_stdout(io.StringIO()):
        try:
            yield ray
        finally:
            ray.shutdown()
