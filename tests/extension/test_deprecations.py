"""What will leave: implementing or importing it warns, and the plugin's page says it."""

from __future__ import annotations

import importlib
import sys
import warnings
from pathlib import Path

import pytest

import kernel.api
from kernel.extension.deprecations import Deprecated, PeyvandDeprecationWarning
from kernel.extension.discovery import Discovery
from tests.extension.making import Maker

API = """
from kernel.extension.deprecations import Deprecated

LEAVING = Deprecated(since="1.1", leaves="1.3", instead="the hook greeting")


@gather(deprecated=LEAVING)
def old_greeting(ctx): "Leaves."


@gather(deprecated_arguments={"language": Deprecated(since="1.2", leaves="1.4", instead="ctx.locale")})
def greeting(ctx, language): "Stays, without the language."
"""


@pytest.fixture
def maker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Maker:
    made = Maker(tmp_path, monkeypatch)
    made.make("host", api=API)
    return made


def discovered(maker: Maker) -> tuple[Discovery, list[str]]:
    """Discover what was made, and give the warnings that came of it."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        found = maker.discover()
    assert found.broken == {}
    return found, [str(one.message) for one in caught if isinstance(one.message, PeyvandDeprecationWarning)]


def test_implementing_a_deprecated_hook_warns_and_is_told(maker: Maker) -> None:
    maker.make("guest", "@hookimpl\ndef old_greeting(ctx): return 'x'", manifest="requires=('host',)")
    found, warned = discovered(maker)
    assert warned == [
        "the hook old_greeting is deprecated since 1.1 and leaves with 1.3: use the hook greeting"
    ]
    assert list(found.deprecations) == ["guest"]
    [told] = found.deprecations["guest"]
    assert "old_greeting" in str(told)
    assert "1.3" in str(told)


def test_taking_a_deprecated_argument_warns_and_leaving_it_out_does_not(maker: Maker) -> None:
    maker.make("taking", "@hookimpl\ndef greeting(ctx, language): return 'x'", manifest="requires=('host',)")
    maker.make("sound", "@hookimpl\ndef greeting(ctx): return 'x'", manifest="requires=('host',)")
    found, warned = discovered(maker)
    assert len(warned) == 1
    assert "the argument language of the hook greeting" in warned[0]
    assert list(found.deprecations) == ["taking"]
    assert "ctx.locale" in str(found.deprecations["taking"][0])


def test_a_deprecated_name_of_the_api_still_works_warns_and_is_told(
    maker: Maker, monkeypatch: pytest.MonkeyPatch
) -> None:
    leaving = Deprecated(since="1.1", leaves="1.3", instead="kernel.api.clean")
    monkeypatch.setitem(kernel.api.DEPRECATED, "tidy", (kernel.api.clean, leaving))
    maker.make("guest", "from kernel.api import tidy\nassert tidy('a') == 'a'")
    found, warned = discovered(maker)
    assert len(warned) == 1
    assert warned[0].startswith("kernel.api.tidy is deprecated since 1.1 and leaves with 1.3")
    assert "kernel.api.tidy" in str(found.deprecations["guest"][0])


def test_a_name_that_was_never_there_is_an_error_as_ever() -> None:
    with pytest.raises(ImportError, match="nowhere"):
        exec("from kernel.api import nowhere", {})
    assert not hasattr(importlib.import_module("kernel.api"), "nowhere")
    assert "kernel.api" in sys.modules


def test_the_kernels_own_deprecations_name_what_stands_in_their_place() -> None:
    for name, (_value, deprecated) in kernel.api.DEPRECATED.items():
        assert name not in kernel.api.__all__
        assert deprecated.instead
