"""The fast Mersenne Twister draws what NumPy draws."""

import time

import numpy as np
import pytest

from nalmx.kernel.mersenne import fill_uniforms


def uniforms(stream, shape):
    out = np.empty(shape)
    fill_uniforms(stream, out)
    return out


@pytest.mark.parametrize("seed", [0, 1, 43953907, 2**32 - 1])
def test_every_number_and_the_state_after_are_those_of_numpy(seed):
    ours, theirs = np.random.RandomState(seed), np.random.RandomState(seed)
    for shape in [(1,), (311,), (312,), (3, 128, 2), (0,), (5000,), (7, 1)]:
        assert np.array_equal(uniforms(ours, shape), theirs.random_sample(shape))
        mine, other = ours.get_state(legacy=True), theirs.get_state(legacy=True)
        assert np.array_equal(mine[1], other[1])
        assert mine[2:] == other[2:]


def test_a_stream_at_an_odd_position_is_continued_too():
    ours, theirs = np.random.RandomState(7), np.random.RandomState(7)
    for stream in (ours, theirs):
        stream.randint(0, 2**32 - 1, dtype=np.uint32)
    assert ours.get_state(legacy=True)[2] % 2
    assert np.array_equal(uniforms(ours, (1000,)), theirs.random_sample(1000))
    assert np.array_equal(uniforms(ours, (1000,)), theirs.random_sample(1000))


def test_it_is_faster_than_numpy():
    stream = np.random.RandomState(0)

    def fastest(draw):
        times = []
        for _ in range(5):
            start = time.perf_counter()
            draw()
            times.append(time.perf_counter() - start)
        return min(times)

    out = np.empty(1_000_000)
    ours = fastest(lambda: fill_uniforms(stream, out))
    assert ours < fastest(lambda: stream.random_sample(out.shape))
