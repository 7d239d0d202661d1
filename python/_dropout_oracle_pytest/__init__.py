"""The plugin that pytest loads: it ends a run with failures in their diagnosis.

It stands beside the package and imports it nowhere, so a run without such tests does not load the package either.
"""

from __future__ import annotations

from typing import Any

import pytest

_KEY = "dropout_oracle"
_DIAGNOSES = pytest.StashKey[dict[str, str]]()


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """Asks for the diagnosis of each suite of which a test has failed, unless it is the only one that was run."""
    if exitstatus == pytest.ExitCode.INTERRUPTED:
        return
    suites: dict[str, tuple[Any, int]] = {}
    for item in session.items:
        suite = getattr(getattr(item, "cls", None), "suite", None)
        if type(suite).__module__ == "dropout_oracle.pytest" and item.parent is not None:
            name = item.nodeid.rsplit("::", 1)[0]
            suites[name] = (suite, suites.get(name, (suite, 0))[1] + 1)
    found = {name: suite.diagnosis() for name, (suite, count) in suites.items() if suite.has_failed and count > 1}
    output = getattr(session.config, "workeroutput", None)
    if output is not None:
        output[_KEY] = found
    else:
        _kept(session.config).update(found)


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """With pytest-xdist, each worker has asked for itself; the suites are the same."""
    output: dict[str, Any] = getattr(node, "workeroutput", {})
    found: dict[str, str] = output.get(_KEY, {})
    _kept(node.config).update(found)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Prints the diagnoses."""
    for name, text in _kept(config).items():
        terminalreporter.section(f"diagnosis of {name}")
        terminalreporter.write_line(text.rstrip())


def _kept(config: pytest.Config) -> dict[str, str]:
    """The diagnoses of a run, by suite."""
    return config.stash.setdefault(_DIAGNOSES, {})
