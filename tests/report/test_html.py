"""Reports as a reader opens them: what they say, what they hold, and that files cannot add to them."""

import json
import shlex
import shutil
from pathlib import Path

import pytest
from helpers_browser import BROWSER, browser, tallest_blank
from helpers_reports import Content

from nalmx.cli import main
from nalmx.commands import _repeat
from nalmx.commands._train_request import TrainRequest
from nalmx.commands.train_and_extract import command as train_command
from nalmx.pntm.learn.config import SequenceConfig
from nalmx.train import Config
from nalmx.verify.certificate import digest_of

OLD = Path(__file__).parents[1] / "old"
EVIL = "<script>window.hit=1</script>"
CELL = {
    "operation": "mul",
    "interpolation": "[1,2]",
    "extrapolation": "[2,6]",
    "inputs": 2,
    "seeds": 25,
    "iterations": 50_000,
    "solved_at": None,
    "sparsity_error": None,
    "pcc_success": 1.0,
    "mape_success": 1.0,
    "pre_regularisation_success": None,
    "model_steps_per_second": None,
}


def cell(rate, formula, module):
    return {
        **CELL,
        "success_rate": {"mean": rate, "lower": None, "upper": None},
        "formulas": {formula: 1},
        "formula_verdict": "proved",
        "module": module,
    }


@pytest.fixture(scope="module")
def reports(tmp_path_factory):
    """A report of each kind, by its name."""
    folder = tmp_path_factory.mktemp("reports")
    runs = {"formula": OLD / "mul-nmu", "program": OLD / "parity"}
    for name in ("formula", "program"):
        runs[name] = Path(shutil.copytree(runs[name], folder / name))
    rows = "".join(f"{n},{n * n}\n" for n in range(1, 13))
    table = folder / "rows.csv"
    table.write_text(f'"{EVIL}",y\n{rows}')
    runs["refuted"] = folder / "refuted"
    truth = "script_window_hit_1_script + 1"
    asked = ["fit", str(table), "--target", "y", "--truth", truth, "--quiet"]
    assert main([*asked, "--output", str(runs["refuted"])]) == 1
    runs["benchmark"] = folder / "benchmark"
    runs["benchmark"].mkdir()
    rows = [cell(1.0, "x1*x2", "NMU"), cell(0.2, EVIL, "NPU"), cell(0.5, "x1", "NAU")]
    record = {"schema": 1, "settings": {"operations": ["mul"]}, "agreement": {}, "rows": rows}
    (runs["benchmark"] / "results.json").write_text(json.dumps(record))
    made = {}
    for name, directory in runs.items():
        made[name] = folder / f"{name}.html"
        assert main(["report", str(directory), "--output", str(made[name]), "--quiet"]) == 0
    return made


KINDS = ("formula", "program", "refuted", "benchmark")


@pytest.mark.parametrize("kind", KINDS)
def test_a_report_is_small_and_loads_nothing_from_elsewhere(reports, kind):
    html = reports[kind].read_text()
    content = Content(html)
    assert len(html.encode()) <= 400 * 1024
    assert all(place.startswith(("data:", "#")) for place in content.addresses)
    assert "url(" not in html
    assert "http-equiv" in html
    assert len(content.scripts) == 1


@pytest.mark.parametrize("kind", ["refuted", "benchmark"])
def test_what_files_say_is_text_in_a_report(reports, kind):
    html = reports[kind].read_text()
    assert EVIL not in html
    assert EVIL in Content(html).text
    assert html.count("<script") == 1


def test_a_formula_run_shows_what_verify_run_establishes(reports):
    content = Content(reports["formula"].read_text())
    assert content.text.count("proved") >= 3
    assert "x1*x2" in content.text
    assert {"math", "svg", "path", "rect"} <= set(content.elements)
    assert "nalmx train-and-extract --operation mul --module nmu" in content.text
    assert len(content.files) == 3


@pytest.mark.parametrize("kind", ["formula", "program", "refuted"])
def test_certificates_in_a_report_are_replayed(reports, kind, tmp_path, capsys):
    files = Content(reports[kind].read_text()).files
    certificates = {name: data for name, data in files.items() if name.endswith(".json")}
    assert certificates
    for name, data in certificates.items():
        (tmp_path / name).write_bytes(data)
        code = main(["verify", "certificate", str(tmp_path / name), "--quiet"])
        assert code == (1 if kind == "refuted" else 0)
        assert "established" in capsys.readouterr().out


def test_the_command_of_a_counterexample_refutes_again(reports, capsys):
    text = "".join(Content(reports["refuted"].read_text()).texts)
    line = text[text.index("nalmx verify expr") :].split("certificate")[0]
    assert main(shlex.split(line)[1:]) == 1
    assert "refuted" in capsys.readouterr().out


def test_the_program_in_a_report_is_the_one_of_the_run(reports):
    files = Content(reports["program"].read_text()).files
    assert files["program.py"] == (OLD / "parity" / "program.py").read_bytes()


def test_benchmarks_are_marked_as_recorded(reports):
    text = Content(reports["benchmark"].read_text()).text
    assert "As recorded in results.json: nothing here was computed again" in text
    assert "recorded verdict" in text


@pytest.mark.parametrize(
    "name, word",
    [("refuted", "refuted"), ("bounded", "bounded"), ("parity", "proved")],
)
def test_a_certificate_is_replayed_and_shown(name, word, tmp_path, capsys):
    path = OLD / "certificates" / f"{name}.json"
    if name == "parity":
        path = OLD / "parity" / "certificate-model-truth.json"
    page = tmp_path / "page.html"
    assert main(["report", str(path), "--output", str(page), "--quiet"]) == 0
    content = Content(page.read_text())
    assert f"the claim: {word} Established again" in content.text
    assert content.files == {path.name: path.read_bytes()}
    capsys.readouterr()
    if name == "refuted":
        last = "".join(content.texts).split("nalmx verify expr")[-1].split("Made by")[0]
        assert "x=[4,4]" in last
        assert main(["verify", "expr", *shlex.split(last)]) == 1


def test_a_report_is_opened_where_there_is_a_screen(tmp_path, capsys, monkeypatch):
    asked, opened = ["report", str(OLD / "certificates" / "refuted.json"), "--open"], []
    monkeypatch.setattr("click.launch", opened.append)
    monkeypatch.setattr("sys.platform", "linux")
    for name in ("WAYLAND_DISPLAY", "BROWSER"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("DISPLAY", ":0")
    assert main([*asked, "--output", str(tmp_path / "seen.html")]) == 0
    monkeypatch.delenv("DISPLAY")
    assert main([*asked, "--output", str(tmp_path / "told.html")]) == 0
    assert opened == [(tmp_path / "seen.html").as_uri()]
    assert f"open {(tmp_path / 'told.html').as_uri()} in a browser" in capsys.readouterr().err


def test_what_a_replay_does_not_establish_is_unknown(tmp_path):
    data = json.loads((OLD / "certificates" / "refuted.json").read_text())
    data["counterexample"]["point"]["x"] = "2"
    data["sha256"] = digest_of({name: value for name, value in data.items() if name != "sha256"})
    path = tmp_path / "forged.json"
    path.write_text(json.dumps(data))
    page = tmp_path / "page.html"
    assert main(["report", str(path), "--output", str(page), "--quiet"]) == 0
    assert "the claim: unknown Not established by its replay" in Content(page.read_text()).text


def test_several_runs_share_a_page(reports, tmp_path):
    folder = reports["formula"].parent
    pages = tmp_path / "two.html"
    runs = [str(folder / "benchmark"), str(folder / "formula")]
    assert main(["report", *runs, "--output", str(pages), "--quiet"]) == 0
    html = pages.read_text()
    assert html.count("<main") == 2
    assert 'href="#run-2"' in html


def changed(folder, name, old, new):
    run = Path(shutil.copytree(OLD / "mul-nmu", folder / "run"))
    text = (run / name).read_text()
    assert old in text
    (run / name).write_text(text.replace(old, new))
    return run


def test_a_run_whose_files_say_more_than_is_found_has_no_report(tmp_path, capsys):
    run = changed(tmp_path, "formula.json", "x1*x2", "x1+x2")
    page = tmp_path / "page.html"
    assert main(["report", str(run), "--output", str(page)]) == 2
    assert "formula.json" in capsys.readouterr().err
    assert not page.exists()


@pytest.mark.parametrize("damage", ["[]", '{"schema": 1, "settings": {}, "rows": [{}]}', "{"])
def test_a_damaged_benchmark_is_one_line(damage, tmp_path, capsys):
    (tmp_path / "results.json").write_text(damage)
    assert main(["report", str(tmp_path), "--output", str(tmp_path / "page.html")]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert "damaged" in line


def test_bad_places_are_one_line_and_nothing_is_overwritten(reports, tmp_path, capsys):
    run, kept = str(reports["benchmark"].parent / "benchmark"), tmp_path / "kept.html"
    kept.write_text("mine")
    for arguments, said in (
        (["nowhere"], "no run directory nowhere"),
        ([str(tmp_path)], "config.json is missing"),
        ([run, "--output", "report.txt"], "no HTML file"),
        ([run, "--output", "nowhere/report.html"], "no folder"),
        ([run, "--output", str(kept)], "--force"),
    ):
        assert main(["report", *arguments]) == 2
        (line,) = capsys.readouterr().err.splitlines()
        assert said in line
    assert kept.read_text() == "mine"
    assert main(["report", run, "--output", str(kept), "--force", "--quiet"]) == 0
    assert kept.read_text() != "mine"


def request_of(line):
    words = shlex.split(line)
    assert words[:2] == ["nalmx", "train-and-extract"]
    context = train_command.make_context("x", words[2:])
    given = {
        name: ""
        for name in context.params
        if context.get_parameter_source(name).name == "COMMANDLINE"
    }
    return TrainRequest(given=given, **context.params)


@pytest.mark.parametrize(
    "settings",
    [
        {"operation": "mul", "module": "nmu"},
        {"operation": "div", "module": "nac*", "inputs": 10, "seeds": 3, "first_seed": 7},
        {"operation": "add", "module": "nau", "interpolation_range": "[[-2,-1],[1,2]]", "iterations": 9,
         "extrapolation_range": "[2,6]"},
    ],
)  # fmt: skip
def test_the_command_of_a_training_gives_the_same_configuration(settings):
    config = Config.checked(**settings)
    asked = request_of(_repeat.training_command(config))
    assert Config.checked(**asked.module_settings()) == config


@pytest.mark.parametrize(
    "settings",
    [
        {"task": "parity"},
        {
            "task": "copy",
            "longest": 9,
            "test_lengths": (30, 90),
            "tapes": 2,
            "noise": 0.25,
            "seed": 3,
        },
        {"examples": "my file.jsonl", "tests": ("a.jsonl", "b.jsonl"), "time": 2.5},
    ],
)
def test_the_command_of_learning_gives_the_same_configuration(settings):
    config = SequenceConfig.checked(**settings)
    asked = request_of(_repeat.learning_command(config))
    assert SequenceConfig.checked(**asked.machine_settings()) == config


SEEN = pytest.mark.skipif(BROWSER is None, reason="Chromium is not installed")


@pytest.fixture(scope="module")
def page():
    with browser() as opened:
        yield opened


@SEEN
@pytest.mark.parametrize("kind", KINDS)
def test_a_browser_shows_it_at_every_width_and_in_both_schemes(reports, page, kind):
    page.said.clear()
    pictures = []
    for wide, dark in ((1000, False), (1000, True), (360, False)):
        page.look(wide=wide, dark=dark)
        page.open(reports[kind])
        assert page.run("document.documentElement.scrollWidth") <= wide
        pictures.append(page.screenshot())
        assert tallest_blank(pictures[-1]) < 260
    assert len(set(pictures)) == 3
    assert page.run("window.hit") is None
    assert page.said == []


@SEEN
def test_the_player_goes_through_the_steps(reports, page):
    page.open(reports["program"])
    step = "document.querySelector('.player .key').textContent"
    assert page.run(step).startswith("step 1 of ")
    before = page.run("document.querySelector('.view').innerHTML")
    page.run("document.querySelector('.player [title=\"next step\"]').click()")
    assert page.run(step).startswith("step 2 of ")
    assert page.run("document.querySelector('.view').innerHTML") != before
    page.run("document.querySelector('.player [title=\"step back\"]').click()")
    assert page.run("document.querySelector('.view').innerHTML") == before
    last = page.run("document.querySelectorAll('.tokens span').length")
    slide = "(s => {s.value = s.max; s.dispatchEvent(new Event('input'))})"
    page.run(f"{slide}(document.querySelector('.player input'))")
    assert page.run(step).startswith(f"step {last} of {last}")


@SEEN
def test_a_click_on_a_heading_sorts(reports, page):
    page.open(reports["benchmark"])
    column = "[...document.querySelectorAll('tbody tr')].map(r => r.cells[4].textContent)"
    click = "[...document.querySelectorAll('th button')][4].click()"
    assert page.run(column) == ["100%", "20%", "50%"]
    page.run(click)
    assert page.run(column) == ["20%", "50%", "100%"]
    page.run(click)
    assert page.run(column) == ["100%", "50%", "20%"]
