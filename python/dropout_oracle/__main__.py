"""Judges a layer in a Python file, with the options of `dropout-oracle check`.

    python3 -m dropout_oracle my_layer.py --arithmetic f32
    python3 -m dropout_oracle my_layer.py:MyLayer --select 'exact/*'
"""

from __future__ import annotations

import argparse
import os
import runpy
import sys
from pathlib import Path
from typing import Any

from . import check


def main(arguments: list[str] | None = None) -> int:
    """The exit status: 0 if everything is as expected, 1 if not, 2 for wrong usage or bad input."""
    raw = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser("python3 -m dropout_oracle", description=__doc__, formatter_class=raw)
    add = parser.add_argument
    add("layer", metavar="FILE[:NAME]", help="a Python file, and the name of the layer in it [default: layer]")
    add("--arithmetic", help="such as f32 or bf16/f32 [default: the layer's own, or f64]")
    add("--select", metavar="GLOB", action="append", default=[], help="use only cases whose id matches; repeatable")
    add("--profile", choices=["core", "smoke", "large"], help="built-in cases to use [default: core]")
    add("--fixtures", metavar="DIR", help="read cases from a folder")
    add("--shape", metavar="MxNxO", action="append", help="draw problems of this shape; repeatable")
    add("--activation", metavar="NAME", action="append", help="activation of these problems; repeatable")
    add("--seed", metavar="N", type=int, help="seed of these problems")
    add("--expect-failures", metavar="FILE", type=Path, help="known failures, which do not fail the run")
    add("--fix-expectations", action="store_true", help="rewrite the file of known failures")
    add("--list-failures", action="store_true", help="list every failure in a line")
    report_help = "also write the report, FILE.json or FILE.xml; repeatable"
    add("--report", metavar="FILE", type=Path, action="append", default=[], help=report_help)
    options = parser.parse_args(arguments)
    file, _, name = options.layer.partition(":")
    known: Path | None = options.expect_failures
    fix: bool = options.fix_expectations
    if fix and known is None:
        parser.error("--fix-expectations requires --expect-failures")
    if fix and known is not None and not known.exists():
        known.write_text("", encoding="utf-8")
    try:
        layer = _layer(file, name or "layer")
        report = check(
            layer,
            arithmetic=options.arithmetic,
            select=options.select,
            profile=options.profile,
            fixtures=options.fixtures,
            shape=options.shape,
            activation=options.activation,
            seed=options.seed,
            expect_failures=known,
            list_failures=options.list_failures,
        )
    except (ValueError, TypeError, OSError) as error:
        print(error, file=sys.stderr)
        return 2
    # What is known is shown before a file can fail.
    print(report)
    try:
        for path in options.report:
            _put(path, report.junit if path.suffix == ".xml" else report.json)
        if fix and known is not None:
            _put(known, report.expectations)
            return 0
    except OSError as error:
        print(error, file=sys.stderr)
        return 2
    return 0 if report.passed else 1


def _put(path: Path, text: str) -> None:
    """Writes a file whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f".dropout-oracle-{path.name}-{os.getpid()}.unfinished")
    try:
        unfinished.write_text(text, encoding="utf-8")
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)


def _layer(file: str, name: str) -> Any:
    sys.path.insert(0, str(Path(file).resolve().parent))
    names = runpy.run_path(file)
    if name not in names:
        raise ValueError(f"{file} has no {name}")
    return names[name]


if __name__ == "__main__":
    sys.exit(main())
