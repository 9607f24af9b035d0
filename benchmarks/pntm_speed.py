"""Speed of training a P-NTM, beside neural Turing machines that go step by step.

    python benchmarks/pntm_speed.py [--quick]

Measures forward and backward of the loss of the next token: batch 32, 64 cells of width 16, 20 tokens,
one tape, on streams of 64, 256 and 1024 tokens, for

- the P-NTM, all steps at once, and the same machine step by step;
- the neural Turing machine of nalmx/pntm/baselines/ntm.py, vectorised over the batch, with an LSTM
  and with a feed-forward controller; its memory is held at 64 cells here, whatever the length;
- the same LSTM machine with one sample after another in a Python loop. Early public implementations
  went that way; this loop is our own and none of theirs. On long streams only some of the samples
  are measured, and the time is multiplied up to the batch: it is a sum over samples.

All take turns in one run, once on one thread and once on two. Figures are medians of the turns, of
wall time and of processor time of all threads; with a GPU, of time between two of its events. Two
threads show what two cores do only where `cores_had` is near 2: other programs may hold one. What
autograd keeps for the backward pass is counted in bytes, each storage once, for streams of 256 to
4096 tokens, with a straight line through it. Last, microseconds a token of a hard machine that copies
words, in streams of 1,000 and of 10,000 tokens. Writes benchmarks/results/pntm_speed.json; `--quick`
measures once, briefly, and writes nothing.
"""

import argparse
import json
import os
import platform
import time
from functools import partial
from pathlib import Path
from statistics import median

import numpy as np
import torch
from torch.nn.functional import cross_entropy

from nalmx.pntm import PNTM
from nalmx.pntm.baselines import new_baseline
from nalmx.pntm.machine import BLANK, STAY, Decision, Machine, Runner
from nalmx.pntm.vocabulary import Vocabulary

RESULTS = Path(__file__).parent / "results" / "pntm_speed.json"
BATCH, CELLS, WIDTH, TOKENS = 32, 64, 16, 20
# Turns, and samples that the loop over samples measures, for each stream length.
TURNS = {64: (9, 4), 256: (7, 2), 1024: (3, 1)}
LENGTHS = (256, 512, 1024, 2048, 4096)
PARALLEL, RIVAL = "pntm", "ntm_lstm"
STEPWISE = ("pntm_step_by_step", RIVAL, "ntm_feedforward", "ntm_lstm_sample_by_sample")
GOALS = {256: 10, 1024: 15}


def device_name(device):
    """What the figures were measured on, in words."""
    if device.type == "cuda":
        return torch.cuda.get_device_name(device)
    return f"{platform.machine()} processor, {os.cpu_count()} cores"


def cores_had():
    """Processor time by wall time of products on all threads: what other programs leave us."""
    x = torch.ones(1000, 1000)
    wall, processor = time.perf_counter(), time.process_time()
    for _ in range(20):
        x @ x
    return (time.process_time() - processor) / (time.perf_counter() - wall)


def pntm_loss(machine, tokens, parallel=True):
    logits = machine(tokens, parallel=parallel)
    return cross_entropy(logits[:, :-1].flatten(0, 1), tokens[:, 1:].flatten())


def ntm_loss(machine, tokens):
    logits, _ = machine.advance(tokens, machine.start(len(tokens), CELLS))
    return cross_entropy(logits[:, :-1].flatten(0, 1), tokens[:, 1:].flatten())


def sample_by_sample_loss(machine, tokens):
    return sum(ntm_loss(machine, sample) for sample in tokens.split(1)) / len(tokens)


def random_tokens(batch, length, device):
    drawn = torch.randint(TOKENS, (batch, length), generator=torch.Generator().manual_seed(0))
    return drawn.to(device)


def machines(device):
    """The P-NTM and the two neural Turing machines, as they are before training."""
    generator = torch.Generator().manual_seed(0)
    pntm = PNTM(TOKENS, tapes=1, cells=CELLS, width=WIDTH, generator=generator)
    rivals = (
        new_baseline(name, TOKENS, seed=0, cells=CELLS, width=WIDTH)
        for name in ("ntm", "ntm-feedforward")
    )
    return [made.to(device) for made in (pntm, *rivals)]


def tasks(length, samples, device, batch=BATCH):
    """What takes turns: by name, a machine, its loss, and the part of the batch that is measured."""
    pntm, lstm, feedforward = machines(device)
    tokens = random_tokens(batch, length, device)
    return {
        PARALLEL: (pntm, partial(pntm_loss, pntm, tokens), 1),
        "pntm_step_by_step": (pntm, partial(pntm_loss, pntm, tokens, parallel=False), 1),
        RIVAL: (lstm, partial(ntm_loss, lstm, tokens), 1),
        "ntm_feedforward": (feedforward, partial(ntm_loss, feedforward, tokens), 1),
        "ntm_lstm_sample_by_sample": (
            lstm,
            partial(sample_by_sample_loss, lstm, tokens[:samples]),
            samples / batch,
        ),
    }


def timed(machine, loss, part, device):
    """Seconds of forward and backward of the whole batch: by the clock, and of the processor."""
    machine.zero_grad()
    wall, processor = time.perf_counter(), time.process_time()
    if device.type == "cuda":
        first, last = (torch.cuda.Event(enable_timing=True) for _ in range(2))
        torch.cuda.synchronize(device)
        first.record()
    loss().backward()
    if device.type == "cuda":
        last.record()
        torch.cuda.synchronize(device)
        seconds = first.elapsed_time(last) / 1e3
    else:
        seconds = time.perf_counter() - wall
    return seconds / part, (time.process_time() - processor) / part


def speed(length, turns, samples, device, batch=BATCH):
    """Medians of one length, and how many times longer than the P-NTM the others take."""
    named = tasks(length, samples, device, batch)
    timed(*named[PARALLEL], device)
    timed(*named[RIVAL], device)
    found = {name: [] for name in named}
    for _ in range(turns):
        for name, task in named.items():
            # The short one is soon measured twice more, which makes its median steadier.
            found[name] += [timed(*task, device) for _ in range(3 if name == PARALLEL else 1)]
    row = {
        "length": length,
        "threads": torch.get_num_threads(),
        "cores_had": cores_had(),
        "turns": turns,
        "samples_measured_one_by_one": samples,
    }
    for place, measure in enumerate(("seconds", "processor_seconds")):
        medians = {name: median(turn[place] for turn in all_) for name, all_ in found.items()}
        row[measure] = medians
        row[f"ratio_of_{measure}"] = {n: medians[n] / medians[PARALLEL] for n in STEPWISE}
    row["best_seconds"] = {name: min(all_)[0] for name, all_ in found.items()}
    return row


def saved_bytes(loss):
    """Bytes that autograd keeps for the backward pass, each storage counted once."""
    storages = {}

    def pack(x):
        storage = x.untyped_storage()
        storages[storage.data_ptr()] = storage.nbytes()
        return x

    with torch.autograd.graph.saved_tensors_hooks(pack, lambda x: x):
        kept = loss()
    del kept
    return sum(storages.values())


def memory(lengths, device, batch=BATCH):
    """Saved bytes against stream length, with a straight line through them."""
    pntm, lstm, _ = machines(device)
    counted = []
    for length in lengths:
        tokens = random_tokens(batch, length, device)
        row = {"length": length, "pntm_bytes": saved_bytes(partial(pntm_loss, pntm, tokens))}
        if length == lengths[0]:
            row["ntm_lstm_bytes"] = saved_bytes(partial(ntm_loss, lstm, tokens))
        if device.type == "cuda":
            torch.cuda.reset_peak_memory_stats(device)
            pntm_loss(pntm, tokens).backward()
            row["peak_bytes"] = torch.cuda.max_memory_allocated(device)
        counted.append(row)
    found = np.array([row["pntm_bytes"] for row in counted], float)
    slope, constant = np.polyfit(lengths, found, 1)
    line = slope * np.array(lengths) + constant
    return {
        "batch": batch,
        "lengths": counted,
        "bytes_per_step_and_sample": slope / batch,
        "constant_bytes": constant,
        "largest_relative_distance_from_the_line": float(abs(line / found - 1).max()),
    }


def copying_machine():
    """Tokens a b `=` A B end, written by hand: writes what it is given, then reads it back."""
    vocabulary = Vocabulary(("a", "b"), ("A", "B"))
    end = vocabulary.end
    branches = ((BLANK, 1), (1, 2), (2, 3))
    answers = (end, vocabulary.equals + 1, vocabulary.equals + 2)
    return Machine.of_arrays(
        vocabulary,
        register=np.zeros((1, vocabulary.size), np.int64),
        moves=np.array([[[1, 0]]] * 2 + [[[0, 1]]] * 4),
        jumps=np.full((vocabulary.size, 1, 2), STAY),
        starts=np.zeros((1, 2), np.int64),
        writes=np.array([[1], [2]] + [[STAY]] * 4),
        table=(Decision(None, 0, branches), *(Decision(answer) for answer in answers)),
    )


def decoding(lengths, turns):
    """Microseconds a token of the machine that copies, in streams of several lengths."""
    machine = copying_machine()
    found = {length: [] for length in lengths}
    for _ in range(turns):
        for length in lengths:
            word = np.random.default_rng(0).choice(["a", "b"], length // 2 - 1).tolist()
            stream = machine.vocabulary.encode_prompt(word).tolist()
            start = time.process_time()
            runner = Runner(machine)
            for symbol in stream:
                token = runner.step(symbol)
            answer = []
            while token != machine.vocabulary.end:
                answer.append(token)
                token = runner.step(token)
            spent = time.process_time() - start
            if machine.vocabulary.decode(answer) != tuple(c.upper() for c in word):
                raise RuntimeError("the machine does not copy")
            found[length].append(1e6 * spent / (len(stream) + len(answer)))
    medians = {str(length): median(all_) for length, all_ in found.items()}
    return {"microseconds_per_token": medians, "longest_by_shortest": _ends(medians)}


def _ends(by_length):
    figures = list(by_length.values())
    return figures[-1] / figures[0]


def show(row):
    for measure in ("seconds", "processor_seconds"):
        figures = " ".join(f"{1e3 * value:11,.1f}" for value in row[measure].values())
        ratios = " ".join(f"{value:7.1f}" for value in row[f"ratio_of_{measure}"].values())
        print(
            f"{row['length']:6} {row['threads']:7} {figures}  {ratios}  {measure}, "
            f"{row['cores_had']:.2f} cores had",
            flush=True,
        )


def main():
    parser = argparse.ArgumentParser(description="Speed of training a P-NTM.")
    parser.add_argument("--quick", action="store_true", help="measure once, briefly")
    quick = parser.parse_args().quick
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    load = os.getloadavg()[0]
    print(f"{device_name(device)}; milliseconds of forward and backward, and ratios to the P-NTM")
    heads = ("P-NTM", "by steps", "NTM lstm", "NTM ff", "by samples")
    print(f"{'length':>6} threads {' '.join(f'{h:>11}' for h in heads)}")
    rows = []
    for threads in (1,) if device.type == "cuda" else (1, 2):
        torch.set_num_threads(threads)
        for length, (turns, samples) in TURNS.items():
            if quick and length > 256:
                continue
            rows.append(speed(length, 1 if quick else turns, samples, device))
            show(rows[-1])
    kept = memory(LENGTHS[:3] if quick else LENGTHS, device)
    for row in kept["lengths"]:
        ntm = f"; NTM {row['ntm_lstm_bytes'] / 2**20:,.1f}" if "ntm_lstm_bytes" in row else ""
        print(f"kept at length {row['length']}: {row['pntm_bytes'] / 2**20:,.1f} MiB{ntm}")
    print(
        f"{kept['bytes_per_step_and_sample']:,.0f} bytes a step and sample; at most "
        f"{kept['largest_relative_distance_from_the_line']:.2%} off a straight line"
    )
    decoded = decoding((1_000, 10_000), 3 if quick else 21)
    print(f"hard machine, microseconds a token: {decoded['microseconds_per_token']}")
    figures = {
        "device": device_name(device),
        "torch": torch.__version__,
        "load_at_start": load,
        "batch": BATCH,
        "cells": CELLS,
        "width": WIDTH,
        "vocabulary": TOKENS,
        "tapes": 1,
        "speed": rows,
        "goals": [
            {
                "length": row["length"],
                "threads": row["threads"],
                "at_least": GOALS[row["length"]],
                "ratio": row["ratio_of_seconds"][RIVAL],
                "met": row["ratio_of_seconds"][RIVAL] >= GOALS[row["length"]],
            }
            for row in rows
            if row["length"] in GOALS
        ],
        "memory": kept,
        "decoding": decoded,
    }
    for goal in figures["goals"]:
        print(goal)
    if not quick:
        RESULTS.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
