"""The three products and the exponentials of a step in Arb, 128 bits, not rounded: what `cargo bench --bench oracle` is
compared with. Needs python-flint.

    python3 benches/arb.py 64 1024 1024
"""

import random
import sys
import time

from flint import arb, arb_mat, ctx

ctx.prec = 128
m, n, n_next = (int(size) for size in sys.argv[1:])
random.seed(1)


def matrix(rows, columns, scale=1.0):
    return arb_mat([[arb(random.uniform(-scale, scale)) for _ in range(columns)] for _ in range(rows)])


a_tilde, w, upstream = matrix(m, n), matrix(n, n_next, n**-0.5), matrix(m, n_next)
w_transposed, a_transposed = w.transpose(), a_tilde.transpose()
start = time.perf_counter()
z = a_tilde * w
for x in z.entries():
    x.exp()
a_transposed * upstream
upstream * w_transposed
print(f"{m} x {n} x {n_next}: {time.perf_counter() - start:.3f} s")
