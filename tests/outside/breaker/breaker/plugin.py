"""Fails in every hook that is asked on a running site; while `CALM`, it does nothing, so that it can be installed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import kernel.hooks
from kernel.api import Plugin, hookimpl
from kernel.extension.markers import RULE_ATTRIBUTE

plugin = Plugin(name="breaker", title="Breaker", version="1.0.0")

CALM = True
"""Whether it holds still; tests set it to False."""


class Broken(RuntimeError):
    """What it raises."""


def _failing(name: str) -> Callable[..., Any]:
    def implementation() -> Any:
        if not CALM:
            raise Broken(name)

    implementation.__name__ = name
    return hookimpl(implementation)


HOOKS = tuple(name for name, value in vars(kernel.hooks).items() if hasattr(value, RULE_ATTRIBUTE))
"""Every hook of the kernel."""

globals().update({name: _failing(name) for name in HOOKS})
