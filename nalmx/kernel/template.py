"""The fixed parts of a training kernel's source."""

HEADER = '''\
"""Training kernel of the {label}, generated from its equation."""

import numpy as np
from numba import njit
from nalmx.codegen.maths32 import FASTMATH, clamp, least, most, sign

F = np.{dtype}
U = np.uint64
BATCH = U({batch})
BETA1, BETA2 = F(0.9), F(0.999)
sqrt, ceil = np.sqrt, np.ceil
# Outputs round as written. Gradients, which are sums over the batch, may be added in any order.
ordered = njit(fastmath={{"nsz"}}, error_model="numpy", nogil=True)
jitted = njit(fastmath=FASTMATH, error_model="numpy", nogil=True)
'''

SIGMOID = """

@njit
def sigmoid(x):
    return 1.0 / (1.0 + exp(-x))

"""

TRAIN_HEAD = """\
@njit(fastmath=FASTMATH, error_model="numpy", nogil=True, cache=True)
def train(order, raw, m, v, u, t, length, inputs, stream, lower, width, truth,
          rate, epsilon, strength, active, reset_at, reset_to):
    stride = U({per_input}) * BATCH
    s = np.empty(U({fixed}) * BATCH, F)
    q = np.empty(inputs * stride, F)
    w = np.empty(U({weights}) * inputs, F)
    d = np.empty(U({slopes}) * inputs, F)
    g = np.empty(U({weights}) * inputs, F)
    for model in order:
        p = raw[model]
        for l in range(length):
            lam = strength[l] if active[model] else F(0.0)
            row = (stream[model] * length + l) * BATCH
            prepare(s, q, stride, u, t, row, inputs, lower[model], width[model], truth[model])
            effective(p, w, d, inputs)
            forward(s, q, stride, w, inputs)
            backward(s, q, stride, w, g, inputs)\
"""

TRAIN_TAIL = """\
            if reset_at[model] == l:
                p[:] = reset_to[model]
"""

EVALUATE = """\
@njit(fastmath=FASTMATH, error_model="numpy", nogil=True, cache=True)
def evaluate(order, raw, x, t, size, inputs, dataset, errors):
    stride = U({per_input}) * BATCH
    s = np.empty(U({fixed}) * BATCH, F)
    q = np.empty(inputs * stride, F)
    w = np.empty(U({weights}) * inputs, F)
    d = np.empty(U({slopes}) * inputs, F)
    for model in order:
        effective(raw[model], w, d, inputs)
        total = 0.0
        first = U(0)
        while first < size:
            load(q, stride, x, dataset[model] * size * inputs, inputs, size, first)
            forward(s, q, stride, w, inputs)
            count = min(BATCH, size - first)
            total += squared_error(s, w, inputs, t, dataset[model] * size + first, count)
            first += BATCH
        errors[model] = total / size
"""
