"""Descriptions of sites: written whole, read back the same, secrets apart."""

from __future__ import annotations

import stat
from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.data.config import Config
from kernel.data.errors import SiteError
from kernel.data.site import Secrets, normalise_host
from kernel.data.site_store import SiteStore, write_description, write_secrets


def made(store, name, **described):
    folder = store.folder / name
    folder.mkdir(parents=True)
    secrets = Secrets.generate()
    site = store.compose(name, secrets, **{"title": name, **described})
    write_secrets(folder, secrets)
    write_description(folder, site)
    return site


@pytest.fixture
def store(tmp_path):
    return SiteStore(Config(home=tmp_path), look_again=0)


def test_what_is_written_is_read_back(store):
    site = made(
        store,
        "acme",
        title='فروشگاه "نمونه"\\ با\nخط نو',
        hosts=["acme.example", "localhost"],
        edition="base1",
        locale="en",
        time_zone="Asia/Kabul",
        fiscal_start=7,
        working_week=[0, 1, 2],
        leakproof=True,
    )
    assert store.load("acme") == site
    assert site.time_zone == ZoneInfo("Asia/Kabul")
    assert site.working_week == (0, 1, 2)
    assert store.names() == ["acme"]


@given(title=st.text(st.characters(exclude_categories=("Cs",)), max_size=60))
def test_any_title_survives(title, tmp_path_factory):
    store = SiteStore(Config(home=tmp_path_factory.mktemp("titles")))
    assert made(store, "acme", title=title) == store.load("acme")


def test_secrets_are_apart_and_do_not_show(store):
    site = made(store, "acme")
    folder = store.folder / "acme"
    assert stat.S_IMODE((folder / "secrets.toml").stat().st_mode) == 0o600
    described = (folder / "site.toml").read_text()
    for secret in (site.secret_key, site.owner_url, site.app_url, site.signing_key.hex()):
        assert secret not in repr(site)
        assert secret not in described
    other = made(store, "other")
    assert other.secret_key != site.secret_key
    assert other.signing_key != site.signing_key


def test_changes_are_saved_whole(store):
    site = made(store, "acme", hosts=["a.example"])
    store.save(replace(site, title="new", hosts=("b.example",)))
    assert store.by_host("a.example") is None
    assert store.by_host("b.example").title == "new"
    assert sorted(path.name for path in (store.folder / "acme").iterdir()) == ["secrets.toml", "site.toml"]


def test_a_host_belongs_to_one_site(store):
    made(store, "one", hosts=["a.example"])
    two = made(store, "two", hosts=["b.example"])
    with pytest.raises(SiteError) as refusal:
        store.save(replace(two, hosts=("A.example.",)))
    assert refusal.value.code == "host-taken"
    assert store.load("two") == two


def test_another_process_is_noticed(store, tmp_path):
    site = made(store, "acme", hosts=["a.example"])
    assert store.by_host("a.example") == site
    other = SiteStore(Config(home=tmp_path))
    other.save(replace(site, hosts=("b.example",)))
    assert store.by_host("a.example") is None
    other.remove("acme")
    assert store.by_host("b.example") is None


def test_one_damaged_site_does_not_take_the_others_along(store):
    good = made(store, "good", hosts=["good.example"])
    made(store, "bad", hosts=["bad.example"])
    (store.folder / "bad" / "site.toml").write_text("title = 'unfinished")
    assert store.by_host("good.example") == good
    assert store.by_host("bad.example") is None
    with pytest.raises(SiteError) as refusal:
        store.load("bad")
    assert refusal.value.code == "damaged"
    assert "site.toml" in str(refusal.value)


@pytest.mark.parametrize(
    "line", ["fiscal_start = 13", "time_zone = 'Mars/Base'", "working_week = 3", "title_of = 'x'"]
)
def test_values_that_make_no_sense_are_damage(store, line):
    made(store, "acme")
    path = store.folder / "acme" / "site.toml"
    name = line.partition(" ")[0]
    kept = [text for text in path.read_text().splitlines() if not text.startswith(name.removesuffix("_of"))]
    path.write_text("\n".join([*kept, line]))
    with pytest.raises(SiteError) as refusal:
        store.load("acme")
    assert refusal.value.code == "damaged"


def test_missing_secrets_are_said(store):
    made(store, "acme")
    (store.folder / "acme" / "secrets.toml").unlink()
    with pytest.raises(SiteError, match=r"secrets\.toml"):
        store.load("acme")


@pytest.mark.parametrize("name", ["nobody", "../acme", "", "Acme", "a/b"])
def test_sites_that_are_not_there(store, name):
    with pytest.raises(SiteError):
        store.load(name)


@pytest.mark.parametrize(
    ("host", "normalised"),
    [
        ("Example.COM:8000", "example.com"),
        ("example.com.", "example.com"),
        ("شرکت.ایران", "xn--pgbni38b.xn--mgba3a4f16a"),
        ("[::1]:80", "[::1]"),
        ("127.0.0.1:5000", "127.0.0.1"),
        ("", ""),
        ("a..b", ""),
        ("x" * 70 + ".example", ""),
    ],
)
def test_host_names_are_compared_in_one_form(host, normalised):
    assert normalise_host(host) == normalised


@given(st.text(max_size=80))
def test_any_host_header_is_harmless(host):
    once = normalise_host(host)
    assert normalise_host(once) == once
