"""What came out of a run: for people, for programs, and case by case."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from . import _core
from ._arrays import Array


class Wrong(NamedTuple):
    """A wrong result beside the right one."""

    name: str
    """The name of the result."""
    got: Array
    """The layer's."""
    right: Array
    """The right one."""
    ratio: Array
    """error/tolerance: above 1 where an element is wrong, infinite where it must be exact, NaN where nothing is promised."""
    text: str
    """The three beside each other."""

    @property
    def where(self) -> NDArray[np.bool_]:
        """Which elements are wrong."""
        return self.ratio > 1

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True)
class Case:
    """The verdict on a case, or on a check of the whole run."""

    id: str
    """Its id."""
    status: str
    """pass, fail, not judged, skipped or errored."""
    summary: str | None
    """What is wrong, or why it was not judged, in a line."""
    text: str
    """All that the report has on it."""
    _judged: _core.Judged = field(repr=False, compare=False)

    @cached_property
    def wrong(self) -> Mapping[str, Wrong]:
        """The wrong results by name, in the order of the equations."""
        texts = self._judged.beside(self.id)
        wrong = zip(self._judged.wrong(self.id), texts)
        return {found[0]: Wrong(*found, text=text) for found, text in wrong}

    def __str__(self) -> str:
        return self.text


class Report:
    """The report of a run; `print` shows what the command line shows."""

    def __init__(self, judged: _core.Judged) -> None:
        self._judged = judged
        self.data: Mapping[str, Any] = json.loads(judged.json)
        """The report as programs read it; its schema is check-report.schema.json."""

    @property
    def passed(self) -> bool:
        """Whether everything is as expected, and something was judged."""
        return self._judged.good

    @cached_property
    def cases(self) -> tuple[Case, ...]:
        """The verdicts on all cases, then on the whole run."""
        return tuple(
            Case(
                id=case["id"],
                status=case["status"],
                summary=case.get("summary"),
                text=(self._judged.details(case["id"]) or "").rstrip(),
                _judged=self._judged,
            )
            for case in self.data["cases"]
        )

    @property
    def failures(self) -> tuple[Case, ...]:
        """The cases that are not as expected, the smallest first."""
        unexpected = {found["id"] for found in self.data["unexpected"]}
        sizes = {case["id"]: sum(r["elements"] for r in case["results"]) for case in self.data["cases"]}
        found = [case for case in self.cases if case.id in unexpected]
        return tuple(sorted(found, key=lambda case: sizes[case.id]))

    @property
    def diagnosis(self) -> tuple[str, ...]:
        """What the failures have in common, line by line."""
        mark = "diagnosis: "
        return tuple(line.removeprefix(mark) for line in self.text.splitlines() if line.startswith(mark))

    @property
    def defects(self) -> tuple[str, ...]:
        """The known defects that the failures are due to, best first."""
        return tuple(candidates[0]["defect"] for candidates in self.data["diagnosis"]["defects"])

    @property
    def text(self) -> str:
        """The report for people."""
        return self._judged.text

    @property
    def json(self) -> str:
        """The report for programs."""
        return self._judged.json

    @property
    def junit(self) -> str:
        """The report as JUnit XML."""
        return self._judged.junit

    @property
    def expectations(self) -> str:
        """The file of known failures, rewritten from this run."""
        return self._judged.fixed

    def __str__(self) -> str:
        return self.text.rstrip("\n")

    def __repr__(self) -> str:
        totals = self.data["totals"]
        counts = ", ".join(f"{totals[key]} {key}" for key in ("pass", "fail", "errored"))
        return f"<Report of {self.data['subject']['name']}: {'good' if self.passed else 'not good'}, {counts}>"

    def _repr_html_(self) -> str:
        from ._html import page

        return page(self)
