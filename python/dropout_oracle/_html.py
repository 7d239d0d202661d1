"""The report for a notebook: the diagnosis, the first failures, and where the wrong elements of a result lie."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ._report import Report, Wrong

_SHOWN = 10
_LARGEST = 64
_CELL = 6


def page(report: Report) -> str:
    """The report as HTML."""
    colour = "#2e7d32" if report.passed else "#c62828"
    first = report.text.splitlines()[0]
    heading = f'<b style="color:{colour}">{"good" if report.passed else "not good"}</b> {escape(first)}'
    diagnosis = "".join(f"<li>{escape(line)}</li>" for line in report.diagnosis)
    failures = report.failures
    rows = "".join(
        f"<tr><td><code>{escape(case.id)}</code></td><td>{escape(case.status)}</td>"
        f'<td style="text-align:left">{escape((case.summary or "").splitlines()[-1] if case.summary else "")}</td></tr>'
        for case in failures[:_SHOWN]
    )
    more = f"<p>and {len(failures) - _SHOWN} more</p>" if len(failures) > _SHOWN else ""
    pictured = next((case for case in failures if case.wrong), None)
    maps = "" if pictured is None else "".join(_map(pictured.id, wrong) for wrong in pictured.wrong.values())
    return (
        f"<div><p>{heading}</p><ul>{diagnosis}</ul><table>{rows}</table>{more}<p>{maps}</p>"
        f"<details><summary>the whole report</summary><pre>{escape(report.text)}</pre></details></div>"
    )


def _map(id: str, wrong: Wrong) -> str:
    """A picture of a result: an element a square, the wrong ones red. Of a large one, a square stands for several."""
    rows, cols = wrong.where.shape
    down, across = -(-rows // _LARGEST), -(-cols // _LARGEST)
    squares: list[str] = []
    for i in range(0, rows, down):
        for j in range(0, cols, across):
            block = wrong.where[i : i + down, j : j + across]
            x, y = j // across * _CELL, i // down * _CELL
            fill = "#c62828" if block.any() else "#e0e0e0"
            squares.append(f'<rect x="{x}" y="{y}" width="{_CELL - 1}" height="{_CELL - 1}" fill="{fill}"/>')
    width, height = -(-cols // across) * _CELL, -(-rows // down) * _CELL
    title = f"{wrong.name} of {id}: {int(wrong.where.sum())} of {wrong.where.size} elements are wrong"
    svg = f'<svg width="{width}" height="{height}" role="img"><title>{escape(title)}</title>{"".join(squares)}</svg>'
    caption = f"{escape(wrong.name)}, {rows} × {cols}"
    return f'<span style="display:inline-block;margin-right:1em"><small>{caption}</small><br>{svg}</span>'
