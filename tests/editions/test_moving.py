"""Edition, additions, term and branding go with a backup, to another name and without the edition's file."""

from __future__ import annotations

from datetime import UTC, date, datetime

from sqlalchemy import select, update

from kernel.access.actor import SYSTEM
from kernel.administration.editions import apply_edition, load_edition
from kernel.administration.editions.terms import set_additions, set_term
from kernel.extension.branding import BrandingRow, read_branding
from kernel.extension.editions import read_site_edition
from kernel.lifecycle.backup.restoring import restore_site
from kernel.lifecycle.backup.taking import take_backup
from kernel.lifecycle.sites import drop_site
from kernel.resources.build import build_runtime

NOW = datetime(2026, 11, 28, tzinfo=UTC)
LOGO = b"\x89PNG\r\n\x1a\n" + bytes(range(256))


def held(engines, site):
    with engines.owner(site).connect() as owner:
        pictures = owner.execute(select(BrandingRow.logo, BrandingRow.logo_kind)).one()
        return read_site_edition(owner), read_branding(owner), bytes(pictures[0])


def test_a_restored_site_is_of_the_same_edition(clinic, config, tmp_path, edition_file):
    site, engines = clinic.site, clinic.engines
    edition = load_edition(
        config, edition_file("movable", 'extends = "practice"\n[limits]\nusers_at_once = 3')
    )
    apply_edition(clinic, edition, SYSTEM("test"))
    runtime = build_runtime(site, engines)
    set_additions(runtime, features={"barcode": True}, users=2)
    set_term(runtime, date(2027, 3, 21), 9)
    with engines.owner(site).begin() as owner:
        values = {"name": "باغ", "accent": "green", "logo": LOGO, "logo_kind": "image/png"}
        owner.execute(update(BrandingRow).values(**values))
    before = held(engines, site)
    take_backup(config, engines, site, tmp_path / "site.zip", now=NOW)
    (config.home / "editions" / "movable.toml").unlink()
    restored = restore_site(
        config, engines, tmp_path / "site.zip", now=NOW, name="moved", hosts=["moved.example"]
    ).site
    try:
        assert held(engines, restored) == before
        assert restored.edition == site.edition
        moved = build_runtime(restored, engines)
        assert moved.edition.users_at_once == 5
        assert moved.edition.has_feature("barcode")
        assert moved.plugins == {"medical"}
    finally:
        engines.dispose(restored.name)
        drop_site(config, restored.name, confirmed=restored.name)
