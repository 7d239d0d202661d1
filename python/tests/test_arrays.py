"""What holds numbers: arrays and tensors of every framework, of every layout."""

import numpy as np
import pytest

import dropout_oracle as oracle
from dropout_oracle._arrays import doubles

DRAWN = oracle.problem((3, 4, 2), activation="tanh", dtype="bf16")
RIGHT = oracle.expected(*DRAWN)


def same(convert) -> None:
    inputs = [convert(array) for array in DRAWN.inputs]
    results = oracle.expected(*inputs, "tanh")
    assert all(np.array_equal(x, y) for x, y in zip(results, RIGHT))


def test_doubles_are_not_copied():
    array = np.ones((2, 3))
    assert doubles("A", array, 2) is array
    assert np.shares_memory(doubles("A", array.T, 2), array)


@pytest.mark.parametrize("dtype", [np.float64, np.float32, ">f8", np.longdouble])
def test_numpy(dtype):
    same(lambda array: array.astype(dtype))


def test_lists():
    same(np.ndarray.tolist)


def test_read_only_arrays():
    def frozen(array):
        array = array.copy()
        array.flags.writeable = False
        return array

    same(frozen)


def test_arrays_that_are_not_contiguous():
    same(np.asfortranarray)
    same(lambda array: np.repeat(array, 3, axis=0)[::3])
    same(lambda array: np.flip(np.flip(array).copy()))
    same(lambda array: array.copy().T.copy().T)


def test_masks_of_integers_and_booleans():
    for dtype in (bool, np.uint8, np.int64):
        results = oracle.expected(DRAWN.A, DRAWN.p, DRAWN.R.astype(dtype), DRAWN.W, DRAWN.b, DRAWN.dA_next, "tanh")
        assert np.array_equal(results.dA, RIGHT.dA)


def test_bf16_of_ml_dtypes():
    ml_dtypes = pytest.importorskip("ml_dtypes")
    same(lambda array: array.astype(ml_dtypes.bfloat16))


def test_torch():
    torch = pytest.importorskip("torch")
    same(torch.from_numpy)
    same(lambda array: torch.tensor(array, dtype=torch.float64, requires_grad=True))
    same(lambda array: torch.tensor(array, dtype=torch.bfloat16))
    same(lambda array: torch.tensor(np.stack([array] * 2, axis=-1), dtype=torch.float32)[..., 0])
    tensor = torch.ones(2, 3, dtype=torch.float64)
    doubles("A", tensor, 2)[0, 0] = 5
    assert tensor[0, 0] == 5, "not copied"


def test_jax():
    jnp = pytest.importorskip("jax.numpy")
    same(lambda array: jnp.asarray(array, jnp.float32))
    same(lambda array: jnp.asarray(array, jnp.bfloat16))


def test_tensorflow():
    tf = pytest.importorskip("tensorflow")
    same(tf.constant)
    same(lambda array: tf.cast(array, tf.bfloat16))


def test_dlpack_alone():
    class Tensor:
        def __init__(self, array):
            self.array = array

        def __dlpack__(self, **options):
            return self.array.__dlpack__(**options)

        def __dlpack_device__(self):
            return self.array.__dlpack_device__()

    same(lambda array: Tensor(array.copy()))


@pytest.mark.parametrize(
    ("value", "says"),
    [
        ([[1 + 2j]], "A has the dtype complex128: must be real numbers"),
        ([["a"]], "A has the dtype <U1: must be real numbers"),
        ([[object()]], "A has the dtype object: must be real numbers"),
        (np.zeros((1, 1), dtype=[("x", float)]), "must be real numbers"),
        (np.zeros((1, 1), dtype="V8"), "A has the dtype |V8"),
        ([[1.0], [2.0, 3.0]], "A cannot be read as an array: "),
        ([1.0], "A has the shape (1,): must be a matrix"),
        (1.0, "A has the shape (): must be a matrix"),
        ([[[1.0]]], "A has the shape (1, 1, 1): must be a matrix"),
        (None, "A has the dtype object: must be real numbers"),
    ],
)
def test_what_is_no_matrix(value, says):
    with pytest.raises(ValueError) as error:
        oracle.expected(value, 1, [[1]], [[1.0]], [0.0], [[1.0]], "relu")
    assert says in str(error.value)
