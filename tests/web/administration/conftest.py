"""Browsers of administrators: on the worker's site, and on a site of the test's own for what changes tables."""

from __future__ import annotations

import pytest
from sqlalchemy import insert

from kernel.access.models import UserPassword
from kernel.testing.browser import hashed_password
from kernel.testing.users import add_user
from tests.web.conftest import PASSWORD, Browser


@pytest.fixture
def boss(sign_in):
    return sign_in("boss", administrator=True)


@pytest.fixture
def enter_own_site(own_site, wsgi, engines):
    def enter(username="boss", *, administrator=True):
        with engines.owner(own_site).begin() as owner:
            actor = add_user(owner, username, administrator=administrator)
            owner.execute(insert(UserPassword).values(user_id=actor.user_id, password_hash=hashed_password()))
        wsgi.store.forget()
        browser = Browser(wsgi, own_site.hosts[0])
        assert browser.post("/sign-in", {"username": username, "password": PASSWORD}).status_code == 303
        return browser

    return enter
