"""The process that watches the one that works: signals, wills, and deaths."""

import os
import signal
import subprocess
import sys

import pytest

from nalmx import supervisor

BEGIN = """
import os, signal, sys, time
from nalmx import supervisor
from nalmx.supervisor import last_will, remove_if_killed, supervised
supervisor.GRACE, supervisor.PATIENCE, supervisor._AT_ONCE = 0.0, 60, 60

def ready():
    print("ready", flush=True)

def stuck():
    "As a library is that does not come back to the interpreter."
    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT, signal.SIGTERM])
    ready()
    while True:
        signal.sigwaitinfo([signal.SIGUSR1])

def work():
"""
END = "\nsys.exit(supervised(work))\n"


def started(work, patience=60):
    """A process whose supervised work is this, ended so many seconds after a signal."""
    body = "\n".join("    " + line for line in work.splitlines())
    end = f"\nsupervisor.PATIENCE = {patience}{END}"
    # What runs in the background of a shell ignores Ctrl-C; this must not.
    return subprocess.Popen(
        [sys.executable, "-c", BEGIN + body + end],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )  # fmt: skip


def ended(process):
    out, err = process.communicate()
    return process.returncode, out, err


@pytest.mark.parametrize("code", [0, 1, 2, 3, 70])
def test_output_and_exit_code_are_those_of_the_work(code):
    work = f"print('out')\nprint('err', file=sys.stderr)\nreturn {code}"
    assert ended(started(work)) == (code, "out\n", "err\n")


def test_the_work_reads_what_the_process_is_given():
    process = subprocess.run(
        [sys.executable, "-c", f"{BEGIN}    print(sys.stdin.read())\n    return 0{END}"],
        input="given", capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert process.stdout == "given\n"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_work_that_does_not_end_is_ended_when_it_is_interrupted(number):
    process = started("stuck()", patience=0.1)
    assert process.stdout.readline() == "ready\n"
    process.send_signal(number)
    assert ended(process) == (130, "", "nalmx: interrupted\n")


def test_how_it_goes_on_is_said_of_work_that_does_not_end():
    process = started("supervisor.continue_with('nalmx go --resume')\nstuck()", patience=0.1)
    assert process.stdout.readline() == "ready\n"
    process.send_signal(signal.SIGINT)
    said = "nalmx: interrupted; nothing is lost, continue with: nalmx go --resume\n"
    assert ended(process) == (130, "", said)


def test_what_is_said_of_an_interrupted_command_is_said_once():
    supervisor.continue_with("nalmx go --resume")
    assert supervisor.interrupted().endswith("continue with: nalmx go --resume")
    assert supervisor.interrupted() == "interrupted"


def test_what_interrupted_work_says_is_said_by_nobody_else():
    process = started(
        """
try:
    ready()
    signal.sigwaitinfo([signal.SIGUSR1])
except KeyboardInterrupt:
    supervisor._AT_ONCE = -1
    print(supervisor.interrupted(), file=sys.stderr, flush=True)
    os.kill(os.getpid(), signal.SIGTERM)  # as one who sends signals to all processes of a group does
    signal.sigwaitinfo([signal.SIGUSR1])
""",
        patience=0.1,
    )
    assert process.stdout.readline() == "ready\n"
    process.send_signal(signal.SIGINT)
    assert ended(process) == (130, "", "interrupted\n")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_work_may_end_by_itself_when_it_is_interrupted(number):
    process = started("""
try:
    ready()
    while True:
        signal.sigwaitinfo([signal.SIGUSR1])
except KeyboardInterrupt:
    print("saved")
    return 130
""")
    assert process.stdout.readline() == "ready\n"
    process.send_signal(number)
    assert ended(process) == (130, "saved\n", "")


def test_a_signal_to_both_processes_is_one_interruption():
    process = started("""
times = 0
while True:
    try:
        if not times:
            os.kill(os.getpid(), signal.SIGINT)  # as a terminal does, to the parent as well
            os.kill(os.getppid(), signal.SIGINT)
        signal.sigtimedwait([signal.SIGUSR1], 0.1)
        break
    except KeyboardInterrupt:
        if not times:
            os.kill(os.getppid(), signal.SIGINT)
        times += 1
print(times)
return 130
""")
    assert ended(process) == (130, "1\n", "")


def test_an_import_is_not_interrupted_but_what_comes_after_it(tmp_path):
    (tmp_path / "library.py").write_text(
        "import os, signal\narrived, wakeup = os.pipe()\nos.set_blocking(wakeup, False)\n"
        "signal.set_wakeup_fd(wakeup)\nprint('ready', flush=True)\n"
        "try:\n    os.read(arrived, 1)\n"
        "except KeyboardInterrupt:\n    print('aborted')\nprint('imported', flush=True)\n"
    )
    process = started(f"""
sys.path.insert(0, {str(tmp_path)!r})
try:
    import library
    signal.sigwaitinfo([signal.SIGUSR1])
except KeyboardInterrupt:
    print("saved")
    return 130
""")
    assert process.stdout.readline() == "ready\n"
    process.send_signal(signal.SIGINT)
    assert ended(process) == (130, "imported\nsaved\n", "")


def test_work_that_dies_of_an_interrupt_was_interrupted():
    process = started("""
try:
    ready()
    signal.sigwaitinfo([signal.SIGUSR1])
except KeyboardInterrupt:
    signal.signal(signal.SIGABRT, signal.SIG_DFL)
    os.abort()
""")
    assert process.stdout.readline() == "ready\n"
    process.send_signal(signal.SIGINT)
    assert ended(process) == (130, "", "nalmx: interrupted\n")


def test_the_will_of_work_that_does_not_end_is_carried_out():
    process = started("""
with last_will(0.1, lambda: "late\\n", 3):
    stuck()
print("never")
""")
    assert ended(process) == (3, "ready\nlate\n", "")


def test_a_will_that_is_revoked_is_not_carried_out():
    process = started("""
with last_will(0.5, lambda: "late\\n", 3):
    pass
signal.sigtimedwait([signal.SIGUSR1], 0.6)
print("in time")
return 0
""")
    assert ended(process) == (0, "in time\n", "")


def test_of_a_will_and_a_result_exactly_one_appears():
    found = set()
    for n in range(12):
        process = started(f"""
with last_will(0.02, lambda: "late\\n", 3):
    signal.sigtimedwait([signal.SIGUSR1], {0.017 + n / 2_000})
print("in time")
return 0
""")
        found.add(ended(process))
    assert found
    assert found <= {(3, "late\n", ""), (0, "in time\n", "")}


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (signal.SIGKILL, "out of memory"),
        (signal.SIGSEGV, "Segmentation"),
        (signal.SIGTERM, "Termi"),
    ],
)
def test_work_that_dies_is_an_internal_error_on_one_line(number, said):
    body = f"signal.signal({number:d}, signal.SIG_DFL)\n" if number == signal.SIGTERM else ""
    code, out, err = ended(started(f"{body}os.kill(os.getpid(), {number:d})"))
    assert (code, out) == (70, "")
    assert err.startswith("nalmx: internal error: ")
    assert err.count("\n") == 1
    assert said in err


def test_work_does_not_outlive_a_process_that_was_killed():
    process = started("stuck()")
    assert process.stdout.readline() == "ready\n"
    process.kill()
    # Its output ends only when nobody holds it any more.
    assert ended(process)[:2] == (-signal.SIGKILL, "")


def test_the_temporary_folder_of_killed_work_is_removed(tmp_path):
    folder = tmp_path / "scratch"
    folder.mkdir()
    (folder / "file").write_text("")
    process = started(f"remove_if_killed({str(folder)!r})\nstuck()", patience=0.1)
    assert process.stdout.readline() == "ready\n"
    process.send_signal(signal.SIGTERM)
    assert ended(process)[0] == 130
    assert list(tmp_path.iterdir()) == []


def test_without_processes_the_work_is_done_where_it_is(monkeypatch):
    monkeypatch.delattr(os, "fork")
    assert supervisor.supervised(lambda: 5) == 5
    with supervisor.last_will(0.0, lambda: "late", 3):
        supervisor.remove_if_killed("/nowhere")


def test_signals_are_one_where_they_come_together(monkeypatch):
    readings = iter([10.0, 10.1, 10.4, 12.0, 13.0])
    monkeypatch.setattr(supervisor.time, "monotonic", lambda: next(readings))
    together = supervisor.Together()
    assert [together.again() for _ in range(5)] == [False, True, True, False, False]
