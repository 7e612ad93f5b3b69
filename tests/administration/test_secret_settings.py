"""Secret settings are unreadable in the database, and a key that does not fit is said in words."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import insert, select, text, update

from kernel.access.actor import Actor
from kernel.administration.mail import MailFailed, send
from kernel.administration.secret_settings import broken_secrets, seal_plain_secrets
from kernel.data.engines import Engines
from kernel.data.sealing import SealBroken, Sealer, new_key
from kernel.data.site import Site
from kernel.extension.contributions import Setting as Declared
from kernel.extension.models import Setting
from kernel.resources.build import build_runtime
from kernel.resources.errors import Invalid
from kernel.testing.plugin import MakeUser

SECRET = "رمز-صندوق-۷"


def kept(site: Site, engines: Engines) -> str:
    with engines.owner(site).connect() as owner:
        value: str = owner.execute(select(Setting.value).where(Setting.key == "mail.password")).scalar_one()
    return value


def save(site: Site, engines: Engines, boss: Actor, **values: object) -> int:
    changed: int = build_runtime(site, engines).execute(boss, "settings.save", group="mail", values=values)
    return changed


def test_it_is_unreadable_in_the_database(site: Site, engines: Engines, make_user: MakeUser) -> None:
    boss = make_user("boss", administrator=True)
    assert save(site, engines, boss, password=SECRET) == 1
    sealed = kept(site, engines)
    assert SECRET not in sealed
    assert sealed.startswith("sealed:")
    assert build_runtime(site, engines).setting("mail.password") == SECRET
    assert save(site, engines, boss, password=SECRET) == 0
    assert save(site, engines, boss, password="") == 0
    assert kept(site, engines) == sealed


def test_without_the_right_key_nothing_breaks_and_it_can_be_entered_anew(
    site: Site, engines: Engines, make_user: MakeUser
) -> None:
    boss = make_user("boss", administrator=True)
    values = {"host": "localhost", "sender": "office@example.org", "username": "office", "password": SECRET}
    save(site, engines, boss, **values)
    stranger = replace(site, data_keys=(new_key(),))
    runtime = build_runtime(stranger, engines)
    assert broken_secrets(runtime) == {"mail.password"}
    with pytest.raises(MailFailed, match="SealBroken"):
        send(runtime, to="sara@example.org", subject="x", body="y")
    assert save(stranger, engines, boss, password="other") == 1
    assert build_runtime(stranger, engines).setting("mail.password") == "other"
    for keys in ((), ("damaged",)):
        lost = replace(site, data_keys=keys)
        assert broken_secrets(build_runtime(lost, engines)) == {"mail.password"}
        with pytest.raises(Invalid) as caught:
            save(lost, engines, boss, password="third")
        assert [problem.field for problem in caught.value.problems] == ["password"]


def test_an_upgrade_encrypts_what_was_plain(site: Site, engines: Engines) -> None:
    with engines.owner(site).begin() as owner:
        owner.execute(insert(Setting).values(key="mail.password", value=SECRET))
        owner.execute(insert(Setting).values(key="mail.host", value="localhost"))
    runtime = build_runtime(site, engines)
    assert runtime.setting("mail.password") == SECRET
    assert seal_plain_secrets(runtime) == 1
    assert SECRET not in kept(site, engines)
    runtime = build_runtime(site, engines)
    assert (runtime.setting("mail.password"), runtime.setting("mail.host")) == (SECRET, "localhost")
    assert seal_plain_secrets(runtime) == 0
    with engines.owner(site).connect() as owner:
        told = owner.execute(
            text("SELECT count(*) FROM kernel.history h WHERE h::text LIKE '%' || :secret || '%'"),
            {"secret": SECRET},
        )
        assert told.scalar_one() == 0


def test_what_was_sealed_and_changed_is_not_opened(site: Site, engines: Engines) -> None:
    sealed = site.sealer.seal(SECRET)
    with engines.owner(site).begin() as owner:
        owner.execute(insert(Setting).values(key="mail.password", value=sealed))
        owner.execute(update(Setting).values(value=sealed[:-6] + "AAAA=="))
    with pytest.raises(SealBroken):
        build_runtime(site, engines).setting("mail.password")


def test_a_newer_key_seals_and_the_former_still_opens() -> None:
    old, new = new_key(), new_key()
    sealed = Sealer([old]).seal(SECRET)
    both = Sealer([new, old])
    assert both.open(sealed) == SECRET
    assert Sealer([new]).open(both.renew(sealed)) == SECRET
    with pytest.raises(SealBroken):
        Sealer([new]).open(sealed)
    with pytest.raises(SealBroken):
        Sealer([]).seal(SECRET)


def test_only_texts_are_secret() -> None:
    with pytest.raises(ValueError, match="a secret is a text"):
        Declared(key="code", title="code", kind="whole", secret=True)
