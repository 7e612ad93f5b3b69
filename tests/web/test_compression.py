"""Pages are compressed for browsers that take them so, never twice alike in length; files are not."""

from __future__ import annotations

import gzip

from tests.web.conftest import ALL, Browser, SignIn

GZIP = {"Accept-Encoding": "gzip, br"}


def asked(browser: Browser, path: str, **headers: str):
    return browser.client.get(path, headers={"Host": browser.host, **headers})


def test_a_page_is_compressed_where_it_is_taken_so(sign_in: SignIn) -> None:
    browser = sign_in("sara", ALL)
    plain = asked(browser, "/persons/new")
    packed = asked(browser, "/persons/new", **GZIP)
    assert "Content-Encoding" not in plain.headers
    assert packed.headers["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in plain.headers["Vary"]
    assert "Accept-Encoding" in packed.headers["Vary"]
    assert int(packed.headers["Content-Length"]) == len(packed.data) < len(plain.data) / 4
    page = gzip.decompress(packed.data).decode()
    assert 'name="first_name"' in page
    assert page.startswith("<!doctype html>")
    lengths = {len(asked(browser, "/persons/new", **GZIP).data) for _turn in range(12)}
    assert len(lengths) > 3


def test_what_is_refused_is_compressed_and_what_is_no_page_is_not(sign_in: SignIn) -> None:
    browser = sign_in("sara", ALL)
    lost = asked(browser, "/persons/999999", **GZIP)
    assert lost.status_code == 404
    assert "<html" in gzip.decompress(lost.data).decode()
    for path in ("/persons/export?format=csv", "/persons?none=1"):
        answer = asked(browser, path, **{"Accept-Encoding": "identity"})
        assert "Content-Encoding" not in answer.headers
    exported = asked(browser, "/persons/export?format=csv", **GZIP)
    assert "Content-Encoding" not in exported.headers
