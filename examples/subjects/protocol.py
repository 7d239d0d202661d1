"""The line protocol in Python: one JSON question a line on stdin, one JSON answer a line on stdout.

A subject calls `serve` with its description and its step; pipe_layer.py is a short example.
Standard library only, and the package safetensors for tensors in files.
"""

import json
import math
import sys

SCALAR = ["identity", "relu", "leaky_relu", "sigmoid", "tanh", "softplus", "silu", "gelu", "gelu_tanh", "elu", "softsign"]
COUPLED = ["softmax", "log_softmax", "cumulative_sum", "coupled_quadratic", "normalized_square"]
ACTIVATIONS = SCALAR + ["per_unit"] + COUPLED
OUTPUTS = ["A_tilde", "Z", "A_next", "dZ", "dW", "db", "dA_tilde", "dA"]


class Skip(Exception):
    """Raised by a step that the subject does not support; its text is the reason."""


def serve(about, step, sample=None):
    """Answers every question until `stop` or the end of stdin.

    `step(activation, inputs)` returns a dictionary of results as nested lists, `sample(p, rows)` a mask. A subject that
    supports tensors gets its inputs as NumPy arrays, and returns arrays.
    """
    for line in sys.stdin:
        question = json.loads(line)
        command = question["cmd"]
        if command == "stop":
            break
        if command == "start":
            answer = about
        else:
            answer = {"seq": question["seq"]}
            try:
                if command == "step" and "path" in question["inputs"]:
                    answer["outputs"] = in_files(step, question)
                elif command == "step":
                    results = step(question["activation"], question["inputs"])
                    answer["outputs"] = {name: plain(result) for name, result in results.items()}
                elif command == "sample" and sample:
                    answer["R"] = plain(sample(question["p"], question["rows"]))
                else:
                    answer["skipped"] = f"does not know {command}"
            except Skip as reason:
                answer["skipped"] = str(reason)
            except Exception as error:  # only this case is lost
                answer["error"] = f"{type(error).__name__}: {error}"
        print(json.dumps(answer, allow_nan=False), flush=True)


def in_files(step, question):
    """A step whose inputs and results are tensors in files."""
    from safetensors.numpy import load_file, save_file

    results = step(question["activation"], load_file(question["inputs"]["path"]))
    save_file({name: result.copy(order="C") for name, result in results.items()}, question["outputs"]["path"])
    return question["outputs"]


def plain(value):
    """The same lists, with NaN and the infinities as strings, because JSON has none."""
    if isinstance(value, list):
        return [plain(item) for item in value]
    if math.isfinite(value):
        return value
    return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
