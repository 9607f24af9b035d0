"""The command line as a whole."""

import json
import os
import subprocess
import sys
from statistics import median

import click
import pytest
from helpers_pytest import thinned

import nalmx
from nalmx.cli import COMMANDS, HELP, main
from nalmx.exit_codes import INTERNAL_ERROR


def nalmx_command(*arguments, **options):
    command = [sys.executable, "-m", "nalmx", *arguments]
    return subprocess.run(command, capture_output=True, text=True, **options)


def test_help_lists_every_command(capsys):
    assert main(["--help"]) == 0
    out = capsys.readouterr().out
    assert out == HELP
    assert all(name in out for name in COMMANDS)
    assert max(map(len, out.splitlines())) <= 80


def test_no_command_shows_the_help_and_exits_with_2(capsys):
    assert main([]) == 2
    assert capsys.readouterr().out == HELP


@pytest.mark.slow
def test_help_answers_within_two_and_a_half_times_an_empty_python():
    def seconds(*command):
        before = os.times()
        subprocess.run(command, check=True, capture_output=True)
        after = os.times()
        return sum(after[2:4]) - sum(before[2:4])  # of processor time, of children

    def twenty(code):
        return sum(seconds(sys.executable, "-c", code) for _ in range(20))

    help_, empty = "from nalmx.cli import main; main(['--help'])", "pass"
    assert median(twenty(help_) / twenty(empty) for _ in range(3)) < 2.5


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help_that_begins_with_its_summary(capsys, name):
    assert main([name, "--help"]) == 0
    assert COMMANDS[name] in " ".join(capsys.readouterr().out.split())


def test_the_version(capsys):
    assert main(["--version"]) == 0
    assert nalmx.__version__ in capsys.readouterr().out


@pytest.mark.parametrize("arguments", [["fly"], ["--fly"], ["verify", "fly"], ["modules", "x"]])
def test_unknown_commands_and_options_are_refused_in_one_line(capsys, arguments):
    assert main(arguments) == 2
    err = capsys.readouterr().err
    assert err.startswith("nalmx: ")
    assert err.count("\n") == 1


def test_modules_and_tasks_as_json(capsys):
    assert main(["modules", "--json"]) == 0
    modules = json.loads(capsys.readouterr().out)["modules"]
    assert {"name": "nmu", "operations": ["mul"]}.items() <= next(
        m for m in modules if m["name"] == "nmu"
    ).items()
    assert main(["tasks", "--json"]) == 0
    tasks = json.loads(capsys.readouterr().out)
    assert tasks["operations"]["sub"] == "x1 - x2"
    assert tasks["ranges"]["[1,2]"] == "[2,6]"


def test_modules_and_tasks_as_tables(capsys):
    assert main(["modules"]) == 0
    assert "Neural multiplication unit" in capsys.readouterr().out
    assert main(["tasks"]) == 0
    assert "[[-6,-2],[2,6]]" in capsys.readouterr().out


@pytest.fixture
def broken_command(monkeypatch):
    """Make every command fail with an error that nobody foresaw."""

    def fail(self, *args, **kwargs):
        raise ZeroDivisionError("first line\nsecond line")

    monkeypatch.setattr(click.Group, "invoke", fail)


def test_an_unforeseen_error_is_one_line_with_its_own_exit_code(capsys, broken_command):
    assert main(["modules"]) == INTERNAL_ERROR
    err = capsys.readouterr().err
    assert "internal error, ZeroDivisionError: first line second line" in err
    assert err.count("\n") == 1


def test_the_traceback_is_there_for_those_who_ask(monkeypatch, broken_command):
    monkeypatch.setenv("NALMX_DEBUG", "1")
    with pytest.raises(ZeroDivisionError):
        main(["modules"])


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ("tasks", 0),
        ("verify expr x --truth x+1 --range '[0,1]' -v 2>&1", 1),
        *(
            pytest.param(*case, marks=pytest.mark.slow)
            for case in [
                ("tasks --json", 0),
                ("verify expr x --truth x+1 --range '[0,1]'", 1),
                ("fit examples/hubble1929.csv --target velocity --time 1 2>&1", 3),
            ]
        ),
    ],
)
def test_a_closed_pipe_changes_no_exit_code(arguments, code):
    command = f"'{sys.executable}' -m nalmx {arguments} | true; exit ${{PIPESTATUS[0]}}"
    root = os.path.join(os.path.dirname(__file__), "..", "..")
    result = subprocess.run(["bash", "-c", command], capture_output=True, text=True, cwd=root)
    assert (result.returncode, result.stderr) == (code, "")


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ("--help >&-", 0),
        ("verify expr x1 --truth x1 --range '[1,2]' --json >&-", 0),
        ("verify expr 'x1+' --truth x1 --range '[1,2]' 2>&-", 2),
    ],
)
def test_closed_streams_change_no_exit_code(arguments, code):
    command = f"'{sys.executable}' -m nalmx {arguments}"
    result = subprocess.run(["bash", "-c", command], capture_output=True, text=True)
    assert result.returncode == code
    assert "Traceback" not in result.stderr


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="there is no full disk to write to")
@pytest.mark.parametrize(
    "arguments", ["--help", "tasks", "verify expr x --truth x --range '[0,1]'"]
)
def test_output_that_cannot_be_written_is_one_line(arguments):
    command = f"'{sys.executable}' -m nalmx {arguments} > /dev/full"
    result = subprocess.run(["bash", "-c", command], capture_output=True, text=True)
    assert (result.returncode, result.stderr) == (2, "nalmx: output: No space left on device\n")


def test_a_narrow_encoding_does_not_break_the_report():
    claim = [
        "verify",
        "expr",
        "sin(x1)",
        "--truth",
        "sin(x1)",
        "--range",
        "[1,2]",
        "--points",
        "99",
    ]
    result = nalmx_command(*claim, env={**os.environ, "PYTHONIOENCODING": "ascii"})
    assert (result.returncode, result.stderr) == (0, "")
    assert nalmx_command("modules", env={**os.environ, "PYTHONIOENCODING": "ascii"}).returncode == 0


def test_no_colours_in_a_pipe():
    claim = ["verify", "expr", "x1", "--truth", "x1", "--range", "[0,1]"]
    assert "\x1b" not in nalmx_command(*claim).stdout


def test_narrow_terminals_do_not_break_a_formula():
    terms = " + ".join(f"x{i}" for i in range(1, 60))
    result = nalmx_command(
        "verify", "expr", terms, "--truth", terms, "--range", "[0,1]",
        env={**os.environ, "COLUMNS": "30"},
    )  # fmt: skip
    assert result.returncode == 0
    assert len(result.stdout.splitlines()) == 2


def test_a_command_leaves_nothing_where_it_is_run(tmp_path):
    claim = ["verify", "expr", "sin(x1)", "--truth", "sin(x1)", "--range", "[0,1]"]
    environment = {n: v for n, v in os.environ.items() if n != "HYPOTHESIS_STORAGE_DIRECTORY"}
    result = nalmx_command(*claim, "--points", "100", cwd=tmp_path, env=environment)
    assert result.returncode == 0
    assert list(tmp_path.iterdir()) == []


def test_the_launcher_of_a_checkout_is_the_command_line():
    launcher = os.path.join(os.path.dirname(__file__), "..", "..", "cli.py")
    result = subprocess.run([sys.executable, launcher, "--help"], capture_output=True, text=True)
    assert (result.returncode, result.stdout) == (0, HELP)


@pytest.mark.parametrize(
    "arguments, meant",
    [
        (["verfy"], "did you mean verify?"),
        (["verify", "expr", "x", "--truht", "x"], "'--truth'"),
        (["verify", "expr", "x", "--rnage=[1,2]"], "'--rnage'"),
        (["verify", "rum"], "did you mean run?"),
        (["bench", "sequense"], "did you mean sequence?"),
        (["modules", "--jsn"], "'--json'"),
        (["train-and-extract", "--operation", "mul", "--module", "nmuu"], "did you mean nmu?"),
        (["train-and-extract", "--operation", "mull", "--module", "nmu"], "did you mean mul?"),
        (["train-and-extract", "--module", "pntm", "--task", "adition"], "did you mean addition?"),
    ],
)
def test_what_is_mistyped_is_answered_with_what_was_meant(arguments, meant, capsys):
    assert main(arguments) == 2
    err = capsys.readouterr().err
    assert meant in err
    assert err.count("\n") == 1


@pytest.mark.parametrize(
    "arguments",
    [["fit", "", "--target", "y"], ["verify", "network", ""], ["verify", "certificate", ""]],
)
def test_a_folder_is_no_file(arguments, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "dir").mkdir()
    for name, said in (
        ("dir", "'dir' is a folder, not a file"),
        ("none", "there is no file 'none'"),
    ):
        needed = ["--truth", "x1", "--range", "[0,1]"] if "network" in arguments else []
        assert main([name if word == "" else word for word in arguments] + needed) == 2
        assert said in capsys.readouterr().err


@pytest.mark.parametrize("seconds", ["nan", "-1", "0", "inf", "1e999"])
def test_a_time_that_is_none_is_refused(seconds, capsys):
    asked = ["verify", "expr", "x", "--truth", "x", "--range", "[0,1]", "--timeout", seconds]
    assert main(asked) == 2
    assert "Invalid value for '--timeout'" in capsys.readouterr().err


def test_what_is_missing_is_answered_with_where_it_is_told(capsys):
    assert main(["verify", "expr"]) == 2
    said = "nalmx: Missing argument 'EXPRESSION'. nalmx verify expr --help says what it takes\n"
    assert capsys.readouterr().err == said


@pytest.mark.parametrize("arguments", [["verify", "--help"], ["bench", "--help"], ["--help"]])
def test_help_is_never_cut(arguments, capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "60")
    assert main(arguments) == 0
    assert "..." not in capsys.readouterr().out.replace("[ARGS]...", "")


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_is_printed_for_each_shell(shell, capsys):
    assert main(["completion", shell]) == 0
    assert "_NALMX_COMPLETE" in capsys.readouterr().out


@pytest.mark.parametrize(
    "line, word",
    [
        ("nalmx verify e", "expr"),
        ("nalmx fit x --targ", "--target"),
        ("nalmx train-and-extract --module np", "npu"),
        *thinned([("nalmx train-and-extract --task par", "parity"), ("nalmx ver", "verify")]),
    ],
)
def test_a_shell_learns_how_a_line_goes_on(line, word):
    asked = {"COMP_WORDS": line, "COMP_CWORD": str(line.count(" "))}
    asked["_NALMX_COMPLETE"] = "bash_complete"
    result = nalmx_command(env={**os.environ, **asked})
    assert f"plain,{word}" in result.stdout.split()


def test_the_doctor_says_what_is_here(capsys):
    assert main(["doctor", "--json"]) == 0
    facts = json.loads(capsys.readouterr().out)
    assert facts["nalmx"].startswith(nalmx.__version__)
    assert facts["packages"]["numpy"][0].isdigit()
    assert facts["auto"]["--device auto, modules"].startswith("cpu")
    assert main(["doctor"]) == 0
    assert "compiled loops" in capsys.readouterr().out


@pytest.mark.parametrize("command", ["modules", "tasks", "doctor"])
def test_no_table_is_cut_at_40_columns(command, capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "40")
    assert main([command]) == 0
    assert "…" not in capsys.readouterr().out


def test_quiet_has_a_short_form(capsys):
    asked = ["verify", "expr", "x + E", "--truth", "E + x", "--range", "[0,1]"]
    assert main([*asked, "-q"]) == 0
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize(
    ("left", "right", "said"),
    [
        ("2x^2", "2*x**2", "read as a formula with ^ or without *: 2*x**2"),
        (r"\frac{x}{2}", "x/2", "read as LaTeX: x/2"),
        ("Sin[x]^2", "1 - cos(x)**2", "read as the Wolfram Language: sin(x)**2"),
    ],
)
def test_another_language_is_read_and_said(capsys, left, right, said):
    assert main(["verify", "expr", left, "--truth", right, "--range", "[1,2]"]) == 0
    captured = capsys.readouterr()
    assert "proved" in captured.out
    assert said in captured.err


def test_the_language_can_be_given(capsys):
    asked = ["verify", "expr", "mc^2", "--truth", r"c m c", "--range", "[1,2]"]
    assert main([*asked, "--syntax", "latex"]) == 0
    assert "proved" in capsys.readouterr().out
    assert main([*asked, "--syntax", "python"]) == 2
    assert "column 3: '^' is not allowed" in capsys.readouterr().err
