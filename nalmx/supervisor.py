"""The last line of defence for limits: a process that watches the one that works.

Work stops by itself, in time and when it is interrupted, as long as it comes back to the interpreter.
A library in the middle of one long operation does not. So the command line works in a child process;
its parent passes signals on, and ends a child that does not end. What the parent then prints is a
*last will* that the child left: the verdict that nothing was established in time. The child revokes
its will, and waits until that is heard, before it prints anything itself: exactly one of the two appears.
"""

from __future__ import annotations

import json
import math
import os
import select
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from types import FrameType
from typing import TextIO

from .exit_codes import INTERNAL_ERROR, INTERRUPTED

GRACE = 1.0  # seconds after its deadline before a will is carried out
PATIENCE = 1.5  # seconds from the first signal until a child is killed
_LAST_WORDS = 0.3  # seconds at least for a child that began to say that it was interrupted
_AT_ONCE = 0.5  # signals so close together are one: a terminal and its shell both send them
_AFTER_IMPORT = 0.05  # seconds until an interrupt is tried again that came during an import
_SIGNALS = (signal.SIGINT, signal.SIGTERM)
_SHOW_CURSOR = "\r\x1b[2K\x1b[?25h"


@dataclass(frozen=True, slots=True)
class _Line:
    """The child's line to its parent: where wills are written, and where it hears that they were read."""

    wills: int
    heard: int


_line: _Line | None = None


def supervised(work: Callable[[], int]) -> int:
    """The exit code of `work`, done in a child process where there is such a thing.

    Returns in both processes. The code is 130 where the child was interrupted, and that of an
    internal error where it died in any other way.
    """
    if not hasattr(os, "fork"):
        return work()
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    (alive, living), (wills, will), (hearing, heard) = _pipe(), _pipe(), _pipe()
    # A signal that comes before both are ready for it waits.
    before = signal.pthread_sigmask(signal.SIG_BLOCK, _SIGNALS)
    child = os.fork()
    if child:
        for end in (alive, will, hearing):
            os.close(end)
        return _Parent(child, wills, heard).watch(before)
    for end in (living, wills, heard):
        os.close(end)
    _die_with_parent(alive)
    global _line
    _line = _Line(will, hearing)
    interrupt = _interrupting()
    signal.signal(signal.SIGALRM, interrupt)
    for number in _SIGNALS:
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, interrupt)
    signal.pthread_sigmask(signal.SIG_SETMASK, before)
    code = work()
    if code == INTERRUPTED:
        # All is said. Libraries take a second to be unloaded, and threads may still run.
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)
    return code


def reader_gone(stream: TextIO) -> None:
    """Let what is still written to a stream go nowhere: the work and its exit code are what they are."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, stream.fileno())
    os.close(nowhere)


def remove_if_killed(folder: str) -> None:
    """Name a folder of temporary files that this process removes if it has the time."""
    if _line is not None:
        _tell({"folder": folder})


_again = ""


def continue_with(command: str) -> None:
    """Name the command by which what is begun goes on, for the line that says it was interrupted."""
    global _again
    _again = f"; nothing is lost, continue with: {command}"
    if _line is not None:
        _tell({"again": _again})


def interrupted(how_far: str = "") -> str:
    """What is said of an interrupted command, once: then no signal is heard, and the parent is silent."""
    global _again
    if _line is not None:
        for number in (*_SIGNALS, signal.SIGALRM):
            signal.signal(number, signal.SIG_IGN)
        _tell({"said": True})
        os.read(_line.heard, 1)
    said, _again = f"interrupted{how_far}{_again}", ""
    return said


@contextmanager
def last_will(seconds: float, text: Callable[[], str], code: int) -> Iterator[None]:
    """A block after which this process prints what it found.

    Where the block takes longer than `seconds` and does not end by itself, the parent ends this
    process, prints that text and exits with `code`. Without a parent, only the block.
    """
    if _line is None or seconds == math.inf:
        yield
        return
    _tell({"at": time.monotonic() + seconds + GRACE, "text": text(), "code": code})
    try:
        yield
    finally:
        _tell(None)
        os.read(_line.heard, 1)


def _interrupting() -> Callable[[int, FrameType | None], None]:
    """A handler of signals that raises `KeyboardInterrupt`, once for signals that come together.

    A library that is just being imported may end the process when an exception comes out of what it
    calls: then the handler calls itself again by an alarm, until the import is over.
    """
    together = Together()

    def interrupt(number: int, frame: FrameType | None) -> None:
        if number != signal.SIGALRM and together.again():
            return
        if _is_importing(frame):
            signal.setitimer(signal.ITIMER_REAL, _AFTER_IMPORT)
            return
        raise KeyboardInterrupt

    return interrupt


def _is_importing(frame: FrameType | None) -> bool:
    while frame is not None:
        if frame.f_code.co_filename == "<frozen importlib._bootstrap>":
            return True
        frame = frame.f_back
    return False


class Together:
    """Tells signals that come together, such as from a terminal and from a shell, from separate ones."""

    def __init__(self) -> None:
        self._last = -math.inf

    def again(self) -> bool:
        """Whether a signal belongs to the one before."""
        now, before = time.monotonic(), self._last
        self._last = now
        return now - before <= _AT_ONCE


def _tell(message: object) -> None:
    assert _line is not None
    data = json.dumps(message).encode() + b"\n"
    while data:
        data = data[os.write(_line.wills, data) :]


def _pipe() -> tuple[int, int]:
    """The ends of a pipe, away from the places of closed standard streams."""
    import fcntl

    ends = []
    for end in os.pipe():
        ends.append(fcntl.fcntl(end, fcntl.F_DUPFD_CLOEXEC, 3))
        os.close(end)
    return ends[0], ends[1]


def _die_with_parent(alive: int) -> None:
    """Let the system end this process when nobody holds the other end: the parent was killed."""
    import fcntl

    signal.signal(signal.SIGIO, signal.SIG_DFL)
    fcntl.fcntl(alive, fcntl.F_SETOWN, os.getpid())
    fcntl.fcntl(alive, fcntl.F_SETFL, os.O_ASYNC)
    if select.select([alive], [], [], 0)[0]:
        os._exit(INTERNAL_ERROR)


class _Parent:
    """Waits for a child, and ends it where it does not end."""

    def __init__(self, child: int, wills: int, heard: int) -> None:
        self._child, self._wills, self._heard = child, wills, heard
        self._unread = b""
        self._will: dict[str, object] | None = None
        self._folder: str | None = None
        self._again = ""
        self._said = False
        self._kill_at: float | None = None
        self._interrupted = False

    def watch(self, mask: set[int | signal.Signals]) -> int:
        woken, wake = _pipe()
        for end in (self._wills, woken, wake):
            os.set_blocking(end, False)
        signal.set_wakeup_fd(wake, warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        for number in _SIGNALS:
            if signal.getsignal(number) is not signal.SIG_IGN:
                signal.signal(number, self._pass_on)
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        while True:
            ended, status = os.waitpid(self._child, os.WNOHANG)
            if ended:
                return self._code(status)
            ready, _, _ = select.select([self._wills, woken], [], [], self._patience())
            if woken in ready:
                os.read(woken, 4096)
            if self._wills in ready:
                self._read()
            if self._kill_at is not None and time.monotonic() > self._kill_at:
                return self._end(INTERRUPTED)
            if self._will is not None and time.monotonic() > float(str(self._will["at"])):
                self._read()
                if self._will is not None:
                    return self._end(int(str(self._will["code"])))

    def _patience(self) -> float | None:
        """The seconds until something is due."""
        ends = [] if self._kill_at is None else [self._kill_at]
        if self._will is not None:
            ends.append(float(str(self._will["at"])))
        return max(0.0, min(ends) - time.monotonic()) + 0.001 if ends else None

    def _pass_on(self, number: int, frame: FrameType | None) -> None:
        self._interrupted = True
        if self._kill_at is None:
            self._kill_at = time.monotonic() + PATIENCE
        with suppress(ProcessLookupError):
            os.kill(self._child, number)

    def _read(self) -> None:
        """What the child wrote: its will, or that it speaks for itself, which it must know is heard."""
        try:
            data = os.read(self._wills, 65536)
        except BlockingIOError:
            return
        *lines, self._unread = (self._unread + data).split(b"\n")
        for line in lines:
            message = json.loads(line)
            if message is not None and "folder" in message:
                self._folder = message["folder"]
                continue
            if message is not None and "again" in message:
                self._again = message["again"]
                continue
            if message is not None and "said" in message:
                self._said = True
                if self._kill_at is not None:
                    self._kill_at = max(self._kill_at, time.monotonic() + _LAST_WORDS)
            else:
                self._will = message
            if self._said or message is None:
                with suppress(BrokenPipeError):
                    os.write(self._heard, b".")

    def _end(self, code: int) -> int:
        """Kill the child, and say what it could not."""
        os.kill(self._child, signal.SIGKILL)
        os.waitpid(self._child, 0)
        self._clean()
        if code == INTERRUPTED:
            self._say_interrupted()
        elif self._will is not None:
            try:
                sys.stdout.write(str(self._will["text"]))
                sys.stdout.flush()
            except BrokenPipeError:
                reader_gone(sys.stdout)
        return code

    def _code(self, status: int) -> int:
        code = os.waitstatus_to_exitcode(status)
        if code >= 0:
            return code
        self._clean()
        if self._interrupted:
            self._say_interrupted()
            return INTERRUPTED
        name = signal.strsignal(-code) or f"signal {-code}"
        hint = "; the system may have run out of memory" if -code == signal.SIGKILL else ""
        sys.stderr.write(
            f"nalmx: internal error: the work was ended by the system ({name}){hint}\n"
        )
        return INTERNAL_ERROR

    def _say_interrupted(self) -> None:
        """Say it where the child did not: it does not before it is heard."""
        said = self._said
        self._read()
        if not said:
            sys.stderr.write(f"nalmx: interrupted{self._again}\n")

    def _clean(self) -> None:
        """Remove what a killed child was drawing, show the cursor that it hid, remove its folder."""
        if sys.stderr.isatty():
            sys.stderr.write(_SHOW_CURSOR)
        if self._folder is not None:
            import shutil

            shutil.rmtree(self._folder, ignore_errors=True)
