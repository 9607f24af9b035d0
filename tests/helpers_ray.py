"""A local Ray whose workers are killed in the middle of their work."""

import os
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np


def _ancestors(process: int) -> Iterator[int]:
    while process > 1:
        yield process
        stat = Path(f"/proc/{process}/stat").read_text()
        process = int(stat.rpartition(")")[2].split()[1])


def _at_work() -> list[int]:
    """The workers of this process that have begun a piece of work."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            begun = b"ray::_do" in (folder / "cmdline").read_bytes()
            if begun and os.getpid() in _ancestors(int(folder.name)):
                found.append(int(folder.name))
        except (OSError, ValueError):
            continue
    return found


@contextmanager
def killed_workers(times: int, longest: float) -> Iterator[list[int]]:
    """Kill so many workers while this lasts, each some seconds after it was seen at work; those killed."""
    killed: list[int] = []
    over = threading.Event()
    random = np.random.default_rng(times)

    def kill() -> None:
        while len(killed) < times and not over.is_set():
            workers = _at_work()
            if not workers:
                time.sleep(0.02)
                continue
            time.sleep(random.uniform(0, longest))
            victim = int(random.choice(workers))
            try:
                os.kill(victim, signal.SIGKILL)
            except ProcessLookupError:
                continue
            killed.append(victim)

    killer = threading.Thread(target=kill, daemon=True)
    killer.start()
    try:
        yield killed
    finally:
        over.set()
        killer.join()
