"""`nalmx fit` as a user meets it: a table in, a law with its verdict out, or none; and its run."""

import io
import json
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from helpers_mutations import sampled
from helpers_pytest import thinned

from nalmx.cli import main

PLANETS = Path(__file__).parents[2] / "examples" / "planets.csv"
KEPLER = [str(PLANETS), "--target", "period"]
BRIEF = [
    "--operations",
    "20",
]  # where there is nothing to find, the search would go through all it has
TRUTH = "said of the formula, where the truth is axis**(3/2):"


def run(capsys, *arguments):
    code = main(["fit", *map(str, arguments)])
    captured = capsys.readouterr()
    return code, captured.out, captured.err


@pytest.fixture
def table(tmp_path):
    def written(columns, name="data.csv"):
        path = tmp_path / name
        lines = [
            ",".join(columns),
            *(",".join(map(repr, row)) for row in zip(*columns.values(), strict=True)),
        ]
        path.write_text("\n".join(lines))
        return path

    return written


def product():
    random = np.random.default_rng(0)
    a, b = random.uniform(1, 5, (2, 60)).tolist()
    return {"a": a, "b": b, "y": [2 * x / y for x, y in zip(a, b, strict=True)]}


def noise():
    a, b, y = np.random.default_rng(1).normal(size=(3, 100)).tolist()
    return {"a": a, "b": b, "y": y}


def test_a_law_is_found_and_proved_to_be_the_truth(capsys):
    asked = [*KEPLER, "--truth", "axis**(3/2)", "--require", "proved", "--quiet"]
    code, out, err = run(capsys, *asked)
    assert (code, err) == (0, "")
    lines = out.splitlines()
    assert "law: period = axis**(3/2)" in lines
    assert "  'planet' is left out: it holds no numbers" in lines
    rows, formula = lines.index("said of the rows:"), lines.index(TRUTH)
    assert rows < formula
    assert lines[formula + 1].startswith(
        "  formula ↔ truth: proved, equal for all real axis in [0.38"
    )
    assert not any("proved" in line for line in lines[rows:formula])
    assert any(line.startswith("→") and line.endswith("  a law") for line in lines)


def test_json_has_law_formula_verdict_and_equations(capsys):
    code, out, _ = run(capsys, *KEPLER, "--truth", "axis*sqrt(axis)", "--json")
    found = json.loads(out)
    assert code == 0
    assert list(found)[:4] == ["law", "formula", "verdict", "equations"]
    assert (found["law"], found["formula"], found["verdict"]) == (True, "axis**(3/2)", "proved")
    (pick,) = (equation for equation in found["equations"] if equation["pick"])
    assert pick["formula"] == found["formula"]
    assert 0 < pick["error_inside"] < 0.01
    assert found["left_out"] == {"planet": "it holds no numbers"}
    assert found["run"] is None


def test_a_law_that_is_not_the_truth_is_refuted(capsys):
    code, out, _ = run(capsys, *KEPLER, "--truth", "axis**2")
    assert code == 1
    assert "formula ↔ truth: refuted" in out
    assert "    at axis = 2" in out.splitlines()


def test_data_without_a_law_get_none(capsys, table):
    path = table(noise())
    code, out, _ = run(capsys, path, "--target", "y", "--truth", "a", *BRIEF)
    assert code == 3
    assert "no law found" in out.splitlines()
    assert "not compared, since there is no law" in out
    assert "nothing that was tried says more of the target than its mean" in out
    code, out, _ = run(capsys, path, "--target", "y", "--json", *BRIEF)
    found = json.loads(out)
    assert code == 3
    assert (found["law"], found["formula"], found["verdict"]) == (False, None, None)


def test_a_file_without_the_truth_says_nothing_of_the_formula(capsys, table):
    code, out, _ = run(capsys, table(product()), "--target", "y")
    assert code == 0
    assert "law: y = 2*a/b" in out.splitlines()
    assert "said of the formula" not in out


def test_own_names_are_shown_beside_those_of_the_formula(capsys, table):
    columns = dict(zip(["mass in kg", "β", "y"], product().values(), strict=True))
    code, out, _ = run(capsys, table(columns), "--target", "y", "--json")
    found = json.loads(out)
    assert (code, found["formula"]) == (0, "2*mass_in_kg/beta")
    assert found["names"] == {"mass_in_kg": "mass in kg", "beta": "β"}
    _, out, _ = run(capsys, table(columns), "--target", "y")
    assert "  mass_in_kg is the column 'mass in kg'" in out.splitlines()


def test_stdin_is_read(capsys, monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(PLANETS.read_bytes())))
    code, out, _ = run(capsys, "-", "--target", "period", "--features", "axis", "--json")
    assert (code, json.loads(out)["formula"]) == (0, "axis**(3/2)")


def test_the_truth_is_compared_where_it_is_asked_for(capsys):
    code, out, _ = run(
        capsys, *KEPLER, "--truth", "axis**(3/2)", "--range", "axis=[1,400]", "--json"
    )
    verdict = json.loads(out)["verdicts"]["formula_truth"]
    assert (code, verdict["domain"]) == (0, {"axis": "[1,400]"})


def test_settings_reach_the_fit(capsys):
    code, out, _ = run(capsys, *KEPLER, "--noise", "0", "--json", *BRIEF)
    assert (code, json.loads(out)["law"]) == (3, False)
    code, out, _ = run(capsys, *KEPLER, "--noise", "0", "--operations", "1")
    assert (
        "  the search spent its operations after 1 forms; this is the best so far"
        in out.splitlines()
    )
    _, out, _ = run(capsys, *KEPLER, "--holdout", "random", "--json")
    found = json.loads(out)
    assert found["beyond"] == 0
    assert found["rows_held"] > 0


def test_a_law_that_cannot_be_kept_is_told(capsys, tmp_path):
    (tmp_path / "file").write_text("")
    code, out, err = run(capsys, *KEPLER, "--output", tmp_path / "file" / "run")
    assert code == 2
    assert "law: period = axis**(3/2)" in out
    assert "cannot be written: Not a directory" in err


REFUSED = [
    ([PLANETS], "give --target, the column that the law is to give; "),
    (["none.csv", "--target", "y"], "there is no file 'none.csv'"),
    ([PLANETS.parent, "--target", "y"], "is a folder, not a file"),
    ([*KEPLER[:2], "peri"], "did you mean 'period'?"),
    ([*KEPLER, "--features", "planet"], "the column 'planet' holds no numbers"),
    ([*KEPLER, "--noise", "much"], "--noise 'much' is neither auto nor a number"),
    ([*KEPLER, "--noise", "1"], "--noise '1' is neither auto nor a number"),
    ([*KEPLER, "--time", "0"], "'--time'"),
    ([*KEPLER, "--holdout", "none"], "'--holdout'"),
    ([*KEPLER, "--truth", "axis +"], "--truth: "),
    ([*KEPLER, "--truth", "mass"], "the truth has mass, which is none of the inputs axis"),
    ([*KEPLER, "--range", "[1,2]"], "--range says where to compare with --truth"),
    ([*KEPLER, "--truth", "axis", "--range", "q=[1,2]"], "there is no input 'q'"),
    ([*KEPLER, "--output", PLANETS.parent], "exists already; give another --output"),
    ([*KEPLER, "--figure", "law.txt"], "is no figure; end its name with .svg, .pdf or .png"),
]


@pytest.mark.parametrize(("arguments", "said"), REFUSED, ids=[said[:30] for _, said in REFUSED])
def test_bad_input_is_refused_in_one_line(capsys, arguments, said):
    code, out, err = run(capsys, *arguments)
    assert (code, out) == (2, "")
    assert said in err
    assert err.count("\n") == 1


BAD = {
    "empty": b"",
    "only names": b"a,y\n",
    "one row": b"a,y\n1,2\n",
    "constant target": b"a,y\n1,2\n3,2\n4,2\n",
    "nan": b"a,y\n1,2\nnan,2\n",
    "infinite": b"a,y\n1,2\ninf,2\n",
    "text": b"a,y\n1,2\nmany,3\n",
    "missing value": b"a,y\n1,2\n,3\n",
    "names twice": b"a,a,y\n1,2,3\n4,5,6\n",
    "huge": b"a,y\n1,1e300\n2,2\n",
    "no target": b"a,b\n1,2\n3,4\n",
    "ragged": b"a,y\n1,2\n3\n",
    "a million columns": b"a" + b",b" * 1_000_000 + b"\n",
    "no names": b"1,2\n3,4\n",
    "binary": bytes(range(256)),
    "a cut gzip": b"\x1f\x8b\x08\x00",
    "a zip of something else": b"PK\x03\x04 docx",
    "no parquet": b"PAR1",
    "half a quote": b'a,y\n"1,2\n',
}


@pytest.mark.parametrize("name", BAD)
def test_bad_data_are_refused_in_one_line(capsys, tmp_path, name):
    path = tmp_path / "data.csv"
    path.write_bytes(BAD[name])
    code, out, err = run(capsys, path, "--target", "y", "--output", tmp_path / "run")
    assert (code, out) == (2, "")
    assert err.startswith("nalmx: ")
    assert err.count("\n") == 1
    assert not (tmp_path / "run").exists()


def test_windows_files_are_no_bad_data(capsys, tmp_path):
    path = tmp_path / "data.csv"
    path.write_bytes(b"\xef\xbb\xbf" + PLANETS.read_bytes().replace(b"\n", b"\r\n"))
    code, out, _ = run(capsys, path, "--target", "period", "--json")
    assert (code, json.loads(out)["formula"]) == (0, "axis**(3/2)")


@pytest.fixture
def kept(capsys, tmp_path):
    directory = tmp_path / "kepler"
    code, out, _ = run(capsys, *KEPLER, "--truth", "axis**(3/2)", "--output", directory)
    assert code == 0
    assert out.splitlines()[-1] == f"run: {directory}"
    return directory


def verify(capsys, directory, *arguments):
    code = main(["verify", "run", str(directory), *map(str, arguments)])
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def test_a_run_is_verified_again_from_what_is_on_disk(capsys, kept, tmp_path):
    tests = tmp_path / "test_kepler.py"
    code, out, err = verify(
        capsys, kept, "--require", "proved", "--certificates", "--export-tests", tests
    )
    assert code == 0
    assert "law: period = axis**(3/2)" in out.splitlines()
    assert "tests: " in err
    assert "def test_" in tests.read_text()
    certificate = kept / "certificate-formula-truth.json"
    assert main(["verify", "certificate", str(certificate)]) == 0
    assert {path.name for path in kept.iterdir()} == {
        *("config.json", "rows.safetensors", "results.json", "formula.json", "verdicts.json"),
        certificate.name,
    }


def changed(path, change):
    data = json.loads(path.read_text())
    change(data)
    path.write_text(json.dumps(data))


def forge(kept):
    """Another law, in every file that names it."""
    changed(kept / "formula.json", lambda data: data["formula"].update(outputs=["axis**2"]))

    def equation(data):
        data["fit"]["formula"] = "axis**2"
        data["fit"]["equations"][-1]["formula"] = "axis**2"
        data["fit"]["equations"][-1]["pick"] = True
        for other in data["fit"]["equations"][:-1]:
            other["pick"] = False

    changed(kept / "results.json", equation)


def swap_rows(kept):
    data = bytearray((kept / "rows.safetensors").read_bytes())
    data[-1] ^= 1
    (kept / "rows.safetensors").write_bytes(data)


CHANGES = {
    "not what is found in the rows now": forge,
    "was changed after the fit": swap_rows,
    "does not fit config.json": lambda kept: changed(
        kept / "config.json", lambda data: data.update(seed=7)
    ),
    "is not the law of results.json": lambda kept: changed(
        kept / "formula.json", lambda data: data["formula"].update(outputs=["axis"])
    ),
    "says refuted": lambda kept: changed(
        kept / "verdicts.json",
        lambda data: data["verdicts"]["formula_truth"].update(verdict="refuted"),
    ),
    "is damaged": lambda kept: (kept / "results.json").write_text("{}"),
    "a saved fit is damaged": lambda kept: changed(
        kept / "results.json", lambda data: data["fit"].update(law=1)
    ),
    "use a newer nalmx": lambda kept: changed(
        kept / "config.json", lambda data: data.update(schema=99)
    ),
    "is missing in": lambda kept: (kept / "formula.json").unlink(),
}


@pytest.mark.parametrize("said", CHANGES)
def test_a_file_of_a_run_that_says_otherwise_is_named(capsys, kept, said):
    CHANGES[said](kept)
    code, _, err = verify(capsys, kept)
    assert code == 2
    assert said in err
    assert err.count("\n") == 1


@pytest.mark.parametrize("name", thinned(["verdicts", "config", "results", "formula"], 2))
def test_each_single_change_is_noticed_or_prints_nothing_new(capsys, kept, name):
    before = verify(capsys, kept)
    path = kept / f"{name}.json"
    data, noticed = json.loads(path.read_text()), 0
    for _, other in sampled(data, 5):
        path.write_text(json.dumps(other))
        code, out, err = verify(capsys, kept)
        # Verdicts on disk are compared after new ones are printed.
        assert (code, err.count("\n")) == (2, 1) or (code, out, err) == before
        assert out in ("", before[1])
        noticed += code == 2
    assert noticed > 0


@pytest.mark.parametrize("option", [["--tolerance", "0"], ["--as-it-runs"], ["--figure", "a.svg"]])
def test_what_a_fit_has_not_is_refused(capsys, kept, option):
    code, _, err = verify(capsys, kept, *option)
    assert code == 2
    assert f"{option[0]} is not for a run of nalmx fit" in err


def test_a_fit_is_no_training_to_resume(capsys, kept):
    assert main(["train-and-extract", "--resume", "--output", str(kept)]) == 2
    assert "is a run of nalmx fit, which trains nothing" in capsys.readouterr().err


@pytest.mark.parametrize("kind", thinned(["pdf", "svg", "png"], 3))
def test_a_figure_is_drawn_the_same_each_time(capsys, tmp_path, table, kind):
    def drawn(name, *arguments):
        path = tmp_path / f"{name}.{kind}"
        assert run(capsys, *arguments, "--figure", path)[0] in (0, 3)
        return path.read_bytes()

    first = drawn("first", *KEPLER)
    assert first == drawn("second", *KEPLER)
    assert first != drawn("product", table(product()), "--target", "y")
    assert drawn("none", table(noise()), "--target", "y", *BRIEF)


def test_planets_take_no_torch_and_no_compiler():
    code = (
        f"from nalmx.cli import main; import sys; main(['fit', *{KEPLER!r}]); print(*sys.modules)"
    )
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    loaded = set(result.stdout.splitlines()[-1].split())
    assert not loaded & {"torch", "scipy", "numba", "matplotlib", "pandas", "pyarrow", "sklearn"}
    assert "law: period = axis**(3/2)" in result.stdout.splitlines()


def test_an_interrupted_search_prints_the_best_so_far(capsys, monkeypatch, table, tmp_path):
    from nalmx.commands import fit as command

    def stop(best, tried):
        raise KeyboardInterrupt

    monkeypatch.setattr(command, "_shown", stop)
    directory = tmp_path / "run"
    arguments = [table(product()), "--target", "y", "--truth", "a", "--output", directory]
    code, out, _ = run(capsys, *arguments)
    assert code == 130
    assert "the search was interrupted after 1 forms; this is the best so far" in out
    assert "formula ↔ truth: not compared, since" in out
    monkeypatch.undo()
    assert verify(capsys, directory)[0] == 1


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_the_search_and_the_best_is_printed(table, number):
    a, b, c, d, e = np.random.default_rng(0).uniform(1, 3, (5, 1000))
    y = np.sin(a * b) * np.exp(-c / a) + np.log(b + a**2)
    columns = {
        name: values.tolist() for name, values in zip("abcdey", (a, b, c, d, e, y), strict=True)
    }
    command = [sys.executable, "-m", "nalmx", "fit", str(table(columns)), "--target", "y"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    with pytest.raises(subprocess.TimeoutExpired):
        process.wait(3)
    process.send_signal(number)
    out, _ = process.communicate(timeout=30)
    assert process.returncode == 130
    assert "no law found" in out.splitlines()
    assert "the search was interrupted after" in out
