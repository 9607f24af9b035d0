"""What a benchmark finds on a local Ray: bit for bit what one process finds, whatever workers are lost."""

import pytest
from helpers_ray import killed_workers

from nalmx.bench import cluster
from nalmx.bench.cells import CELLS, Stopped, run_cells
from nalmx.bench.experiments import CATALOGUE
from nalmx.bench.experiments.running import run_experiment
from nalmx.bench.grid import CellGrid
from nalmx.bench.sequence_grid import SequenceGrid
from nalmx.bench.sequences import run_sequences
from nalmx.cli import main
from nalmx.run_directory import place_files
from nalmx.workers import RayWorkers

pytest.importorskip("ray")

GRID = CellGrid.checked(
    operations=("mul", "sub"), modules=("nmu", "nau"), ranges=("[1,2]",), seeds=2, iterations=2_000
)
# How long it took is in these, and nothing else that differs.
TIMED = {"results.json", "summary.json", "metrics.jsonl"}
OURS = RayWorkers("local")


def bits(output):
    return {
        (path.parent.name, path.name): path.read_bytes()
        for path in sorted((output / CELLS).rglob("*"))
        if path.is_file() and path.name not in TIMED
    }


def summaries(cells):
    return [{**cell.summary.to_json(), "model_steps_per_second": None} for cell in cells]


@pytest.mark.slow
def test_a_cluster_gives_the_bits_of_one_process_though_ten_workers_are_killed(tmp_path, capsys):
    import torch

    grid = CellGrid.checked(
        operations=("add", "mul"), modules=("nau", "nmu"), seeds=2, iterations=2_000
    )
    groups, told = grid.groups(), []
    with killed_workers(10, 2.0) as killed:
        beside = cluster.run_cells_by(groups, tmp_path / "beside", OURS, on_progress=told.append)
    assert len(set(killed)) == 10
    assert capsys.readouterr().out == ""
    alone = run_cells(groups, tmp_path / "alone", torch.device("cpu"))
    assert len(alone) == 18
    assert bits(tmp_path / "beside") == bits(tmp_path / "alone")
    assert summaries(beside) == summaries(alone)
    assert {standing.cells for standing in told} == {18}


@pytest.mark.slow
@pytest.mark.parametrize("name", ["nsr-piecewise", "inalu-minimal"])
def test_an_experiment_finds_the_same_on_a_cluster(tmp_path, name):
    (entry,) = (entry for entry in CATALOGUE if entry.name == name)
    with killed_workers(2, 1.0) as killed:
        beside = run_experiment(entry, tmp_path / "beside", quick=True, workers=OURS)
    assert killed
    assert run_experiment(entry, tmp_path / "alone", quick=True).rows == beside.rows


@pytest.mark.slow
def test_sequence_machines_are_the_same_on_a_cluster(tmp_path):
    grid = SequenceGrid.checked(tasks=["parity", "copy"], models=["pntm"], sequences=(5, 5, 5, 5))
    alone = run_sequences(grid, tmp_path / "alone")
    beside = run_sequences(grid, tmp_path / "beside", workers=OURS)
    untimed = [[{**r.to_json(), "training_seconds": 0} for r in found] for found in (alone, beside)]
    assert untimed[0] == untimed[1]


@pytest.mark.slow
def test_what_is_stopped_goes_on_where_it_was_by_the_command_line(tmp_path, capsys):
    def stop():
        return any((tmp_path / "cells" / CELLS).glob("*/summary.json"))

    with pytest.raises(Stopped):
        cluster.run_cells_by(GRID.groups(), tmp_path / "cells", OURS, stop_requested=stop)
    first = bits(tmp_path / "cells")
    assert len({cell for cell, _ in first}) in (1, 2)
    words = "--operation mul,sub --module nmu,nau --range [1,2] --seeds 2 --iterations 2000"
    where = ["--output", str(tmp_path / "cells"), "--cluster", "ray:local"]
    assert main(["bench", "single-module", *words.split(), *where]) == 0
    assert "2 cells" in capsys.readouterr().out
    assert first.items() <= bits(tmp_path / "cells").items()


def test_a_cell_takes_the_place_of_one_that_was_begun_and_never_half(tmp_path):
    (config,) = CellGrid.checked(
        operations=("mul",), modules=("nmu",), ranges=("[1,2]",), seeds=2
    ).groups()[0]
    cell = tmp_path / CELLS / cluster.cell_name(config)
    cell.mkdir(parents=True)
    (cell / "checkpoint.safetensors").write_bytes(b"old")
    place_files(cell, {"a.json": b"{}"})
    assert [(path.name, path.read_bytes()) for path in cell.iterdir()] == [("a.json", b"{}")]
    assert [path.name for path in cell.parent.iterdir()] == [cell.name]


@pytest.mark.parametrize(
    "words", ["single-module --module nmu", "calcnet --quick", "sequence --task copy"]
)
def test_a_cluster_of_another_kind_is_one_clear_line(words, tmp_path, capsys):
    there = ["--cluster", "slurm", "--output", str(tmp_path / "new")]
    assert main(["bench", *words.split(), *there]) == 2
    assert "write --cluster ray" in capsys.readouterr().err
    assert not (tmp_path / "new").exists()
