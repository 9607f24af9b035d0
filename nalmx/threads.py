"""The cores of this machine, and loops that leave the interpreter to others on several of them."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait


def cores() -> int:
    """The processor cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def in_parts(work: Callable[[int, int], None], parts: int) -> None:
    """Call `work(part, parts)` for each part, a thread each."""
    in_chunks(parts, 1, parts, lambda _, part, stop: work(part, parts), lambda _: True)


def in_chunks(
    total: int,
    chunk: int,
    threads: int,
    work: Callable[[int, int, int], None],
    go_on: Callable[[int], bool],
) -> int:
    """Call `work(thread, first, stop)` for the chunks of `range(total)`; how far it came.

    Chunks are begun in order, each thread one after the other, and those begun are finished.
    `go_on(begun)` is asked before each chunk but the first, by one thread at a time.
    """
    lock = threading.Lock()
    begun, stopped = 0, False

    def run(thread: int) -> None:
        nonlocal begun, stopped
        while True:
            with lock:
                stopped = stopped or begun >= total or (begun > 0 and not go_on(begun))
                if stopped:
                    return
                first, begun = begun, min(begun + chunk, total)
                stop = begun
            try:
                work(thread, first, stop)
            except BaseException:
                stopped = True
                raise

    threads = max(1, min(threads, -(-total // chunk)))
    if threads == 1:
        run(0)
        return begun
    with ThreadPoolExecutor(threads) as pool:
        futures = [pool.submit(run, thread) for thread in range(threads)]
        try:
            wait(futures)
        finally:
            stopped = True
        for future in futures:
            future.result()
    return begun
