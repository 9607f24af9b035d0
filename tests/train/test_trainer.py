"""Training: the plain loop, stacks, interruption, resumption and what is saved."""

import json

import numpy as np
import pytest
import torch
from helpers_pytest import thinned

from nalmx.errors import RunError
from nalmx.models import BATCH_SIZE, L1, NAU, NMU, AwayFromZero, stack
from nalmx.ranges import Range
from nalmx.tasks.arithmetic import sample, training_stream
from nalmx.train import Config, Interrupted, Run, fit, fit_together, trained_stack
from nalmx.train.stacked import stacked
from nalmx.train.trainer import Trainer

CPU = torch.device("cpu")


@pytest.fixture
def new_run(tmp_path):
    count = iter(range(1000))

    def create(**settings):
        defaults = {"operation": "add", "module": "nau", "seeds": 3, "iterations": 2_000}
        return Run.create(tmp_path / f"run{next(count)}", Config.checked(**(defaults | settings)))

    return create


def logged(run):
    return [json.loads(line) for line in run.path("metrics.jsonl").read_text().splitlines()]


def plain_penalty(module, facts, strength):
    """The penalty terms as the survey writes them."""
    raw = [module.get_parameter(name) for name in module.raw_names]
    if isinstance(facts.penalty, L1):
        return strength * sum(p.abs().sum() for p in raw)
    if isinstance(facts.penalty, AwayFromZero):
        return strength * sum((20 - p.abs()).clamp(min=0).mean() for p in raw)
    weight = module.weights()["weight"].abs()
    return strength * torch.minimum(weight, (1 - weight).abs()).mean()


def plain_loop(config, seed, updates):
    """One module, torch's own Adam and mean squared error: slow and obviously right."""
    generator = torch.Generator().manual_seed(seed)
    module = config.module_class(config.inputs, 1, generator=generator)
    module.reset_parameters(generator)
    facts = config.training
    optimiser = torch.optim.Adam(module.parameters(), facts.learning_rate)
    stream = training_stream(seed)
    data = config.source.validation()
    x_valid, t_valid = torch.from_numpy(data[0]).float(), torch.from_numpy(data[1])[:, None].float()
    extent = config.task.interpolation
    for iteration in range(updates):
        values = sample(extent, stream, (BATCH_SIZE, config.inputs))
        x = torch.from_numpy(values).float()
        t = torch.from_numpy(config.task.targets(values)).float().unsqueeze(-1)
        loss = torch.nn.functional.mse_loss(module(x), t)
        if facts.penalty is not None:
            if iteration % 1000 == 0:
                with torch.no_grad():
                    logged_loss = (module(x_valid) - t_valid).square().mean()
            if logged_loss < facts.penalty.schedule.loss_below:
                strength = facts.penalty.schedule.at(iteration, config.iterations)
                loss = loss + plain_penalty(module, facts, strength)
        optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_value_(module.parameters(), min(facts.gradient_clip, 1e30))
        optimiser.step()
        for name, (lower, upper) in module.raw_bounds.items():
            module.get_parameter(name).data.clamp_(lower, upper)
    return module


@pytest.mark.parametrize(
    ("operation", "module", "inputs"),
    [
        ("mul", "nmu", 2),
        # Each compiles a kernel; in test_kernel their updates, or their kin's, are those of autograd.
        *(
            pytest.param(*case, marks=pytest.mark.slow)
            for case in [
                ("add", "nau", 2),
                ("sub", "nau", 3),
                ("add", "nac+", 2),
                ("add", "nalu", 2),
                ("sub", "inalu", 2),
                ("mul", "npu", 2),
                ("mul", "nmu", 3),
                ("mul", "nac*", 2),
                ("div", "nac*", 3),
                ("mul", "g-nalu", 2),
                ("div", "inalu", 3),
                ("div", "realnpu", 3),
            ]
        ),
    ],
)
def test_the_stack_of_either_engine_follows_the_plain_loop(new_run, operation, module, inputs):
    # One iteration is logged on the way, and the penalties begin.
    run = new_run(operation=operation, module=module, inputs=inputs, seeds=2, iterations=1_100)
    plain = {1: plain_loop(run.config, 1, run.config.iterations + 1)}
    assert list(run.config.seed_list) == [0, 1]
    for engine in ("torch", "kernel"):
        trainer = Trainer([run], CPU, engine)
        trainer.train()
        found = trainer.engine.parameters()
        for place, member in plain.items():
            for name, wanted in member.named_parameters():
                values = found[name][place]
                torch.testing.assert_close(values, wanted.detach(), rtol=1e-5, atol=1e-5)


def test_a_union_of_ranges_follows_the_plain_loop(new_run):
    settings = {"extrapolation_range": "[6,9]", "seeds": 2, "iterations": 300}
    run = new_run(interpolation_range="[[-6,-2],[2,6]]", **settings)
    plain = plain_loop(run.config, 1, run.config.iterations + 1)
    for engine in ("torch", "kernel"):
        trainer = Trainer([run], CPU, engine)
        trainer.train()
        found = trainer.engine.parameters()["raw_weight"][1]
        torch.testing.assert_close(found, plain.raw_weight.detach(), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("engine", ["torch", "kernel"])
@pytest.mark.parametrize(
    ("operation", "module", "inputs"),
    thinned(
        [
            ("add", "nau", 2),
            ("mul", "nmu", 2),
            ("mul", "npu", 2),
            ("add", "nac+", 2),
            ("sub", "nau", 10),
        ]
    ),
)
def test_a_seed_alone_and_in_a_stack_of_25_agree_bit_for_bit(
    new_run, operation, module, inputs, engine
):
    """Where nothing has converged yet: what has converged would hide another rounding on the way."""
    settings = {"operation": operation, "module": module, "inputs": inputs, "iterations": 300}
    together, alone = new_run(**settings, seeds=25), new_run(**settings, seeds=1, first_seed=17)
    many, one = (fit(run, CPU, engine=engine)["seeds"] for run in (together, alone))
    assert many[17] == one[0]
    for name, weight in alone.load_weights().items():
        assert torch.equal(weight[0], together.load_weights()[name][17])


@pytest.mark.parametrize("engine", thinned(["kernel", "torch"]))
@pytest.mark.parametrize(("operation", "module"), thinned([("mul", "nmu"), ("add", "nac+")]))
def test_runs_trained_together_are_the_runs_trained_alone(new_run, operation, module, engine):
    ranges = ["[1,2]", "[-2,2]", "[[-6,-2],[2,6]]"]
    settings = {"operation": operation, "module": module, "iterations": 300}
    settings["extrapolation_range"] = "[6,9]"
    together, alone = (
        [
            new_run(interpolation_range=extent, seeds=k + 1, **settings)
            for k, extent in enumerate(ranges)
        ]
        for _ in range(2)
    )
    fit_together(together, CPU, engine=engine)
    for first, second in zip(together, alone, strict=True):
        assert first.load_results()["seeds"] == fit(second, CPU, engine=engine)["seeds"]
        for name, weight in first.load_weights().items():
            assert torch.equal(weight, second.load_weights()[name])


def test_runs_interrupted_at_different_iterations_finish_together(new_run):
    whole, broken, fresh = (new_run(iterations=2_500) for _ in range(3))
    expected = fit(whole, CPU)["seeds"]
    with pytest.raises(Interrupted):
        fit(broken, CPU, stop_requested=lambda: True)
    assert broken.checkpoint_iteration() > 0
    fit_together([broken, fresh], CPU)
    assert broken.load_results()["seeds"] == fresh.load_results()["seeds"] == expected


def test_runs_of_different_modules_are_not_trained_together(new_run):
    with pytest.raises(ValueError, match="differ in module"):
        fit_together([new_run(), new_run(module="nac+")], CPU)


def test_the_same_seed_gives_the_same_run(new_run):
    first, second = new_run(), new_run()
    fit(first, CPU)
    fit(second, CPU)
    for name, weight in first.load_weights().items():
        assert torch.equal(weight, second.load_weights()[name])
    strip = [
        [{k: v for k, v in line.items() if k != "seconds"} for line in logged(run)]
        for run in (first, second)
    ]
    assert strip[0] == strip[1]


@pytest.mark.parametrize("engine", thinned(["kernel", "torch"]))
@pytest.mark.parametrize("module", thinned(["nau", "inalu", "nac+"], 3))
def test_an_interrupted_and_resumed_run_equals_an_uninterrupted_one(new_run, module, engine):
    whole, broken = (new_run(iterations=2_100, module=module) for _ in range(2))
    expected = fit(whole, CPU, engine=engine)
    for _ in range(2):
        with pytest.raises(Interrupted):
            fit(broken, CPU, stop_requested=lambda: True, engine=engine)
        assert not broken.finished
    found = fit(broken, CPU, engine=engine)
    assert found["seeds"] == expected["seeds"]
    for name, weight in whole.load_weights().items():
        assert torch.equal(weight, broken.load_weights()[name])
    iterations = [[line["iteration"] for line in logged(run)] for run in (whole, broken)]
    assert iterations[0] == iterations[1] == [0, 1000, 2000, 2100]


def test_a_finished_run_is_not_trained_again(new_run):
    run = new_run()
    results = fit(run, CPU)
    before = run.path("metrics.jsonl").read_bytes()
    assert fit(run, CPU) == results
    assert run.path("metrics.jsonl").read_bytes() == before


def test_a_finished_run_leaves_no_checkpoint(new_run):
    run = new_run(iterations=1_500)
    with pytest.raises(Interrupted):
        fit(run, CPU, stop_requested=lambda: True)
    assert run.path("checkpoint.safetensors").exists()
    fit(run, CPU)
    assert not run.path("checkpoint.safetensors").exists()


def test_a_damaged_checkpoint_is_a_run_error(new_run):
    run = new_run(iterations=1_500)
    run.path("checkpoint.safetensors").write_bytes(b"not tensors")
    with pytest.raises(RunError, match="damaged"):
        fit(run, CPU)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("iteration", -5),
        ("iteration", 10**9),
        ("seconds", float("nan")),
        ("streams", -1),
        ("streams", 1_000_000),
        ("config", 0),
    ],
)
def test_an_altered_checkpoint_is_a_run_error(new_run, name, value):
    run = new_run(iterations=1_500)
    with pytest.raises(Interrupted):
        fit(run, CPU, stop_requested=lambda: True)
    state = run.load_checkpoint()
    state[name] = torch.full_like(state[name], value)
    run.save_checkpoint(state)
    with pytest.raises(RunError, match="does not fit"):
        fit(run, CPU)


def test_a_configuration_edited_between_checkpoint_and_resume_is_noticed(new_run):
    run = new_run(iterations=1_500)
    with pytest.raises(Interrupted):
        fit(run, CPU, stop_requested=lambda: True)
    run.config = Config.checked(
        operation="add", module="nau", seeds=3, iterations=1_500, first_seed=5
    )
    with pytest.raises(RunError, match=r"does not fit config\.json"):
        fit(run, CPU)


@pytest.mark.parametrize(
    "line", [b"garbage\n", b"[]\n", b"{}\n", b"\xff\n", b'{"iteration": "late"}\n']
)
def test_damaged_metrics_are_a_run_error(new_run, line):
    run = new_run(iterations=1_500)
    run.path("metrics.jsonl").write_bytes(line)
    with pytest.raises(RunError, match="not a record of training"):
        fit(run, CPU)


def test_one_run_is_not_trained_twice_at_a_time(new_run):
    run = new_run(iterations=100)
    with run.locked(), pytest.raises(RunError, match="another process is training"):
        fit(run, CPU)
    assert fit(run, CPU)["seeds"]


def test_a_run_that_cannot_be_started_leaves_nothing(tmp_path, monkeypatch):
    def fail(*arguments):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("pathlib.Path.write_bytes", fail)
    with pytest.raises(RunError, match=r"config\.json cannot be written: No space left"):
        Run.create(tmp_path / "run", Config.checked(operation="add", module="nau"))
    assert not (tmp_path / "run").exists()


def test_a_checkpoint_of_another_run_is_a_run_error(new_run):
    run, other = new_run(iterations=1_500), new_run(iterations=1_500, seeds=5)
    with pytest.raises(Interrupted):
        fit(other, CPU, stop_requested=lambda: True)
    other.path("checkpoint.safetensors").rename(run.path("checkpoint.safetensors"))
    with pytest.raises(RunError, match="does not fit"):
        fit(run, CPU)


def test_each_seed_is_judged_at_its_smallest_validation_error(new_run):
    run = new_run(operation="sub", iterations=6_000)
    results = fit(run, CPU)["seeds"]
    lines = logged(run)
    for place, result in enumerate(results):
        errors = [line["validation"][place] for line in lines]
        chosen = errors.index(min(errors))
        assert result["chosen_iteration"] == lines[chosen]["iteration"]
        assert result["validation_error"] == errors[chosen]
        assert result["extrapolation_error"] == lines[chosen]["extrapolation"][place]


def test_the_saved_weights_give_the_saved_errors(new_run):
    run = new_run(iterations=3_000)
    results = fit(run, CPU)["seeds"]
    x = sample(Range.parse("[2,6]"), np.random.RandomState(8689336), (10_000, 2))
    outputs = trained_stack(run)(torch.from_numpy(x).float()).squeeze(-1).double()
    errors = (outputs - torch.from_numpy(x.sum(-1)).float()).square().mean(-1)
    assert errors.tolist() == pytest.approx([r["extrapolation_error"] for r in results], rel=1e-6)


def test_success_and_first_solved_step_follow_the_threshold(new_run):
    run = new_run(operation="add", iterations=8_000, seeds=4)
    results = fit(run, CPU)
    lines = logged(run)
    assert any(r["success"] for r in results["seeds"])
    for place, result in enumerate(results["seeds"]):
        below = [n["iteration"] for n in lines if n["extrapolation"][place] < results["threshold"]]
        assert result["solved_at"] == (below[0] if below else None)
        assert result["success"] == (result["extrapolation_error"] < results["threshold"])


def test_progress_is_reported_to_the_end(new_run):
    reports = []
    fit(new_run(iterations=2_500), CPU, on_progress=reports.append)
    assert [report.iteration for report in reports] == [0, 1000, 2000, 2500]
    assert reports[-1].iterations == 2_500
    assert reports[-1].model_steps_per_second > 0


def test_initialisation_keeps_the_second_draw_of_each_seed_and_restarts_take_the_next():
    config = Config.checked(operation="mul", module="nmu", seeds=3, first_seed=5)
    assert list(config.seed_list) == [5, 6, 7]
    for seed in config.seed_list:
        generator = torch.Generator().manual_seed(seed)
        draws = [torch.empty(1, 2).uniform_(0.25, 0.75, generator=generator) for _ in range(4)]
        for again in range(3):
            module = stacked([config]).initial(seed, again)
            assert torch.equal(module.raw_weight.detach(), draws[1 + again])


def test_weights_of_another_shape_are_a_run_error(new_run):
    run = new_run(iterations=100)
    fit(run, CPU)
    run.config = Config.checked(operation="add", module="nau", seeds=2, iterations=100)
    with pytest.raises(RunError, match=r"does not fit config\.json"):
        run.load_weights()


def test_a_run_never_overwrites_a_directory(tmp_path):
    config = Config.checked(operation="add", module="nau")
    (tmp_path / "taken").mkdir()
    with pytest.raises(RunError, match="exists already"):
        Run.create(tmp_path / "taken", config)
    assert list((tmp_path / "taken").iterdir()) == []


def test_a_run_below_a_file_cannot_be_written(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(RunError, match="cannot be written"):
        Run.create(tmp_path / "file" / "run", Config.checked(operation="add", module="nau"))


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")
def test_training_runs_on_a_gpu(new_run):
    results = fit(new_run(iterations=8_000, seeds=4), torch.device("cuda"))
    assert all(result["success"] for result in results["seeds"])


def test_stacking_different_modules_is_refused():
    with pytest.raises(ValueError, match="one kind and size"):
        stack([NAU(2, 1), NMU(2, 1)])
