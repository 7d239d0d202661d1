"""The oracle's functions, each against what the command line prints."""

import json

import numpy as np
import pytest

import dropout_oracle as oracle

ACTIVATIONS = [
    {"name": "relu"},
    {"name": "leaky_relu", "slope": 0.3},
    {"name": "softmax"},
    {"name": "per_unit", "units": [{"name": "tanh"}, {"name": "elu", "alpha": 1.5}]},
]


def as_json(problem: oracle.Problem) -> dict:
    names = ("A", "p", "R", "W", "b", "dA_next")
    inputs = {name: getattr(problem, name).tolist() for name in names}
    return {"format": "dropout-oracle/1", "activation": problem.activation, "inputs": inputs}


@pytest.mark.parametrize("activation", ACTIVATIONS, ids=lambda activation: activation["name"])
def test_expected_and_tolerance_are_those_of_eval(command_line, activation):
    drawn = oracle.problem((3, 4, 2), dtype="f32", seed=5)
    problem = oracle.Problem(*drawn.inputs, activation)
    case = command_line.evaluated(as_json(problem))
    results = oracle.expected(*problem)
    assert {name: array.tolist() for name, array in results._asdict().items()} == case["expected"]
    for arithmetic in ("f64", "f32"):
        bounds = oracle.tolerance(*problem, arithmetic=arithmetic)
        assert {name: array.tolist() for name, array in bounds._asdict().items()} == case["tolerance"][arithmetic]


def test_what_is_promised_nowhere_is_nan():
    beyond_f32 = oracle.tolerance([[1e300]], 1, [[1]], [[1.0]], [0.0], [[1.0]], "relu", arithmetic="f32")
    assert np.isnan(beyond_f32.Z[0, 0])


def test_a_problem_is_that_of_the_command(command_line, tmp_path):
    file = tmp_path / "problem.json"
    options = ["--shape", "5x7x3", "--activation", "gelu", "--dtype", "bf16", "--seed", "9"]
    command_line.run("problem", *options, "--out", str(file))
    case = json.loads(file.read_text())
    drawn = oracle.problem("5x7x3", activation="gelu", dtype="bf16", seed=9)
    assert drawn.id == case["id"] == "shape/gelu-5x7x3"
    assert as_json(drawn) == {key: case[key] for key in ("format", "activation", "inputs")}


def test_a_mask_is_that_of_the_command(command_line):
    key = bytes(range(32))
    options = ["--p", "0.5,0.9,1", "--rows", "6", "--key", key.hex(), "--stream", "7"]
    sampled = json.loads(command_line.run("sample", *options))
    for same in (key, key.hex()):
        assert oracle.mask([0.5, 0.9, 1], 6, key=same, stream=7).tolist() == sampled["R"]


def test_one_p_stands_for_all_units():
    drawn = oracle.problem((3, 4, 2))
    all_units = oracle.expected(drawn.A, [0.25] * 4, drawn.R, drawn.W, drawn.b, drawn.dA_next, "tanh")
    one = oracle.expected(drawn.A, 0.25, drawn.R, drawn.W, drawn.b, drawn.dA_next, "tanh")
    assert all(np.array_equal(x, y) for x, y in zip(one, all_units))


def test_all_faults_are_listed_with_their_paths():
    with pytest.raises(ValueError) as error:
        oracle.expected([[1.0, np.nan]], [0, 1], [[1, 0.5]], [[3.0], [4.0]], [0.5, 1], [[np.inf]], "leaky_relu")
    assert [line.split(":")[0] for line in str(error.value).splitlines()] == [
        "activation.slope is missing",
        "A[0][1] = NaN",
        "p[0] = 0",
        "R[0][1] = 0.5",
        "dA_next[0][0] = inf",
        "b has 2 entries",
    ]


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: oracle.mask([0.5, 0], 2), "p[1] = 0: must lie in (0, 1]"),
        (lambda: oracle.mask([0.5], 0), "rows = 0: must lie between 1 and "),
        (lambda: oracle.mask([], 2), "p has no entries"),
        (lambda: oracle.mask([0.5], -1), "rows = -1: must be a whole number"),
        (lambda: oracle.mask([0.5], 1, key="00"), "key has 1 bytes: must have 32"),
        (lambda: oracle.mask([0.5], 1, key="zz"), "key: non-hexadecimal"),
        (lambda: oracle.mask([0.5], 1, stream=1 << 64), "stream = 18446744073709551616: must be a whole number"),
        (lambda: oracle.problem((0, 1, 2)), "shape = (0, 1, 2): expected (m, n, n_next)"),
        (lambda: oracle.problem("3x4"), "shape = '3x4': expected (m, n, n_next)"),
        (lambda: oracle.problem((1 << 20, 1 << 20, 1)), "a matrix of 1099511627776 numbers"),
        (lambda: oracle.problem((1, 1, 1), activation="rule"), 'activation = "rule": known activations: identity, '),
        (lambda: oracle.problem((1, 1, 1), dtype="f8"), 'dtype = "f8": known formats: f64, f32, f16, bf16'),
        (lambda: oracle.problem((1, 1, 1), seed=-1), "seed = -1: must be"),
        (lambda: oracle.expected([], 1, [], [], [], [], "relu"), "A has the shape (0,): must be a matrix"),
        (lambda: oracle.expected([[]], 1, [[]], [[]], [], [[]], "relu"), "A[0] has no entries"),
        (lambda: oracle.expected([[1]], 1, [[1]], [[1]], [0], [[1]], {"nam": "relu"}), "activation.name is missing"),
        (lambda: oracle.expected([[1]], 1, [[1]], [[1]], [0], [[1]], {"name": object()}), "activation = {"),
        (
            lambda: oracle.tolerance([[1]], 1, [[1]], [[1]], [0], [[1]], "relu", arithmetic="tf32"),
            'arithmetic = "tf32": known arithmetics: f64, f32, f16, bf16, bf16/f32, ',
        ),
        (lambda: oracle.expected([[1e308]], 0.1, [[1]], [[1]], [0], [[1]], "relu"), "A_tilde[0][0]"),
        (lambda: oracle.expected([[1.0]], 1, [[1]], [[1]], [0], [[1]], "softmax", limit=0.0), "seconds"),
    ],
)
def test_bad_input_is_a_value_error(call, says):
    with pytest.raises(ValueError) as error:
        call()
    assert says in str(error.value)
