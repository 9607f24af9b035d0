"""Sources of data: the benchmark's rows as ever, tables, generators, and what runs save of them."""

import hashlib
import json
from pathlib import Path

import numpy as np
import pytest
import torch

from nalmx.cli import main
from nalmx.errors import NalmxError, RunError, SettingError
from nalmx.expression import parse
from nalmx.models import BATCH_SIZE
from nalmx.ranges import Range
from nalmx.runs.extraction import extract_run, load_extraction
from nalmx.runs.recomputed import check_results
from nalmx.train import (
    Config,
    Interrupted,
    RowGenerator,
    Run,
    SingleModuleTask,
    Table,
    fit,
    fit_together,
)
from nalmx.train.batches import Batches
from nalmx.train.sources import source_from_json

CPU = torch.device("cpu")
OLD = Path(__file__).parents[1] / "old"


@pytest.fixture(autouse=True)
def _one_thread():
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def digest(*arrays):
    """Of values rounded to float32, as an engine takes them."""
    rounded = [np.ascontiguousarray(values, dtype="<f4").tobytes() for values in arrays]
    return hashlib.sha256(b"".join(rounded)).hexdigest()[:16]


# Three batches of seed 7, validation and test rows, and the threshold, recorded before sources were.
RECORDED = [
    ("add", "[1,2]", "[2,6]", 2, "b0680941e5eceb91", "f194b78d0d788faa", "2779b667b218d102"),
    ("sub", "[-2,2]", "[[-6,-2],[2,6]]", 3, "433e09f369a96190", "676a9f2c1c960a2d", "ee0105454307551e"),
    ("mul", "[[-6,-2],[2,6]]", "[7,9]", 2, "77f25077ae540687", "a80ed0069ebddafa", "41393dfdf2469843"),
    ("div", "[[0,1],[5,9]]", "[10,20]", 3, "7f601f6d375fd26b", "6554622a3c4d2a4f", "1cbcc07b8768e83b"),
]  # fmt: skip
THRESHOLDS = {
    "add": 6.668822776559526e-09,
    "sub": 1.4792259928365176e-08,
    "mul": 1.6557613130938202e-06,
    "div": 3.467992741892412e-08,
}


@pytest.mark.parametrize(
    ("operation", "inner", "outer", "inputs", "batches", "validation", "test"), RECORDED
)
def test_rows_of_the_benchmark_are_those_of_before(
    operation, inner, outer, inputs, batches, validation, test
):
    source = SingleModuleTask.checked(
        operation=operation, interpolation_range=inner, extrapolation_range=outer, inputs=inputs
    )
    u = np.empty((3, BATCH_SIZE, inputs))
    source.stream(7).draw(u, np.empty(0))
    x = source.lower + source.width * u
    assert digest(*x, *source.targets(x)) == batches
    assert digest(*source.validation()) == validation
    assert digest(*source.test()) == test
    assert source.threshold == pytest.approx(THRESHOLDS[operation], rel=1e-12)


@pytest.mark.parametrize("name", ["add-nac-plus", "mul-nmu", "mul-npu"])
def test_an_old_run_trained_again_takes_the_same_way(tmp_path, name):
    """As far as its first steps: later, Adam amplifies how a machine rounds."""
    old = Run.open(OLD / name)
    assert old.config.to_json() == json.loads(old.path("config.json").read_text())
    again = Run.create(tmp_path / "run", old.config)
    fit(again, CPU)
    before, now = (
        [json.loads(line) for line in run.path("metrics.jsonl").read_text().splitlines()]
        for run in (old, again)
    )
    assert [line["iteration"] for line in now] == [line["iteration"] for line in before]
    for place in range(3):
        for errors in ("validation", "extrapolation", "sparsity_error"):
            assert now[place][errors] == pytest.approx(before[place][errors], rel=1e-3)


def product(rows=60, **settings):
    x = np.random.default_rng(0).uniform(1, 3, (rows, 2))
    return Table(x, x[:, 0] * x[:, 1], ["width", "height"], target="area", **settings)


def difference(generator, n):
    x = generator.uniform(-2, 2, (n, 3))
    return x, x[:, 0] - x[:, 2]


LEARNED = {"table": ("nmu", 1_000, "height*width"), "generator": ("nau", 4_000, "x1 - x3")}


def source_of(kind):
    return product() if kind == "table" else RowGenerator(difference, ["[-2,2]"] * 3)


@pytest.mark.parametrize(
    ("kind", "engine"),
    [
        ("table", "kernel"),
        ("table", "torch"),
        ("generator", "kernel"),
        pytest.param("generator", "torch", marks=pytest.mark.slow),
    ],
)
def test_modules_learn_rows_of_a_table_and_of_a_generator(tmp_path, kind, engine):
    source, (module, iterations, formula) = source_of(kind), LEARNED[kind]
    config = Config.checked(source=source, module=module, seeds=1, iterations=iterations)
    run = Run.create(tmp_path / "run", config)
    assert fit(run, CPU, engine=engine)["seeds"][0]["success"]
    assert str(extract_run(run).formula) == formula
    opened = Run.open(tmp_path / "run")
    assert opened.config == config
    check_results(opened, opened.load_results())
    assert str(load_extraction(opened).formula) == formula


@pytest.mark.parametrize("kind", ["table", "generator"])
def test_an_interrupted_run_on_rows_goes_on_as_if_it_had_not_been(tmp_path, kind):
    settings = {"module": "nau", "seeds": 2, "iterations": 1_100}
    config = Config.checked(source=source_of(kind), **settings)
    whole, broken = (Run.create(tmp_path / name, config) for name in ("whole", "broken"))
    fit(whole, CPU)
    with pytest.raises(Interrupted):
        fit(broken, CPU, stop_requested=lambda: True)
    fit(broken, CPU)
    assert torch.equal(whole.load_weights()["raw_weight"], broken.load_weights()["raw_weight"])


def test_tables_of_one_size_train_together_as_they_would_alone(tmp_path):
    sources = [product(), product(split_seed=1)]
    configs = [Config.checked(source=s, module="nmu", seeds=2, iterations=300) for s in sources]
    together, alone = (
        [Run.create(tmp_path / f"{name}{k}", c) for k, c in enumerate(configs)]
        for name in ("together", "alone")
    )
    fit_together(together, CPU)
    for one, other in zip(together, alone, strict=True):
        assert one.load_results()["seeds"] == fit(other, CPU)["seeds"]


@pytest.mark.parametrize(
    ("first", "second", "match"),
    [
        (product(), product(rows=70), "different numbers of rows"),
        (product(), SingleModuleTask.checked(operation="mul"), "different kinds"),
    ],
)
def test_runs_on_rows_that_do_not_fit_are_not_trained_together(tmp_path, first, second, match):
    runs = [
        Run.create(tmp_path / str(k), Config.checked(source=source, module="nmu", iterations=10))
        for k, source in enumerate((first, second))
    ]
    with pytest.raises(ValueError, match=match):
        fit_together(runs, CPU)


def test_hyperparameters_of_a_published_task_are_for_that_task_alone():
    settings = {"module": "npu", "seeds": 1}
    quotient = Config.checked(operation="div", **settings)
    table = Table(np.ones((9, 2)), np.ones(9), target="div")
    assert quotient.training.penalty.schedule.at(0) == 1e-9
    assert Config.checked(source=table, **settings).training.penalty.schedule.at(0) == 1e-7


def test_a_table_is_split_by_its_seed_and_every_row_is_used_once():
    tables = [product(split_seed=seed) for seed in (0, 0, 1)]
    tests = [table.test()[1].tolist() for table in tables]
    assert tests[0] == tests[1] != tests[2]
    assert len(tests[0]) == len(tables[0].validation()[1]) == 12
    x, t = np.empty((40, BATCH_SIZE, 2)), np.empty((40, BATCH_SIZE))
    tables[0].stream(3).draw(x, t)
    assert np.array_equal(t, x[..., 0] * x[..., 1])
    drawn, held = set(t.ravel().tolist()), {*tests[0], *tables[0].validation()[1].tolist()}
    assert len(drawn) == 36
    assert not drawn & held


def test_the_largest_error_of_success_grows_with_the_threshold():
    largest = np.abs(product().test()[1]).max()
    assert float(product().largest_error) == pytest.approx(1e-5 * largest)
    loose = product(threshold=product().threshold * 100)
    assert float(loose.largest_error) == pytest.approx(1e-4 * largest)
    assert Table(np.ones((9, 1)), np.zeros(9)).largest_error is None


def test_the_range_of_a_column_is_written_as_its_numbers_are():
    table = Table([[0.1], [0.3], [0.2], [0.7], [0.5]], [1, 2, 3, 4, 5], ["r"])
    assert [str(extent) for extent in table.extents] == ["[0.1,0.7]"]


def test_sources_survive_being_saved_and_damage_is_noticed():
    for source in (product(truth="width*height"), source_of("generator")):
        data, arrays = source.to_json(), source.arrays()
        assert source_from_json(json.loads(json.dumps(data)), arrays) == source
        for name in data:
            with pytest.raises(RunError, match="do not fit"):
                source_from_json({**data, name: None if name != "truth" else "x7"}, arrays)
        for name in arrays:
            with pytest.raises(RunError, match="do not fit"):
                source_from_json(data, {**arrays, name: arrays[name] + 1})


def test_a_run_on_a_generator_goes_on_with_its_function(tmp_path):
    source = source_of("generator")
    config = Config.checked(source=source, module="nau", seeds=1, iterations=1_100)
    run = Run.create(tmp_path / "run", config)
    with pytest.raises(Interrupted):
        fit(run, CPU, stop_requested=lambda: True)
    with pytest.raises(RunError, match="another source"):
        Run.open(tmp_path / "run", RowGenerator(difference, ["[-2,3]"] * 3))
    with pytest.raises(RunError, match="came from a function"):
        fit(Run.open(tmp_path / "run"), CPU)
    assert len(fit(Run.open(tmp_path / "run", source), CPU)["seeds"]) == 1


@pytest.mark.parametrize(("position", "fits"), [(4, True), (5, False)])
def test_a_stream_of_uniform_numbers_stands_at_even_positions(tmp_path, position, fits):
    run = Run.create(tmp_path / "run", Config.checked(operation="add", module="nau", seeds=1))
    with pytest.raises(Interrupted):
        fit(run, CPU, stop_requested=lambda: True)
    state = run.load_checkpoint()
    state["streams"][:, -1] = position
    run.save_checkpoint(state)
    with pytest.raises(Interrupted if fits else RunError):
        fit(run, CPU, stop_requested=lambda: True)


def test_a_run_on_a_table_is_verified_as_every_other(tmp_path, capsys):
    directory = str(tmp_path / "run")
    Run.create(
        tmp_path / "run",
        Config.checked(source=product(), module="nmu", seeds=1, iterations=1_000),
    )
    resume = ["train-and-extract", "--resume", "--output", directory]
    assert main([*resume, "--quiet"]) == 0
    capsys.readouterr()
    assert main(["verify", "run", directory, "--json", "--quiet"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["formula"], found["target"], found["judged_on"]) == (
        "height*width",
        "area",
        "12 rows",
    )
    assert found["verdicts"]["model_formula"]["verdict"] == "proved"
    assert found["verdicts"]["formula_truth"]["reason"] == "no truth is known"
    assert main([*resume, "--operation", "add"]) == 2
    assert "was started with operation None, not add" in capsys.readouterr().err


def test_a_generator_without_its_function_is_not_trained_on():
    source = source_of("generator")
    saved = source_from_json(source.to_json(), source.arrays())
    with pytest.raises(RunError, match="came from a function"):
        Batches([(0, saved)], align=1_000)


@pytest.mark.parametrize(
    ("x", "y", "settings"),
    [
        ([[1, 2]] * 4, [1] * 4, {}),
        ([[1, 2]] * 9, [1] * 8, {}),
        ([1, 2] * 9, [1] * 18, {}),
        ([["a", "b"]] * 9, [1] * 9, {}),
        ([[1, np.nan]] * 9, [1] * 9, {}),
        ([[1, 1e30]] * 9, [1] * 9, {}),
        ([[1, 2]] * 9, [1] * 9, {"names": ["a"]}),
        ([[1, 2]] * 9, [1] * 9, {"names": ["a", "a"]}),
        ([[1, 2]] * 9, [1] * 9, {"names": ["a", "lambda"]}),
        ([[1, 2]] * 9, [1] * 9, {"threshold": -1}),
        ([[1, 2]] * 9, [1] * 9, {"split_seed": None}),
        ([[1, 2]] * 9, [1] * 9, {"truth": "x1 + x3"}),
    ],
)
def test_bad_rows_are_refused_in_one_line(x, y, settings):
    with pytest.raises(NalmxError) as caught:
        Table(x, y, **settings)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("rows", "ranges", "match"),
    [
        (None, ["[1,2]"], "needs a function"),
        (difference, ["[1,2]"], "rows of 3 inputs"),
        (lambda generator, n: ([[1.0]], [[1.0]]), ["[1,2]"], "shapes"),
    ],
)
def test_bad_generators_are_refused(rows, ranges, match):
    with pytest.raises(SettingError, match=match):
        RowGenerator(rows, ranges)


def test_a_source_may_know_the_truth_and_a_generator_another_one_to_judge_by():
    def far(generator, n):
        x = generator.uniform(10, 20, (n, 3))
        return x, x[:, 0] - x[:, 2]

    source = RowGenerator(
        difference, [Range.parse("[10,20]")] * 3, test_rows=far, truth="x1 - x3", threshold=1e-6
    )
    assert source.truth == parse("x1 - x3")
    assert source.threshold == 1e-6
    assert source.test()[0].min() >= 10 > source.validation()[0].max()
