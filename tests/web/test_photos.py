"""The photo of a party: set, seen, replaced, taken away; never of a party that is not visible."""

from __future__ import annotations

import io
from typing import Any

import pytest
from PIL import Image


def picture(kind: str = "PNG", **options: Any) -> bytes:
    stream = io.BytesIO()
    Image.new("RGB", (40, 20), "teal").save(stream, kind, **options)
    return stream.getvalue()


PNG = picture()
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
    assert 'class="notice bad"' in clerk.get(person).text or 'role="alert"' in clerk.get(person).text
    assert clerk.get(f"{person}/photo").status_code == 404


def test_the_photo_of_a_hidden_party_is_not_found(clerk, sign_in) -> None:
    person = clerk.made("/persons/new", last_name="Rad")
    clerk.post(f"{person}/photo", {"photo": (io.BytesIO(PNG), "me.png")})
    other = sign_in("other", OWN)
    assert other.get(f"{person}/photo").status_code == 404
    assert other.post(f"{person}/photo/remove").status_code == 404
    assert clerk.get(f"{person}/photo").status_code == 200


def test_a_small_square_stands_beside_the_name_in_list_and_head(clerk) -> None:
    person = clerk.made("/persons/new", last_name="Rad")
    clerk.post(f"{person}/photo", {"photo": (io.BytesIO(PNG), "me.png")})
    for page in (clerk.get("/persons"), clerk.get(person)):
        address = clerk.link(page.text, "photo?small=", attribute="src")
        answer = clerk.get(address)
        assert answer.mimetype == "image/webp"
        assert Image.open(io.BytesIO(answer.data)).size == (112, 112)


def test_a_photo_is_turned_upright_and_says_nothing_of_where_it_was_taken(clerk) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x010F] = "Camera"
    person = clerk.made("/persons/new", last_name="Rad")
    clerk.post(f"{person}/photo", {"photo": (io.BytesIO(picture("JPEG", exif=exif)), "me.jpg")})
    seen = Image.open(io.BytesIO(clerk.get(f"{person}/photo").data))
    assert seen.size == (20, 40)
    assert not seen.getexif()
