"""Every hook of a plugin made to fail, one after the other."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import wraps
from typing import Any

import pytest
from sqlalchemy import Connection, text

from kernel.extension.markers import Rule
from kernel.extension.specifications import implementations
from kernel.testing.browser import Browser
from kernel.testing.conformance.examined import Examined


class MadeToFail(RuntimeError):
    """What the hook raises."""


def failing(
    examined: Examined,
    browser: Browser,
    owner: Callable[[], Connection],
    pages: Sequence[str],
    turns: int = 1,
) -> Iterator[str]:
    """Let each hook that is asked on pages raise, or every so many-th of them; look at the pages, and whether the failure
    is recorded.

    Whichever declaration fails, the plugin is broken as a whole: the pages are looked at with the first of them.
    """
    plugin_page = f"/administration/plugins/{examined.name}"
    rules = {one.name: one.rule for one in examined.discovery.specifications}
    asked = [
        each
        for each in implementations(examined.found)
        if rules.get(each[0]) in (Rule.ONCE, Rule.GATHER, Rule.FIRST)
    ]
    declared = 0
    for hook, function, _options in asked[len(examined.name) % turns :: turns]:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(examined.found.module, function.__name__, _broken(function))
            _begin_anew(owner, examined.name)
            declared += rules[hook] is Rule.ONCE
            for path in (*(() if rules[hook] is Rule.ONCE and declared > 1 else pages), plugin_page):
                answer = browser.get(path, follow_redirects=True)
                if answer.status_code != 200:
                    yield f"{hook} fails: GET {path} answers {answer.status_code}"
            told = MadeToFail.__name__ in answer.text
        recorded = _begin_anew(owner, examined.name)
        if rules[hook] is Rule.ONCE and hook not in recorded:
            yield f"{hook} fails, and no failure is recorded"
        if recorded and not told:
            yield f"{hook} fails, and the plugin's page does not say so"
        if recorded - {hook}:
            yield f"{hook} fails, and with it {', '.join(sorted(recorded - {hook}))}"


def _broken(function: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(function)
    def raising(*_arguments: Any, **_named: Any) -> Any:
        raise MadeToFail(function.__name__)

    return raising


def _begin_anew(owner: Callable[[], Connection], plugin: str) -> set[str]:
    """Let the site be built again, without failures; gives the hooks whose failures stood there."""
    with owner() as connection, connection.begin():
        question = text("SELECT hook FROM kernel.plugin_failure WHERE plugin = :plugin")
        hooks = set(connection.execute(question, {"plugin": plugin}).scalars())
        connection.execute(text("DELETE FROM kernel.plugin_failure"))
        connection.execute(text("UPDATE kernel.plugin SET state = 'enabled', reason = NULL"))
        connection.execute(text("SELECT kernel.raise_epoch()"))
    return hooks
