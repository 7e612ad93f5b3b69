"""The photo of a party is seen where the party is, and changed where it may be edited."""

import io

import pytest
from PIL import Image

from kernel.parties.photos import open_photo
from kernel.resources.errors import Invalid, NotFound


def picture(colour):
    stream = io.BytesIO()
    Image.new("RGB", (4, 4), colour).save(stream, "PNG")
    stream.seek(0)
    return stream


def set_photo(office, party_id, stream, name="photo.png"):
    office.run("party.set_photo", resource="person", party_id=party_id, stream=stream, name=name)


def photo(office, party_id):
    with office.runtime.reading(office.actor) as context, open_photo(context, party_id) as stream:
        return stream.read()


def test_a_photo_takes_the_place_of_the_former_one(office):
    number = office.person(last_name="احمدی")
    set_photo(office, number, picture("red"))
    set_photo(office, number, picture("blue"))
    assert photo(office, number) == picture("blue").getvalue()


def test_a_photo_can_be_removed(office):
    number = office.person(last_name="احمدی")
    set_photo(office, number, picture("red"))
    office.run("party.remove_photo", resource="person", party_id=number)
    with pytest.raises(NotFound):
        photo(office, number)


def test_what_is_no_picture_is_refused(office):
    number = office.person(last_name="احمدی")
    with pytest.raises(Invalid) as caught:
        set_photo(office, number, io.BytesIO(b"<html><script>alert(1)</script></html>"), "photo.png")
    assert [problem.field for problem in caught.value.problems] == ["photo"]


def test_the_photo_of_a_hidden_party_is_hidden(office, own_office):
    number = office.person(last_name="احمدی")
    set_photo(office, number, picture("red"))
    with pytest.raises(NotFound):
        photo(own_office, number)
    with pytest.raises(NotFound):
        set_photo(own_office, number, picture("blue"))
