from __future__ import annotations

from importlib.metadata import EntryPoint

import pytest

from kernel.extension.discovery import GROUP, Trouble
from kernel.extension.names import RESERVED, is_reserved, is_well_formed
from tests.extension.making import Maker


def reason(maker: Maker, name: str) -> str:
    return str(maker.discover().broken[name].text)


def test_what_is_well_is_found_in_dependency_order(maker: Maker) -> None:
    maker.make("alpha", manifest="requires=('zeta',)")
    maker.make("zeta", manifest="requires=('beta>=1.0',)")
    maker.make("beta")
    found = maker.discover()
    assert list(found.plugins) == ["beta", "zeta", "alpha"]
    assert found.broken == {}
    assert found.dependencies("alpha") == ("beta", "zeta")
    assert found.dependents("beta") == ("zeta", "alpha")
    assert dict(found.depths) == {"beta": 0, "zeta": 1, "alpha": 2}


@pytest.mark.parametrize(
    ("manifest", "hooks", "part"),
    [
        ("version='one'", "", "not a version number"),
        ("kernel='about 1'", "", "not a range"),
        ("requires=('beta; python_version > \"3\"',)", "", "not a plugin's name"),
        ("requires=('beta',)", "", "“beta”, which is missing"),
        ("", "raise RuntimeError('no licence')", "RuntimeError: no licence"),
        ("", "raise SystemExit(3)", "SystemExit: 3"),
        ("", "import nowhere_to_be_found", "nowhere_to_be_found"),
        ("", "del plugin", "no manifest"),
        ("", "@hookimpl\ndef party_pannels(ctx): ...", "“party_pannels”, which does not exist"),
        ("", "@hookimpl\ndef menu(ctx): ...", "argument “ctx”"),
        ("", "@hookimpl(wrapper=True)\ndef menu():\n    return (yield)", "wraps the hook “menu”"),
    ],
)
def test_a_broken_plugin_is_listed_with_its_reason_and_the_rest_runs(
    maker: Maker, manifest: str, hooks: str, part: str
) -> None:
    maker.make("bad", hooks, manifest=manifest)
    maker.make("good", "@hookimpl\ndef menu(): return []")
    found = maker.discover()
    assert list(found.plugins) == ["good"]
    assert found.broken["bad"].trouble is Trouble.BROKEN
    assert part in str(found.broken["bad"].text)


def test_another_kernel_makes_a_plugin_incompatible(maker: Maker) -> None:
    maker.make("old", manifest="kernel='>=0.9,<1'")
    maker.make("needing", manifest="requires=('old',)")
    found = maker.discover()
    assert found.broken["old"].trouble is Trouble.INCOMPATIBLE
    assert "this is 1.2.0" in str(found.broken["old"].text)
    assert "“old”, which cannot be used" in str(found.broken["needing"].text)


def test_a_preview_of_the_kernel_counts_as_it(maker: Maker) -> None:
    maker.make("alpha", manifest="kernel='>=1.0,<2'")
    assert maker.discover().plugins["alpha"].plugin.accepts_kernel("1.3.0b1")


def test_a_circle_is_shown_as_a_path(maker: Maker) -> None:
    maker.make("alpha", manifest="requires=('beta',)")
    maker.make("beta", manifest="requires=('gamma',)")
    maker.make("gamma", manifest="requires=('alpha',)")
    maker.make("delta", manifest="requires=('gamma',)")
    maker.make("free")
    found = maker.discover()
    assert list(found.plugins) == ["free"]
    for name in ("alpha", "beta", "gamma"):
        assert "alpha -> beta -> gamma -> alpha" in str(found.broken[name].text)
    assert "“gamma”, which cannot be used" in str(found.broken["delta"].text)


def test_a_required_version_is_asked_for(maker: Maker) -> None:
    maker.make("alpha", manifest="requires=('beta>=2',)")
    maker.make("beta")
    assert "“beta” >=2; here is 1.0" in reason(maker, "alpha")


def test_what_requires_a_plugin_with_a_bad_hook_falls_with_it(maker: Maker) -> None:
    maker.make("beta", "@hookimpl\ndef nothing_like_it(): ...")
    maker.make("alpha", manifest="requires=('beta',)")
    assert "“beta”, which cannot be used" in reason(maker, "alpha")


@pytest.mark.parametrize(
    "name", ["Sales", "1st", "my_plugin", "kernel", "order", "select", "class", "x" * 31, "api"]
)
def test_names_that_mean_something_else_are_refused(maker: Maker, name: str) -> None:
    maker.make(name)
    assert "name" in reason(maker, name)


@pytest.mark.parametrize("name", ["a", "medical", "carpet2", "x" * 30])
def test_ordinary_names_are_fine(name: str) -> None:
    assert is_well_formed(name)
    assert not is_reserved(name)


def test_reserved_words_hold_the_kernels_own_packages() -> None:
    assert {"kernel", "public", "user", "table", "static", "parties", "lambda"} <= RESERVED


def test_manifest_and_entry_point_must_agree(maker: Maker) -> None:
    maker.make("alpha", says="omega")
    assert "omega" in reason(maker, "alpha")


def test_two_distributions_with_one_name_are_refused(maker: Maker) -> None:
    maker.make("twin")
    maker.make("twin")
    assert "Several distributions" in reason(maker, "twin")


def test_the_same_offer_seen_twice_is_one(maker: Maker) -> None:
    offer = maker.make("alpha")
    maker.offers.append(EntryPoint(offer.name, offer.value, GROUP))
    assert list(maker.discover().plugins) == ["alpha"]


def test_an_entry_point_that_names_no_module(maker: Maker) -> None:
    offer = maker.make("alpha")
    maker.offers[0] = EntryPoint("alpha", f"{offer.value}:plugin", GROUP)
    assert "must name a module" in reason(maker, "alpha")


def test_hooks_of_another_plugin(maker: Maker) -> None:
    maker.make("sales", api="@gather\ndef invoice_issued(ctx, invoice_id):\n    '''An invoice is out.'''")
    maker.make("club", "@hookimpl\ndef invoice_issued(invoice_id): return 1")
    maker.make("stock", "@hookimpl\ndef invoice_issued(amount): return 1")
    found = maker.discover()
    assert found.specifications["invoice_issued"].plugin == "sales"
    assert list(found.plugins) == ["club", "sales"]
    assert "“amount”" in str(found.broken["stock"].text)


def test_a_hook_of_an_absent_plugin_must_be_optional(maker: Maker) -> None:
    maker.make("club", "@hookimpl(optionalhook=True)\ndef invoice_issued(invoice_id): return 1")
    maker.make("stock", "@hookimpl\ndef invoice_issued(invoice_id): return 1")
    found = maker.discover()
    assert list(found.plugins) == ["club"]
    assert "does not exist" in str(found.broken["stock"].text)


def test_a_plugin_cannot_declare_a_hook_of_the_kernel(maker: Maker) -> None:
    maker.make("sales", api="@gather\ndef menu():\n    '''Not mine.'''")
    assert "“menu”, which exists already" in reason(maker, "sales")


def test_an_api_that_cannot_be_imported_breaks_its_plugin_only(maker: Maker) -> None:
    maker.make("sales", api="raise OSError('gone')")
    maker.make("club")
    found = maker.discover()
    assert list(found.plugins) == ["club"]
    assert "gone" in str(found.broken["sales"].text)
