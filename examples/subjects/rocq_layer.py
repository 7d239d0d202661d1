"""The rules of the proofs, extracted from Rocq as a program over exact fractions.

    make -C proofs subject
    dropout-oracle check -- python3 examples/subjects/rocq_layer.py

The program computes everything; this file writes the inputs as fractions and rounds each exact result once, to the nearest
double. Standard library only. Another path of the program may be given.
"""

import pathlib
import subprocess
import sys

from protocol import OUTPUTS, Skip, serve

PROGRAM = pathlib.Path(__file__).resolve().parent.parent.parent / "proofs" / "subject"
UNITS = ["identity", "relu", "leaky_relu", "softsign"]
COUPLED = ["cumulative_sum", "coupled_quadratic", "normalized_square"]
DIVIDES = {"softsign", "normalized_square"}


def fraction(x):
    num, den = float(x).as_integer_ratio()
    return f"{num:b}/{den:b}"


def nearest(text):
    """The double nearest to a fraction: Python divides whole numbers with a single rounding."""
    num, den = text.split("/")
    try:
        return int(num, 2) / int(den, 2)
    except OverflowError:
        return float("-inf" if num.startswith("-") else "inf")


def unit(g):
    if g["name"] not in UNITS:
        raise Skip(f"{g['name']} is no rational function")
    return [g["name"]] + ([fraction(g["slope"])] if "slope" in g else [])


def words(g, n_next):
    """The activation as the program reads it."""
    if g["name"] in COUPLED:
        return [g["name"]]
    units = g["units"] if g["name"] == "per_unit" else [g] * n_next
    return ["units"] + [word for each in units for word in unit(each)]


def step(activation, inputs):
    A, W = inputs["A"], inputs["W"]
    m, n, n_next = len(A), len(W), len(W[0])
    matrices = [inputs["A"], [inputs["p"]], inputs["R"], W, [inputs["b"]], inputs["dA_next"]]
    numbers = [x for matrix in matrices for row in matrix for x in row]
    line = [str(m), str(n), str(n_next), *words(activation, n_next), *map(fraction, numbers)]
    if DIVIDES & set(line) and (n_next > 16 or max(map(len, line)) > 300):
        raise Skip("fractions so long take minutes")
    print(*line, file=rules.stdin, flush=True)
    answers = iter(rules.stdout.readline().split())
    shapes = {"A_tilde": (m, n), "dW": (n, n_next), "db": (1, n_next), "dA_tilde": (m, n), "dA": (m, n)}
    results = {}
    for name in OUTPUTS:
        rows, columns = shapes.get(name, (m, n_next))
        results[name] = [[nearest(next(answers)) for _ in range(columns)] for _ in range(rows)]
    results["db"] = results["db"][0]
    return results


rules = subprocess.Popen(sys.argv[1:] or [PROGRAM], stdin=subprocess.PIPE, stdout=subprocess.PIPE, encoding="ascii")
serve(
    {
        "name": "rocq",
        "arithmetic": "f64",
        "homepage": "https://rocq-prover.org",
        "supports": {"activations": [*UNITS, "per_unit", *COUPLED], "outputs": OUTPUTS},
    },
    step,
)
