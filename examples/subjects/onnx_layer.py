"""The layer as an ONNX model of opset 22, run by ONNX Runtime on a CPU: Dropout or a given mask, Gemm, the activation.

ONNX Runtime's Dropout has a single ratio for all units and draws its own mask (--own-mask); otherwise the mask is applied
as a factor R / p. ONNX Runtime computes no gradients, so only the forward pass is judged. With --train the gradients are
added by the package onnxruntime-training (version 1.19, opset 21).

    dropout-oracle check -- python3 examples/subjects/onnx_layer.py --own-mask
"""

import argparse
import functools
import json

import numpy as np
import onnx
import onnxruntime
from onnx import helper, numpy_helper

from protocol import ACTIVATIONS, OUTPUTS, Skip, serve

INPUTS = {"A": ["m", "n"], "p": ["n"], "R": ["m", "n"], "W": ["n", "n_next"], "b": ["n_next"], "dA_next": ["m", "n_next"]}
FORWARD, GRADIENTS = OUTPUTS[:3], ["Z", "W", "b", "A_tilde", "A"]


class Graph:
    """The nodes of a model, in order; `op` adds one and returns the name of its result."""

    def __init__(self):
        self.nodes = []

    def op(self, kind, *inputs, to=None, **attributes):
        to = to or f"t{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, list(inputs), [to], **attributes))
        return to

    def constant(self, value, dtype):
        return self.op("Constant", value=numpy_helper.from_array(np.array(value, dtype)))


def coupled_quadratic(graph, z, _, n):
    order = graph.constant([*range(1, n), 0], np.int64)
    return graph.op("Add", graph.op("Mul", z, graph.op("Gather", z, order, axis=1)), z)


def normalized_square(graph, z, *_):
    square = graph.op("Mul", z, z)
    total = graph.op("ReduceSum", square, graph.constant([1], np.int64), keepdims=1)
    return graph.op("Div", square, graph.op("Add", graph.constant(1, dtype), total))


def per_unit(graph, z, g, n):
    columns = [graph.op("Gather", z, graph.constant([j], np.int64), axis=1) for j in range(n)]
    return graph.op("Concat", *(activate(graph, z, unit, 1) for z, unit in zip(columns, g["units"])), axis=1)


def node(kind, **attributes):
    return lambda graph, z, g, n: graph.op(kind, z, **attributes)


GIVEN = {
    "identity": node("Identity"),
    "relu": node("Relu"),
    "leaky_relu": lambda graph, z, g, n: graph.op("LeakyRelu", z, alpha=g["slope"]),
    "sigmoid": node("Sigmoid"),
    "tanh": node("Tanh"),
    "softplus": node("Softplus"),
    "silu": lambda graph, z, g, n: graph.op("Mul", z, graph.op("Sigmoid", z)),  # Swish came with opset 24
    "gelu": node("Gelu"),
    "gelu_tanh": node("Gelu", approximate="tanh"),
    "elu": lambda graph, z, g, n: graph.op("Elu", z, alpha=g["alpha"]),
    "softsign": node("Softsign"),
    "softmax": node("Softmax", axis=1),
    "log_softmax": node("LogSoftmax", axis=1),
    "cumulative_sum": lambda graph, z, g, n: graph.op("CumSum", z, graph.constant(1, np.int64)),
    "coupled_quadratic": coupled_quadratic,
    "normalized_square": normalized_square,
    "per_unit": per_unit,
}


def activate(graph, z, g, n):
    return GIVEN[g["name"]](graph, z, g, n)


def described(names):
    element = helper.np_dtype_to_tensor_dtype(dtype)
    return [helper.make_tensor_value_info(name, element, INPUTS.get(name, ["m", None])) for name in names]


@functools.cache
def session(activation, ratio, n_next):
    graph, given = Graph(), ["A", "W", "b"]
    if chosen.own_mask:
        graph.op("Dropout", "A", graph.constant(ratio, dtype), graph.constant(True, bool), to="A_tilde")
    else:
        given += ["p", "R"]
        graph.op("Mul", "A", graph.op("Div", "R", "p"), to="A_tilde")
    graph.op("Gemm", "A_tilde", "W", "b", to="Z")
    graph.op("Identity", activate(graph, "Z", json.loads(activation), n_next), to="A_next")
    outputs = described(FORWARD)
    if chosen.train:
        given.append("dA_next")
        graph.op("ReduceSum", graph.op("Mul", "A_next", "dA_next"), keepdims=0, to="J")
        outputs.append(helper.make_tensor_value_info("J", outputs[0].type.tensor_type.elem_type, []))
    model = helper.make_model(
        helper.make_graph(graph.nodes, "layer", described(given), outputs),
        opset_imports=[helper.make_opsetid("", 21 if chosen.train else 22)],
        ir_version=10,
    ).SerializeToString()
    try:
        model = with_gradients(model) if chosen.train else model
        return onnxruntime.InferenceSession(model, options, ["CPUExecutionProvider"])
    except Exception as error:
        raise Skip(str(error).split(" was false. ")[-1]) from None  # a kernel or a gradient is missing


def with_gradients(model):
    from onnxruntime.capi._pybind_state import GradientGraphBuilder  # only onnxruntime-training has it

    builder = GradientGraphBuilder(model, {"J"}, {"A", "W", "b"}, "J")
    builder.build()
    model = onnx.load_from_string(builder.get_model())
    model.graph.output.extend(described(["Z_grad", "A_tilde_grad"]))
    return model.SerializeToString()


def step(activation, inputs):
    A, p, R, W, b, dA_next = (np.array(inputs[name], dtype) for name in INPUTS)
    given = {"A": A, "W": W, "b": b}
    given |= {} if chosen.own_mask else {"p": p, "R": R}
    given |= {"dA_next": dA_next} if chosen.train else {}
    ratio = min(1 - inputs["p"][0], 1 - 2**-24) if chosen.own_mask else None  # Dropout rejects what f32 rounds to 1
    run = session(json.dumps(activation), ratio, W.shape[1])
    asked = FORWARD + [f"{name}_grad" for name in GRADIENTS] * chosen.train
    results = run.run(asked, given)
    assert all(result.dtype == dtype for result in results)
    return {name: result.tolist() for name, result in zip(OUTPUTS, results)}


parser = argparse.ArgumentParser()
parser.add_argument("--dtype", default="float32", choices=["float64", "float32"])
parser.add_argument("--own-mask", action="store_true")
parser.add_argument("--train", action="store_true")
chosen = parser.parse_args()
dtype = np.dtype(chosen.dtype)
arithmetic = {"float64": "f64", "float32": "f32"}[chosen.dtype]
onnxruntime.set_default_logger_severity(4)
options = onnxruntime.SessionOptions()
options.intra_op_num_threads = options.inter_op_num_threads = 1
about = {
    "name": f"onnxruntime {chosen.dtype}",
    "version": onnxruntime.__version__,
    "arithmetic": arithmetic,
    "accumulator": arithmetic,
    "homepage": "https://onnxruntime.ai",
    "supports": {
        "activations": ACTIVATIONS,
        "per_unit_p": not chosen.own_mask,
        "mask": "own" if chosen.own_mask else "given",
        "outputs": OUTPUTS if chosen.train else FORWARD,
    },
}
serve(about, step)
