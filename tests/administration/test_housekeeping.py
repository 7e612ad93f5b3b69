"""What is tidied up at night, and what is not."""

from __future__ import annotations

import io
import os
from datetime import timedelta

from PIL import Image
from sqlalchemy import select

from kernel.access.actor import SYSTEM
from kernel.access.models import LoginAttempt
from kernel.administration.assembly import assemble
from kernel.administration.housekeeping import JOBS
from kernel.data.files import FileStore
from kernel.jobs.models import WorkRow
from kernel.parties.photos import open_photo
from kernel.resources.build import build_runtime


def run(runtime, name):
    job = next(item for item in JOBS if item.name == name)
    with runtime.writing(SYSTEM("test"), f"job.{name}") as context:
        job.function(context)


def test_files_without_a_record_go_and_those_of_records_stay(site, engines, make_user) -> None:
    assemble()
    runtime = build_runtime(site, engines)
    head = make_user("head", administrator=True)
    person = runtime.execute(head, "record.create", resource="person", values={"last_name": "Rad"})
    runtime.execute(
        head, "attachment.add", resource="person", record_id=person, stream=io.BytesIO(b"kept"), name="a.txt"
    )
    store = FileStore(site.files)
    orphan = store.put(io.BytesIO(b"orphan"), max_bytes=100)
    two_days_ago = runtime.clock().timestamp() - 2 * 86400
    for digest in list(store.hashes()):
        os.utime(store.path(digest), (two_days_ago, two_days_ago))
    run(runtime, "sweep-files")
    left = set(store.hashes())
    assert orphan.hash not in left
    assert len(left) == 1


def test_the_photo_of_a_merged_party_stays_as_long_as_the_merge_can_be_undone(
    site, engines, make_user
) -> None:
    assemble()
    runtime = build_runtime(site, engines)
    head = make_user("head", administrator=True)
    kept, dropped = (
        runtime.execute(head, "record.create", resource="person", values={"last_name": name})
        for name in ("Rad", "Raad")
    )
    for number, colour in ((kept, "red"), (dropped, "blue")):
        picture = io.BytesIO()
        Image.new("RGB", (2, 2), colour).save(picture, "PNG")
        picture.seek(0)
        runtime.execute(
            head, "party.set_photo", resource="person", party_id=number, stream=picture, name="a.png"
        )
    done = runtime.execute(head, "party.merge", kept=kept, dropped=dropped)
    store = FileStore(site.files)
    old = runtime.clock().timestamp() - 2 * 86400
    photos = set(store.hashes())
    for digest in photos:
        os.utime(store.path(digest), (old, old))
    run(runtime, "sweep-files")
    assert set(store.hashes()) == photos
    runtime.execute(head, "party.undo_merge", merge_id=done.merge_id)
    with runtime.reading(head) as context:
        assert open_photo(context, dropped).read(4) == b"\x89PNG"


def test_old_attempts_and_finished_work_are_forgotten_and_failures_stay(site, engines) -> None:
    assemble()
    runtime = build_runtime(site, engines)
    now = runtime.clock()
    long_ago = now - timedelta(days=400)
    with runtime.writing(SYSTEM("test"), "test") as context:
        context.session.add(LoginAttempt(at=long_ago, username="x", address="y"))
        context.session.add(LoginAttempt(at=now, username="x", address="y"))
        for state in ("done", "failed"):
            context.session.add(WorkRow(kind="import.run", queue="long", state=state, finished_at=long_ago))
    run(runtime, "forget-attempts")
    run(runtime, "forget-work")
    with runtime.reading(SYSTEM("test")) as context:
        assert len(list(context.session.execute(select(LoginAttempt.id)))) == 1
        assert list(context.session.execute(select(WorkRow.state)).scalars()) == ["failed"]
