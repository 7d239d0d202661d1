"""The step in PyTorch on one thread, as `cargo bench --bench step` times it in turn with ours.

Reads the sizes m, n and n_next as arguments, then a line for each step; answers each with its seconds.
"""

import sys
import time

import torch

torch.set_num_threads(1)
m, n, n_next = (int(size) for size in sys.argv[1:])
generator = torch.Generator().manual_seed(0)


def matrix(*shape):
    return torch.rand(shape, dtype=torch.float64, generator=generator) * 2 - 1


a, w, b, upstream = matrix(m, n), matrix(n, n_next), matrix(n_next), matrix(m, n_next)
keep_prob = (torch.arange(n) % 8 + 3).double() / 10
r = (torch.rand(m, n, dtype=torch.float64, generator=generator) < keep_prob).double()


def step():
    scale = r / keep_prob
    a_tilde = a * scale
    z = torch.addmm(b, a_tilde, w)
    a_next = torch.softmax(z, 1)
    dz = torch._softmax_backward_data(upstream, a_next, 1, torch.float64)
    dw, db, da_tilde = a_tilde.t() @ dz, dz.sum(0), dz @ w.t()
    return a_tilde, z, a_next, dz, dw, db, da_tilde, da_tilde * scale


with torch.no_grad():
    for _ in sys.stdin:
        start = time.perf_counter()
        step()
        print(time.perf_counter() - start, flush=True)
