"""A layer of a forward pass alone: its gradients come from PyTorch or JAX."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, overload

from ._layer import Supports
from ._oracle import Problem

if TYPE_CHECKING:
    from typing_extensions import Unpack

_Framework: TypeAlias = Literal["torch", "jax"]


_One: TypeAlias = Callable[[Any], Any]
_Two: TypeAlias = Callable[[Any, Any], Any]


@overload
def from_autograd(
    forward: _One, /, *, framework: _Framework | None = ..., arithmetic: str = ..., **supports: Unpack[Supports]
) -> Autograd: ...


@overload
def from_autograd(
    dropout: _One,
    dense: _Two,
    activate: _Two,
    /,
    *,
    framework: _Framework | None = ...,
    arithmetic: str = ...,
    **supports: Unpack[Supports],
) -> Autograd: ...


def from_autograd(
    *passes: Callable[..., Any],
    framework: _Framework | None = None,
    arithmetic: str = "f32",
    **supports: Unpack[Supports],
) -> Autograd:
    """A layer whose gradients come from `torch.autograd` or `jax.vjp`.

    With one function, `forward(problem)` returns A of the next layer; the arrays of the problem are tensors of the
    framework. The layer has the results A_next, dW, db and dA.

    With three, the forward pass is cut at its joints, and the layer has all eight results, so that a report can name the
    faulty equation: `dropout(problem)` returns Ã, `dense(problem, A_tilde)` returns Z, and `activate(problem, Z)` returns
    A of the next layer.

    `framework` may be left out if only one of the two has been imported. `arithmetic` is that of the layer unless `check`
    is given another. Further keywords say what the layer supports, as for `check`.
    """
    if len(passes) not in (1, 3):
        raise TypeError("from_autograd takes forward, or dropout, dense and activate")
    if framework is None:
        loaded = [name for name in ("torch", "jax") if name in sys.modules]
        if len(loaded) != 1:
            which = "both torch and jax are" if loaded else "neither torch nor jax is"
            raise ValueError(f'{which} imported: say framework="torch" or framework="jax"')
        framework = "torch" if loaded == ["torch"] else "jax"
    if framework not in ("torch", "jax"):
        raise ValueError(f'framework = {framework!r}: known frameworks: "torch", "jax"')
    return Autograd(passes, framework, arithmetic, supports)


class Autograd:
    """A layer whose gradients come from autograd; `from_autograd` makes it."""

    def __init__(
        self, passes: tuple[Callable[..., Any], ...], framework: str, arithmetic: str, supports: Supports
    ) -> None:
        self._passes = passes
        self._framework = importlib.import_module(framework)
        self._of_step = _torch_step if framework == "torch" else _jax_step
        named = getattr(passes[0], "__name__", "<lambda>")
        self.name = named if len(passes) == 1 and named != "<lambda>" else f"{framework} autograd"
        self.version: str = self._framework.__version__
        self.arithmetic = arithmetic
        self.sample: Callable[[Any, int], Any] | None = None
        """Draws a mask, `rows` × len(p), if it is set."""
        whole = [name for name in ("A_next", "dW", "db", "dA") if name != "db" or supports.get("bias", True)]
        self.supports: Supports = {"outputs": whole, **supports} if len(passes) == 1 else supports

    def step(self, problem: Problem, /) -> dict[str, Any]:
        """The results of a step, by name."""
        results = self._of_step(self._framework, self._passes, problem)
        return {name: results[name] for name in self.supports.get("outputs", results)}


def _with(problem: Problem, convert: Callable[[Any], Any]) -> Any:
    """The problem with tensors for arrays."""
    names = ("A", "p", "R", "W", "b", "dA_next")
    return replace(problem, **{name: convert(getattr(problem, name)) for name in names})


def _torch_step(torch: Any, passes: tuple[Callable[..., Any], ...], problem: Problem) -> dict[str, Any]:
    dtype = getattr(torch, problem.dtype)
    x = _with(problem, lambda array: torch.from_numpy(array.copy()).to(dtype))
    for leaf in (x.A, x.W, x.b):
        leaf.requires_grad_()
    if len(passes) == 1:
        A_next = passes[0](x)
        dW, db, dA = torch.autograd.grad(A_next, (x.W, x.b, x.A), x.dA_next, allow_unused=True)
        return {"A_next": A_next, "dW": dW, "db": db, "dA": dA}
    dropout, dense, activate = passes
    # A view is a node of its own, even where a stage returns its input.
    A_tilde = dropout(x).view_as(x.A)
    Z = dense(x, A_tilde).view_as(x.dA_next)
    A_next = activate(x, Z)
    wanted = (Z, x.W, x.b, A_tilde, x.A)
    dZ, dW, db, dA_tilde, dA = torch.autograd.grad(A_next, wanted, x.dA_next, allow_unused=True)
    forward = {"A_tilde": A_tilde, "Z": Z, "A_next": A_next}
    return {**forward, "dZ": dZ, "dW": dW, "db": db, "dA_tilde": dA_tilde, "dA": dA}


def _jax_step(jax: Any, passes: tuple[Callable[..., Any], ...], problem: Problem) -> dict[str, Any]:
    if problem.dtype == "float64" and not jax.config.jax_enable_x64:
        raise ValueError('JAX has no float64 here: jax.config.update("jax_enable_x64", True)')
    dtype = jax.numpy.dtype(problem.dtype)
    x = _with(problem, lambda array: jax.numpy.asarray(array, dtype))
    if len(passes) == 1:

        def whole(A: Any, W: Any, b: Any) -> Any:
            return passes[0](replace(x, A=A, W=W, b=b))

        A_next, of_whole = jax.vjp(whole, x.A, x.W, x.b)
        dA, dW, db = of_whole(x.dA_next)
        return {"A_next": A_next, "dW": dW, "db": db, "dA": dA}
    dropout, dense, activate = passes

    def to_A_tilde(A: Any) -> Any:
        return dropout(replace(x, A=A))

    def to_Z(A_tilde: Any, W: Any, b: Any) -> Any:
        return dense(replace(x, W=W, b=b), A_tilde)

    def to_A_next(Z: Any) -> Any:
        return activate(x, Z)

    A_tilde, of_dropout = jax.vjp(to_A_tilde, x.A)
    Z, of_dense = jax.vjp(to_Z, A_tilde, x.W, x.b)
    A_next, of_activation = jax.vjp(to_A_next, Z)
    (dZ,) = of_activation(x.dA_next)
    dA_tilde, dW, db = of_dense(dZ)
    (dA,) = of_dropout(dA_tilde)
    forward = {"A_tilde": A_tilde, "Z": Z, "A_next": A_next}
    return {**forward, "dZ": dZ, "dW": dW, "db": db, "dA_tilde": dA_tilde, "dA": dA}
