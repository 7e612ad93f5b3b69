"""The photo of a party: set, seen, replaced, taken away; never of a party that is not visible."""

from __future__ import annotations

import io

import pytest

PNG = (
    b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f\x15\xc4\x89"
    + b"0" * 30
)
OWN = {("party", action): "own" for action in ("view", "create", "edit")}


@pytest.fixture
def clerk(sign_in):
    return sign_in("clerk", OWN)


def test_a_photo_is_set_seen_and_taken_away(clerk) -> None:
    person = clerk.made("/persons/new", last_name="Rad")
    answer = clerk.post(f"{person}/photo", {"photo": (io.BytesIO(PNG), "me.png")})
    assert answer.status_code == 303
    assert f'src="{person}/photo' in clerk.get(person).text
    seen = clerk.get(f"{person}/photo")
    assert (seen.data, seen.mimetype) == (PNG, "image/png")
    assert seen.headers["X-Content-Type-Options"] == "nosniff"
    clerk.post(f"{person}/photo/remove")
    assert clerk.get(f"{person}/photo").status_code == 404


@pytest.mark.parametrize(
    ("content", "name"), [(b"<svg onload=x>", "me.svg"), (b"MZ\x90\x00", "me.png"), (b"", "me.png")]
)
def test_what_is_no_picture_is_refused(clerk, content: bytes, name: str) -> None:
    person = clerk.made("/persons/new", last_name="Rad")
    clerk.post(f"{person}/photo", {"photo": (io.BytesIO(content), name)})
    assert clerk.get(f"{person}/photo").status_code == 404


def test_the_photo_of_a_hidden_party_is_not_found(clerk, sign_in) -> None:
    person = clerk.made("/persons/new", last_name="Rad")
    clerk.post(f"{person}/photo", {"photo": (io.BytesIO(PNG), "me.png")})
    other = sign_in("other", OWN)
    assert other.get(f"{person}/photo").status_code == 404
    assert other.post(f"{person}/photo/remove").status_code == 404
    assert clerk.get(f"{person}/photo").status_code == 200
