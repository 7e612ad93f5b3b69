"""A clinic's site for attacks through its pages: `site` is the one with medical installed."""

from __future__ import annotations

import pytest

from kernel.data.site import Site
from kernel.web.wsgi import PeyvandWSGI
from plugins.medical.tests.conftest import clinic, clinic_site
from tests.web.conftest import ALL, Browser, SignIn, nobody, runtime, sign_in, wsgi

__all__ = ["clinic", "clinic_site", "nobody", "runtime", "sign_in", "wsgi"]

MEDICAL = {
    (f"medical.{kind}", action): "all"
    for kind in ("doctor", "service", "appointment")
    for action in ("view", "create", "edit", "delete", "export")
}
DESK = {**ALL, **MEDICAL}
"""What a receptionist may do."""


@pytest.fixture
def site(clinic_site: Site, wsgi: PeyvandWSGI) -> Site:
    wsgi.store.forget()
    return clinic_site


@pytest.fixture
def desk(sign_in: SignIn) -> Browser:
    return sign_in("desk", DESK)
