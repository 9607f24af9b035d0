"""The cells of a benchmark on a local Ray: bit for bit those of one process, whatever worker is lost."""

import os
import signal
import threading
import time
from pathlib import Path

import pytest

from nalmx.bench import cluster
from nalmx.bench.cells import CELLS, Stopped, run_cells
from nalmx.bench.grid import CellGrid
from nalmx.cli import main
from nalmx.errors import SettingError

pytest.importorskip("ray")

GRID = CellGrid.checked(
    operations=("mul", "sub"), modules=("nmu", "nau"), ranges=("[1,2]",), seeds=2, iterations=2_000
)
# How long it took is in these, and nothing else that differs.
TIMED = {"results.json", "summary.json", "metrics.jsonl"}


def bits(output):
    return {
        (path.parent.name, path.name): path.read_bytes()
        for path in sorted((output / CELLS).rglob("*"))
        if path.is_file() and path.name not in TIMED
    }


def summaries(cells):
    return [{**cell.summary.to_json(), "model_steps_per_second": None} for cell in cells]


def ancestors(process):
    while process > 1:
        yield process
        stat = Path(f"/proc/{process}/stat").read_text()
        process = int(stat.rpartition(")")[2].split()[1])


def kill_a_worker(killed):
    """End the first worker of this process that has begun a cell."""
    while not killed:
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                begun = b"_files_of_cell" in (folder / "cmdline").read_bytes()
                own = begun and os.getpid() in ancestors(int(folder.name))
            except (OSError, ValueError):
                continue
            if own:
                time.sleep(0.3)  # in the middle of its work
                os.kill(int(folder.name), signal.SIGKILL)
                killed.append(int(folder.name))
                return
        time.sleep(0.02)


@pytest.mark.slow
def test_a_cluster_gives_the_bits_of_one_process_though_a_worker_is_killed(tmp_path):
    import torch

    alone = run_cells(GRID.groups(), tmp_path / "alone", torch.device("cpu"))
    killed, told = [], []
    killer = threading.Thread(target=kill_a_worker, args=(killed,), daemon=True)
    killer.start()
    beside = cluster.run_cells_on_ray(
        GRID.groups(), tmp_path / "beside", "local", on_progress=told.append
    )
    assert len(killed) == 1
    assert bits(tmp_path / "beside") == bits(tmp_path / "alone")
    assert summaries(beside) == summaries(alone)
    assert (told[0].finished, told[0].cells) == (0, 2)


@pytest.mark.slow
def test_what_is_stopped_goes_on_where_it_was_by_the_command_line(tmp_path, capsys):
    def stop():
        return any((tmp_path / "cells" / CELLS).glob("*/summary.json"))

    with pytest.raises(Stopped):
        cluster.run_cells_on_ray(GRID.groups(), tmp_path / "cells", "local", stop_requested=stop)
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
    cluster._place(tmp_path, config, {"a.json": b"{}"})
    assert [(path.name, path.read_bytes()) for path in cell.iterdir()] == [("a.json", b"{}")]
    assert [path.name for path in tmp_path.iterdir()] == [CELLS]


def test_a_cluster_that_is_not_there_is_one_clear_line(tmp_path, monkeypatch, capsys):
    monkeypatch.setitem(__import__("sys").modules, "ray", None)
    with pytest.raises(SettingError, match=r"pip install 'nalmx\[ray\]'"):
        cluster.run_cells_on_ray(GRID.groups(), tmp_path / "cells")
    words = ["bench", "single-module", "--module", "nmu", "--cluster", "slurm"]
    assert main(words) == 2
    assert "write --cluster ray" in capsys.readouterr().err
