"""The layer of numpy_layer.py behind the pipe, as programs in other languages are asked. With --tensors, its inputs and
results are files.

    dropout-oracle check -- python3 examples/subjects/pipe_layer.py
    dropout-oracle check --shape 64x256x256 -- python3 examples/subjects/pipe_layer.py --tensors
"""

import sys
from types import SimpleNamespace

import numpy as np

from numpy_layer import layer
from protocol import ACTIVATIONS, OUTPUTS, serve

tensors = "--tensors" in sys.argv


def step(activation, inputs):
    arrays = {name: np.array(numbers, dtype=np.float64) for name, numbers in inputs.items()}
    results = layer(SimpleNamespace(**arrays, activation=activation))._asdict()
    return results if tensors else {name: result.tolist() for name, result in results.items()}


def sample(p, rows):
    return layer.sample(np.array(p), rows).astype(int).tolist()


np.seterr(all="ignore")  # infinities are valid answers, not worth a warning
supports = {"activations": ACTIVATIONS, "sample": True, "outputs": OUTPUTS}
if tensors:
    supports["tensors"] = "safetensors"
serve({"name": "numpy behind the pipe", "version": np.__version__, "arithmetic": "f64", "supports": supports}, step, sample)
