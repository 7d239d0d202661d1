"""The line protocol in Python: one JSON question a line on stdin, one JSON answer a line on stdout.

A subject calls `serve` with what it says of itself and with its step; see numpy_layer.py for a whole one.
Standard library only.
"""

import json
import math
import sys

SCALAR = ["identity", "relu", "leaky_relu", "sigmoid", "tanh", "softplus", "silu", "gelu", "gelu_tanh", "elu"]
COUPLED = ["softmax", "log_softmax", "cumulative_sum", "coupled_quadratic", "normalized_square"]
ACTIVATIONS = SCALAR + ["per_unit"] + COUPLED
OUTPUTS = ["A_tilde", "Z", "A_next", "dZ", "dW", "db", "dA_tilde", "dA"]


class Skip(Exception):
    """Raised by a step that the subject cannot do; its text is the reason."""


def serve(about, step, sample=None):
    """Answers every question until `stop` or the end of stdin.

    `step(activation, inputs)` gives a dictionary of results as nested lists, `sample(p, rows)` a mask.
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
                if command == "step":
                    results = step(question["activation"], question["inputs"])
                    answer["outputs"] = {name: plain(result) for name, result in results.items()}
                elif command == "sample" and sample:
                    answer["R"] = plain(sample(question["p"], question["rows"]))
                else:
                    answer["skipped"] = f"does not know {command}"
            except Skip as reason:
                answer["skipped"] = str(reason)
            except Exception as error:  # the case is lost, the run goes on
                answer["error"] = f"{type(error).__name__}: {error}"
        print(json.dumps(answer, allow_nan=False), flush=True)


def plain(value):
    """The same lists with NaN and the infinities, which JSON lacks, as strings."""
    if isinstance(value, list):
        return [plain(item) for item in value]
    if math.isfinite(value):
        return value
    return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
