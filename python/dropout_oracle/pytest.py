"""Each case as a test of pytest.

    from dropout_oracle.pytest import conformance

    TestMyLayer = conformance(my_layer, arithmetic="f32")

A test is named by its case, as in `TestMyLayer::test[exact/by-hand]`, so `-k softmax`, `-x`, `--lf` and pytest-xdist
work as usual. What the layer does not support is skipped. If tests fail, the diagnosis comes at the end.
"""

from __future__ import annotations

from collections.abc import Sequence
from os import PathLike
from textwrap import indent
from typing import TYPE_CHECKING, Any

import pytest

from ._check import judge_of
from ._layer import Layer, name_of
from ._oracle import LIMIT

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from ._core import Judge
    from ._layer import Asked, Supports


class KnownFailure(Exception):
    """A failure that is listed."""


class Suite:
    """The tests of one layer."""

    def __init__(self, name: str, judge: Judge, asked: Asked, is_random: bool) -> None:
        self.name = name
        self.has_failed = False
        self._judge, self._asked = judge, asked
        known = judge.known()
        unknown = [id for id in known if not judge.has(id)]
        if unknown:
            raise ValueError(f"{', '.join(unknown)}: listed as a known failure, but does not exist")

        def listed(id: str) -> Any:
            if id not in known:
                return pytest.param(id, id=id)
            reason = f"known failure: {known[id] or 'anything'}"
            xfail = pytest.mark.xfail(raises=KnownFailure, strict=not is_random, reason=reason)
            return pytest.param(id, id=id, marks=xfail)

        self.parameters = [listed(id) for id in judge.ids()]

    def test(self, id: str) -> None:
        """Judges one case; it is asked twice, to notice state that is kept between calls."""
        status, reason, unexpected, text = self._judge.one(self._asked, id)
        self.has_failed |= unexpected is not None
        if status == "pass":
            # If it is listed, it is an unexpected pass of xfail(strict=True).
            return
        shown = f"{id}  {unexpected or status}\n{indent(text, '    ').rstrip()}"
        if unexpected is not None:
            pytest.fail(shown, pytrace=False)
        if status in ("fail", "errored"):
            raise KnownFailure(shown)
        pytest.skip(f"not judged: {reason}" if status == "not judged" else reason or status)

    def diagnosis(self) -> str:
        """The diagnosis of all cases, asked once more, and one failure of each cause."""
        return self._judge.brief(self._asked)


def conformance(
    layer: Layer,
    *,
    arithmetic: str | None = None,
    select: str | Sequence[str] = (),
    profile: str | None = None,
    fixtures: str | PathLike[str] | None = None,
    expect_failures: str | PathLike[str] | None = None,
    limit: float | None = LIMIT,
    **supports: Unpack[Supports],
) -> type:
    """A class of tests, one for each case, which judge a layer as `dropout_oracle.check` does.

    The file `expect_failures` lists known failures, as for the command line; each is an `xfail(strict=True)`, and fails
    if it passes or fails otherwise.
    """
    judge, asked = judge_of(
        layer,
        arithmetic=arithmetic,
        select=select,
        profile=profile,
        fixtures=fixtures,
        expect_failures=expect_failures,
        limit=limit,
        **supports,
    )
    own = supports.get("mask", getattr(layer, "supports", {}).get("mask")) == "own"
    of_layer = Suite(name_of(layer), judge, asked, own)

    class TestConformance:
        suite = of_layer

        @pytest.mark.parametrize("case", of_layer.parameters)
        def test(self, case: str) -> None:
            self.suite.test(case)

    return TestConformance
