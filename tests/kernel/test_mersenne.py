"""The fast Mersenne Twister draws what NumPy draws."""

import time

import numpy as np
import pytest

from nalmx.kernel.mersenne import Uniforms


@pytest.mark.parametrize("seed", [0, 1, 43953907, 2**32 - 1])
def test_every_number_and_the_state_after_are_those_of_numpy(seed):
    numpy = np.random.RandomState(seed)
    ours = Uniforms(np.random.RandomState(seed))
    for shape in [(1,), (311,), (312,), (3, 128, 2), (0,), (5000,), (7, 1)]:
        out = np.empty(shape)
        ours.fill(out)
        assert np.array_equal(out, numpy.random_sample(shape))
        mine, other = ours.get_state(), numpy.get_state(legacy=True)
        assert np.array_equal(mine[1], other[1])
        assert mine[2] == other[2]


def test_a_state_is_a_copy_from_which_the_stream_goes_on():
    stream, first, second = Uniforms(np.random.RandomState(3)), np.empty(400), np.empty(400)
    state = stream.get_state()
    stream.fill(first)
    stream.set_state(state)
    stream.fill(second)
    assert np.array_equal(first, second)


def test_an_odd_position_is_refused():
    stream = np.random.RandomState(7)
    stream.randint(0, 2**32 - 1, dtype=np.uint32)
    with pytest.raises(ValueError, match="odd position"):
        Uniforms(stream)


@pytest.mark.slow
def test_it_is_faster_than_numpy():
    stream = np.random.RandomState(0)
    uniforms = Uniforms(stream)

    def fastest(draw):
        times = []
        for _ in range(5):
            start = time.perf_counter()
            draw()
            times.append(time.perf_counter() - start)
        return min(times)

    out = np.empty(1_000_000)
    ours = fastest(lambda: uniforms.fill(out))
    assert ours < fastest(lambda: stream.random_sample(out.shape))
