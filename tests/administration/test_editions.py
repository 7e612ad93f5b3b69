"""An edition whose plugins are not here, cannot be used or do not get along is refused by name."""

from __future__ import annotations

import pytest

from kernel.administration.editions import Edition, EditionError, check_plugins
from tests.extension.making import Maker


def edition(*plugins: str) -> Edition:
    return Edition("bakery", {"en": "Bakery"}, plugins, {}, ())


@pytest.fixture
def found(tmp_path, monkeypatch):
    maker = Maker(tmp_path, monkeypatch)
    maker.make("oven")
    maker.make("shop", manifest="conflicts=('oven',)")
    maker.make("wrong", "raise RuntimeError('no flour')")
    return maker.discover()


@pytest.mark.parametrize(
    ("plugins", "named"),
    [(("oven", "mill"), "mill"), (("oven", "shop"), "“shop” and “oven”"), (("wrong",), "wrong")],
)
def test_it_is_refused_by_name(found, plugins, named) -> None:
    with pytest.raises(EditionError, match=named):
        check_plugins(edition(*plugins), found)


def test_plugins_that_get_along_are_welcome(found) -> None:
    check_plugins(edition("oven"), found)
