"""Each single change of a file of a run: noticed in one line, or nothing else is printed than before."""

from __future__ import annotations

import json

import numpy as np
import pytest
from helpers_machine_runs import remembered
from helpers_mutations import PWNED, mutations, sampled
from helpers_pytest import thinned

from nalmx.cli import main
from nalmx.pntm.proofs import provers
from nalmx.pntm.tasks import Example, write_examples
from nalmx.storage import digest, read_arrays, write_arrays, write_json

FORMULA = ["--operation", "mul", "--module", "nmu", "--seeds", "2", "--iterations", "4000"]
PARITY = ["--module", "pntm", "--task", "parity", "--sequences", "60", "--longest", "8"]
PARITY += ["--method", "discrete", "--test-lengths", "20"]
JSON = {
    "formula": ("config.json", "results.json", "formula.json", "verdicts.json"),
    "sequence": (
        *("config.json", "results.json", "machine.json", "program.json", "verdicts.json"),
    ),
}
SAMPLE = 5


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    """A finished run of each kind, and what is printed of it."""
    found = {}
    for kind, arguments in (("formula", FORMULA), ("sequence", PARITY)):
        directory = tmp_path_factory.mktemp("runs") / kind
        assert main(["train-and-extract", *arguments, "--output", str(directory), "--quiet"]) == 0
        found[kind] = directory
    return found


@pytest.fixture(autouse=True, scope="module")
def found_once():
    with remembered() as patch:
        patch.setattr(provers, "_FIRST_TOKENS", 10_000)
        yield


@pytest.fixture
def copied(runs, tmp_path):
    """Copies of the runs in one place, made anew for every change."""

    def copy(kind):
        place = tmp_path / kind
        place.mkdir(exist_ok=True)
        for file in runs[kind].iterdir():
            (place / file.name).write_bytes(file.read_bytes())
        return place

    return copy


def printed(capsys, directory):
    """The exit code, and what is printed; what is wrong with a run is said in one line."""
    capsys.readouterr()
    code = main(["verify", "run", str(directory), "--quiet"])
    out, err = capsys.readouterr()
    if code == 2:
        assert (err[:7], err.count("\n")) == ("nalmx: ", 1), err
    else:
        assert err == ""
    return code, out


def mend(directory):
    """What a forger would do: every digest and every copy written anew."""
    config = json.loads((directory / "config.json").read_text())
    if "examples_sha256" in config:
        config["examples_sha256"] = digest(directory / "examples.jsonl")
        write_json(directory / "config.json", config)
    results = json.loads((directory / "results.json").read_text())
    for name in ("machine.json", "weights.safetensors", "examples.jsonl"):
        key = f"{name.partition('.')[0]}_sha256"
        if key in results:
            results[key] = digest(directory / name)
    if "config" in results:
        results["config"] = config
    write_json(directory / "results.json", results)
    if "machine_sha256" in json.loads((directory / "program.json").read_text()):
        program = json.loads((directory / "program.json").read_text())
        program["machine_sha256"] = digest(directory / "machine.json")
        write_json(directory / "program.json", program)


def is_noticed(capsys, directory, before):
    code, out = printed(capsys, directory)
    assert PWNED not in out
    # Saved verdicts are compared after new ones are printed. What is called not learned has fewer.
    assert set(out.splitlines()) <= set(before[1].splitlines())
    assert code == 2 or (code, out) == before
    return code == 2


def changes_of(capsys, copied, kind, name, choose):
    """Try changes of a JSON file, as they are and with mended digests; how many were noticed."""
    before, noticed = printed(capsys, copied(kind)), 0
    data = json.loads((copied(kind) / name).read_text())
    for number, (_, changed) in enumerate(choose(data)):
        directory = copied(kind)
        (directory / name).write_text(json.dumps(changed))
        if number % 2 and isinstance(changed, dict):
            forge(directory)
        noticed += is_noticed(capsys, directory, before)
    return noticed


def some(data):
    """A few changes drawn from all, and one of what a file of verdicts is read for."""
    levels = [change for change in mutations(data) if change[0].endswith("/verdict = 'pwned'")]
    return [*sampled(data, SAMPLE), *levels[:1]]


def forge(directory):
    try:
        mend(directory)
    except (AttributeError, KeyError, TypeError, FileNotFoundError):
        return  # what was changed is not even there to be mended


@pytest.mark.parametrize(
    ("kind", "name"), thinned(((k, n) for k, names in JSON.items() for n in names), 3)
)
def test_a_changed_json_file_of_a_run_prints_nothing_new(capsys, copied, kind, name):
    assert changes_of(capsys, copied, kind, name, some) > 0


@pytest.mark.slow
@pytest.mark.parametrize(("kind", "name"), [(k, n) for k, names in JSON.items() for n in names])
def test_every_change_of_a_json_file_of_a_run_prints_nothing_new(capsys, copied, kind, name):
    assert changes_of(capsys, copied, kind, name, mutations) > 0


@pytest.mark.parametrize("kind", JSON)
def test_changed_weights_are_noticed_with_a_mended_digest(capsys, copied, kind):
    before = printed(capsys, copied(kind))
    arrays = read_arrays(copied(kind) / "weights.safetensors")
    for name, values in arrays.items():
        directory = copied(kind)
        changed = values.copy()
        changed.flat[0] = np.nextafter(changed.flat[0], 9) if changed.dtype.kind == "f" else 1
        assert changed.tobytes() != values.tobytes()
        write_arrays(directory / "weights.safetensors", {**arrays, name: changed})
        forge(directory)
        assert is_noticed(capsys, directory, before), name


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("program.py", b"def program(prompt):\n    return ['pwned']\n"),
        ("program.py", b"print('pwned')\n"),
        ("program.py", b""),
        ("examples.jsonl", b'{"prompt": ["1"], "answer": ["0"]}\n'),
        ("examples.jsonl", b'{"prompt": ["1"], "answer": ["1"]}\n'),
        ("metrics.jsonl", b""),
        ("metrics.jsonl", b'{"iteration": 0}\n'),
    ],
)
def test_another_file_in_its_place_is_noticed_with_a_mended_digest(capsys, copied, name, content):
    directory = copied("formula" if name == "metrics.jsonl" else "sequence")
    before = printed(capsys, directory)
    (directory / name).write_bytes(content)
    forge(directory)
    assert is_noticed(capsys, directory, before)


@pytest.mark.parametrize("kind", JSON)
@pytest.mark.parametrize("level", ["refuted", "certain", True])
def test_verdicts_that_are_not_found_again_are_noticed(capsys, copied, kind, level):
    directory = copied(kind)
    before = printed(capsys, directory)
    data = json.loads((directory / "verdicts.json").read_text())
    data["verdicts"]["model_truth"]["verdict"] = level
    write_json(directory / "verdicts.json", data)
    assert is_noticed(capsys, directory, before)


def test_a_weaker_verdict_that_was_saved_before_is_no_contradiction(capsys, copied):
    directory = copied("formula")
    before = printed(capsys, directory)
    data = json.loads((directory / "verdicts.json").read_text())
    data["verdicts"]["model_truth"]["verdict"] = "tested"
    write_json(directory / "verdicts.json", data)
    assert printed(capsys, directory) == before


def test_a_changed_log_is_noticed(capsys, copied):
    before = printed(capsys, copied("formula"))
    lines = (copied("formula") / "metrics.jsonl").read_text().splitlines()
    for number, line in enumerate(lines):
        record = json.loads(line)
        record["validation"][0] = 1e-30
        directory = copied("formula")
        changed = [*lines[:number], json.dumps(record), *lines[number + 1 :]]
        (directory / "metrics.jsonl").write_text("\n".join(changed) + "\n")
        assert is_noticed(capsys, directory, before)


def test_a_program_that_is_missing_is_written_anew(capsys, copied, runs):
    directory = copied("sequence")
    before = printed(capsys, directory)
    for names in (["program.py"], ["program.json"], ["program.py", "program.json"]):
        for name in names:
            (directory / name).unlink()
        assert printed(capsys, directory) == before
        for name in ("program.py", "program.json"):
            assert (directory / name).read_bytes() == (runs["sequence"] / name).read_bytes()


def test_another_machine_with_mended_digests_is_noticed(capsys, tmp_path, copied):
    """Files of one run in the directory of another."""
    other = [
        "--module",
        "pntm",
        "--task",
        "copy",
        "--sequences",
        "100",
        "--longest",
        "6",
        "--quiet",
    ]
    other += ["--method", "discrete", "--test-lengths", "7", "--output", str(tmp_path / "other")]
    assert main(["train-and-extract", *other]) == 0
    before = printed(capsys, copied("sequence"))
    for names in (["machine.json"], ["machine.json", "weights.safetensors"], ["program.json"]):
        directory = copied("sequence")
        for name in names:
            (directory / name).write_bytes((tmp_path / "other" / name).read_bytes())
        forge(directory)
        assert is_noticed(capsys, directory, before), names


def test_what_was_not_learned_cannot_be_called_learned(tmp_path, capsys):
    """Marks and their number in binary: remembered, so that no digest and no score tells."""
    random = np.random.default_rng(0)
    marks = [Example(("1",) * n, tuple(f"{n:b}")) for n in random.integers(1, 13, 200).tolist()]
    write_examples(tmp_path / "marks.jsonl", marks)
    arguments = ["--module", "pntm", "--examples", str(tmp_path / "marks.jsonl"), "--time", "3"]
    directory = tmp_path / "run"
    arguments += ["--output", str(directory), "--method", "discrete", "--quiet"]
    assert main(["train-and-extract", *arguments]) in (1, 3)
    results = json.loads((directory / "results.json").read_text())
    assert not results["learned"]
    write_json(directory / "results.json", {**results, "learned": True, "reason": None})
    code, out = printed(capsys, directory)
    assert (code, out) == (2, "")
