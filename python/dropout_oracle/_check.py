"""The judge as a function."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Sequence
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from . import _core
from ._layer import Asked, Layer, about, arithmetic_of, name_of
from ._oracle import LIMIT, Problem, Shape, as_json, shapes, six
from ._report import Report

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from ._layer import Supports


def check(
    layer: Layer,
    *,
    arithmetic: str | None = None,
    select: str | Sequence[str] = (),
    profile: str | None = None,
    fixtures: str | PathLike[str] | None = None,
    shape: Shape | Sequence[Shape] | None = None,
    activation: str | Sequence[str] | None = None,
    seed: int | None = None,
    problem: Problem | None = None,
    expect_failures: str | PathLike[str] | None = None,
    list_failures: bool = False,
    limit: float | None = LIMIT,
    **supports: Unpack[Supports],
) -> Report:
    """Judges a layer on the built-in cases, with the verdicts and the text of `dropout-oracle check`.

    >>> import numpy as np
    >>> def layer(x):
    ...     A_tilde = x.R * x.A / x.p
    ...     return {"A_tilde": A_tilde, "Z": A_tilde @ x.W + x.b}
    >>> report = check(layer, outputs=["A_tilde", "Z"])
    >>> report.passed
    True

    `layer` is a function of a `Problem`, or an object with a method `step(problem)`. It returns results by name, as a
    dictionary of arrays of any framework. What it raises is the error of that case, with its traceback; `Skip` says that
    it does not support the case.

    `arithmetic` is the format that it stores numbers in, or that and the one of its sums: "f64", "f32", "bf16/f32".
    Keywords say what it supports if that is not everything: `activations`, `per_unit_p`, `bias`, `mask`, `outputs`,
    `sample` and `deterministic`, as in `Supports`.

    Which cases it is asked: those that match `select`, such as "exact/*"; those of a `profile`, "core", "smoke" or
    "large", or of a folder of `fixtures`; problems of one `shape` or several, with each `activation`, drawn
    from a `seed`; or one `problem`.

    `expect_failures` is a file of known failures, which do not fail the run.
    """
    judge, asked = judge_of(
        layer,
        arithmetic=arithmetic,
        select=select,
        profile=profile,
        fixtures=fixtures,
        shape=shape,
        activation=activation,
        seed=seed,
        problem=problem,
        expect_failures=expect_failures,
        limit=limit,
        **supports,
    )
    return Report(judge.run(asked, list_failures))


def judge_of(
    layer: Layer,
    *,
    arithmetic: str | None,
    select: str | Sequence[str],
    profile: str | None = None,
    fixtures: str | PathLike[str] | None = None,
    shape: Shape | Sequence[Shape] | None = None,
    activation: str | Sequence[str] | None = None,
    seed: int | None = None,
    problem: Problem | None = None,
    expect_failures: str | PathLike[str] | None,
    limit: float | None,
    **supports: Unpack[Supports],
) -> tuple[_core.Judge, Asked]:
    """The cases for a layer, and the layer as it is asked."""
    sources = {"profile": profile, "fixtures": fixtures, "shape": shape, "problem": problem}
    given = [name for name, source in sources.items() if source is not None]
    if len(given) > 1:
        raise ValueError(f"{' and '.join(given)} exclude each other: give one of them")
    for name, value in (("activation", activation), ("seed", seed)):
        if value is not None and shape is None:
            raise ValueError(f"{name} is for problems that are drawn: give a shape, too")
    judged_in = arithmetic_of(layer, arithmetic)
    asked = Asked(layer, judged_in)
    described = about(layer, judged_in, supports)
    patterns = [select] if isinstance(select, str) else list(select)
    if shape is not None:
        names = ["softmax"] if activation is None else [activation] if isinstance(activation, str) else list(activation)
        plan = _core.Plan.of_shapes(described, patterns, shapes(shape), names, seed or 0)
    elif problem is not None:
        plan = _core.Plan.of_problem(described, six(*problem.inputs), as_json(problem.activation), problem.id)
    elif fixtures is not None:
        plan = _core.Plan.of_fixtures(described, patterns, fixtures)
    else:
        plan = _core.Plan.of_profile(described, patterns, profile or "core")
    known = "" if expect_failures is None else Path(expect_failures).read_text(encoding="utf-8")
    options: dict[str, Any] = {"arithmetic": judged_in, **supports}
    options |= {name: sources[name] for name in given if name != "problem"}
    options |= {name: value for name, value in (("activation", activation), ("seed", seed)) if value is not None}
    whole = f"check({name_of(layer)}, {', '.join(f'{name}={_shown(value)}' for name, value in options.items())}"
    if problem is not None:
        whole += ", problem=…"
    judge = _core.Judge(plan.within(limit), known, (f"{whole})", f'{whole}, select="', '")'))
    return judge, asked


def _shown(value: Any) -> str:
    """A value as Python writes it, strings in double quotes, and several as a list."""
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, Collection):
        return f"[{', '.join(map(_shown, cast(Iterable[Any], value)))}]"
    return repr(value)
