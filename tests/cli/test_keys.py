"""`peyvand site rotate-key`: secrets are encrypted anew, are opened before and after, and refuse what no key opens."""

from __future__ import annotations

import pyotp
import pytest
from sqlalchemy import insert, select, text

from kernel.access import own_second_factor, second_step, signin
from kernel.data.sealing import SealBroken, new_key
from kernel.data.site_store import SiteStore
from kernel.lifecycle.rotation import sealed_texts
from kernel.messages.models import SenderLine
from kernel.resources.build import build_runtime

PASSWORD = "گل-سرخ-باغ-۷"
"""Of the user and, as a secret setting, of the mail server."""


@pytest.fixture
def with_secrets(peyvand, own_site, engines):
    """A site with a secret setting and a device for one-time codes, whose secret is given."""
    peyvand("user", "add", "boss", "--administrator", "--password", PASSWORD, "--site", own_site.name)
    runtime = build_runtime(own_site, engines)
    token = signin.sign_in(runtime, "boss", PASSWORD, address="::1")
    me = signin.user_for_token(engines.app(own_site), own_site, token)
    runtime.execute(me.actor, "settings.save", group="mail", values={"password": PASSWORD})
    own_second_factor.begin(runtime, me.actor.user_id)
    secret = own_second_factor.state(runtime, me.actor.user_id, with_secret=True).secret
    own_second_factor.set_up(runtime, me, PASSWORD, pyotp.TOTP(secret).now(), address="::1")
    with engines.owner(own_site).begin() as owner:
        line = {
            "name": "sms",
            "gateway": "x.sms",
            "channel": "sms",
            "secrets": {"key": own_site.sealer.seal(PASSWORD)},
        }
        owner.execute(insert(SenderLine).values(line))
    return secret


def kept(config, engines, name):
    site = SiteStore(config).load(name)
    with engines.owner(site).connect() as owner:
        return site, list(sealed_texts(owner))


def test_a_new_key_opens_what_the_old_one_sealed(peyvand, own_site, config, engines, with_secrets):
    name = own_site.name
    before, sealed = kept(config, engines, name)
    assert len(sealed) == 3
    told = peyvand("site", "rotate-key", name)
    assert "3 secrets" in told
    assert "--forget-old" in told
    both, anew = kept(config, engines, name)
    assert not set(sealed) & set(anew)
    assert both.data_keys[1:] == before.data_keys
    with pytest.raises(SealBroken):
        before.sealer.open(anew[0])
    told = peyvand("site", "rotate-key", name, "--forget-old")
    assert "old keys are forgotten" in told
    after, _sealed = kept(config, engines, name)
    assert after.data_keys == both.data_keys[:1]
    runtime = build_runtime(after, engines)
    assert runtime.setting("mail.password") == PASSWORD
    with pytest.raises(second_step.SecondStepNeeded):
        signin.sign_in(runtime, "boss", PASSWORD, address="::1")
    with engines.owner(after).connect() as owner:
        device = owner.scalar(text("SELECT secret FROM kernel.second_factor"))
        assert after.sealer.open(device) == with_secrets
        assert after.sealer.open(owner.scalar(select(SenderLine.secrets))["key"]) == PASSWORD
        told = owner.scalars(
            text("SELECT detail FROM kernel.audit_entry WHERE what = 'site.rotate_key' ORDER BY id")
        )
        assert [each["old_keys_forgotten"] for each in told] == [False, True]


def test_what_no_key_opens_is_told_and_nothing_is_changed(peyvand, own_site, config, engines, with_secrets):
    name = own_site.name
    _site, sealed = kept(config, engines, name)
    right = SiteStore(config).load(name).data_keys
    SiteStore(config).keep_keys(name, (new_key(),))
    with engines.owner(own_site).begin() as owner:
        owner.execute(text("INSERT INTO kernel.worker (name) VALUES ('short@here')"))
    assert "0 of 3 encrypted secrets can be opened" in peyvand("doctor", "--site", name, status=1)
    assert "opened by no key" in peyvand("site", "rotate-key", name, status=1)
    assert kept(config, engines, name)[1] == sealed
    SiteStore(config).keep_keys(name, right)
    assert "3 of 3 encrypted secrets can be opened" in peyvand("doctor", "--site", name)
