"""A layer of layers.py behind the line protocol: `pipe_layer.py NAME ARITHMETIC`."""

import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "examples" / "subjects"))

import layers
import numpy as np
import protocol

from dropout_oracle import Problem, Skip
from dropout_oracle._layer import about

np.seterr(all="ignore")
layer = getattr(layers, sys.argv[1])
description = json.loads(about(layer, sys.argv[2], {}))
dtype = {"f64": np.float64, "f32": np.float32}[sys.argv[2]]


def step(activation, inputs):
    try:
        arrays = (np.array(inputs[name], dtype) for name in ("A", "p", "R", "W", "b", "dA_next"))
        results = getattr(layer, "step", layer)(Problem(*arrays, activation=activation))
    except Skip as reason:
        raise protocol.Skip(str(reason)) from None
    return {name: result.tolist() for name, result in results.items()}


def sample(p, rows):
    return layer.sample(np.array(p), rows).astype(int).tolist()


protocol.serve(description, step, sample)
