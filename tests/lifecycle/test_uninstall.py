"""Uninstalling takes what the plugin owns and what speaks of it, and nothing else; the archive brings all
of it back.
"""

from __future__ import annotations

import io
from dataclasses import replace
from importlib.metadata import EntryPoint

import pytest
from sqlalchemy import Connection, Engine, text

from kernel.data.files import FileStore
from kernel.extension.discovery import GROUP, discover
from kernel.extension.traces import Forwarding, register_forwarding
from kernel.lifecycle.archive import FOLDER, Archive
from kernel.lifecycle.errors import ArchiveDamaged, OwnershipBroken, StepRefused
from kernel.lifecycle.install import install
from kernel.lifecycle.plan import plan_uninstall
from kernel.lifecycle.restore import restore
from kernel.lifecycle.steps import Workshop
from kernel.lifecycle.uninstall import uninstall
from tests.lifecycle.hotels import SARA, add_party, check_in, data_hashes, rows, schema_dump

KEEPING = ("kernel.plugin_step", "kernel.site_state", "hotel.migration")
OWN = ("hotel.room", "hotel.stay", "hotel.guest")


def furnish(connection: Connection) -> dict[str, int]:
    """Let guests stay in the hotel, and let the kernel's tables speak of it; gives ids by name."""
    ids = {name: add_party(connection, name) for name in ("kept", "merged", "purged", "alone")}
    rooms = {
        number: connection.execute(
            text("INSERT INTO hotel.room (number, night_price) VALUES (:number, 5) RETURNING id"),
            {"number": number},
        ).scalar_one()
        for number in ("10", "11", "12")
    }
    doors = [{"a": rooms["10"], "b": rooms["11"]}, {"a": rooms["11"], "b": rooms["10"]}]
    connection.execute(text("UPDATE hotel.room SET adjoining_id = :b WHERE id = :a"), doors)
    ids["stay of kept"] = check_in(connection, rooms["10"], ids["kept"], "2026-03-21", payer_id=ids["purged"])
    ids["stay of merged"] = check_in(
        connection, rooms["11"], ids["merged"], "2026-03-21", remarks="a\tb\nc\\d ی"
    )
    ids["stay of purged"] = check_in(connection, rooms["12"], ids["purged"], "2026-03-21")
    for name in ("kept", "merged", "alone"):
        connection.execute(
            text("INSERT INTO hotel.guest (party_id, likes) VALUES (:id, :name)"),
            {"id": ids[name], "name": name},
        )
        connection.execute(
            text(
                "INSERT INTO kernel.party_role (party_id, role, since) VALUES (:id, 'hotel.guest', '2026-01-01')"
            ),
            {"id": ids[name]},
        )
    connection.execute(text("DELETE FROM hotel.room WHERE number = 'seed'"))
    speak_of_it(connection)
    return ids


def speak_of_it(connection: Connection) -> None:
    """Rows of the kernel that are about the hotel, each beside one that is not."""
    for statement in (
        "INSERT INTO kernel.setting (key, value) VALUES ('hotel.check_out', '11'), ('hotelier.x', '1'), ('site', '2')",
        "INSERT INTO kernel.pattern (name, title) VALUES ('other', 'Other')",
        "INSERT INTO kernel.access_grant (pattern_id, resource, action, scope) SELECT id, resource, 'view', 'all' "
        "FROM kernel.pattern, unnest(ARRAY['party', 'hotel.stay']) resource WHERE name = 'other'",
        "INSERT INTO kernel.history (at, actor_id, actor_name, command, action, subject, subject_id, root, root_id, changes)"
        " VALUES (now(), 0, '', 'x', 'create', 'hotel.stay', 1, 'hotel.stay', 1, '{}')",
    ):
        connection.execute(text(statement))


def test_the_plan_says_what_goes(hotel: Workshop, owner_engine: Engine) -> None:
    with owner_engine.begin() as connection:
        furnish(connection)
    plan = plan_uninstall(hotel, "hotel", SARA)
    assert plan.rows == {"guest": 3, "room": 4, "stay": 3}
    assert plan.total == 10
    assert {str(trace.title): trace.count for trace in plan.elsewhere} == {
        "Settings": 1,
        "Access patterns that it brought": 1,
        "Grants on its records, and in scopes of its own": 4,
        "Roles of parties in its trade": 3,
    }
    assert plan.obstacles == ()


def test_what_the_plugin_says_stands_in_the_way(hotel: Workshop, owner_engine: Engine) -> None:
    with owner_engine.begin() as connection:
        connection.execute(text("UPDATE hotel.room SET night_price = 0 WHERE number = '1'"))
    with pytest.raises(StepRefused, match="Rooms without a price") as refused:
        uninstall(hotel, "hotel", SARA)
    assert [(obstacle.count, obstacle.url) for obstacle in refused.value.obstacles] == [(1, "/hotel/rooms")]
    assert len(rows(owner_engine, "hotel.room")) == 2


def test_all_of_it_goes_nothing_else_does_and_all_of_it_comes_back(
    hotel: Workshop, owner_engine: Engine
) -> None:
    with owner_engine.begin() as connection:
        speaking = furnish(connection)
    full, schema_with = data_hashes(owner_engine, without=KEEPING), schema_dump(hotel.site)
    schema_without = schema_dump(hotel.site, without="hotel")

    done = uninstall(replace(hotel, discovery=discover([])), "hotel", SARA)

    assert schema_dump(hotel.site) == schema_without
    emptied = data_hashes(owner_engine, without=KEEPING)
    assert {name for name in full if full[name] != emptied.get(name)} == {
        *OWN,
        "kernel.plugin",
        "kernel.setting",
        "kernel.pattern",
        "kernel.access_grant",
        "kernel.party_role",
    }
    assert [row["key"] for row in rows(owner_engine, "kernel.setting")] == ["hotelier.x", "site"]
    assert [row["name"] for row in rows(owner_engine, "kernel.pattern")] == ["other"]
    assert [row["resource"] for row in rows(owner_engine, "kernel.access_grant")] == ["party"]
    step = rows(owner_engine, "kernel.plugin_step")[-1]
    assert (step["action"], step["archive"], step["archive_hash"]) == (
        "uninstall",
        done.archive.name,
        done.archive_hash,
    )
    assert step["counts"] == done.counts
    assert done.counts["stay"] == 3
    assert done.archive.stat().st_mode & 0o777 == 0o600

    restored = restore(hotel, done.archive.name, SARA)

    assert restored.refused == {}
    assert restored.counts["room"] == 4
    assert schema_dump(hotel.site) == schema_with
    back = data_hashes(owner_engine, without=KEEPING)
    assert {name for name in full if full[name] != back.get(name)} == {"kernel.plugin"}
    with owner_engine.begin() as connection:
        stay = check_in(
            connection, rows(owner_engine, "hotel.room")[0]["id"], speaking["alone"], "2027-01-01"
        )
        assert stay == speaking["stay of purged"] + 1
    with pytest.raises(StepRefused, match="installed already"):
        restore(hotel, done.archive.name, SARA)


def test_installed_anew_it_gives_no_number_twice(hotel: Workshop, owner_engine: Engine) -> None:
    with owner_engine.begin() as connection:
        furnish(connection)
    last = rows(owner_engine, "hotel.room")[-1]["id"]
    uninstall(hotel, "hotel", SARA)
    install(hotel, "hotel", SARA)
    seeded = {row["number"]: row["id"] for row in rows(owner_engine, "hotel.room")}
    assert seeded["1"] > last


def test_files_on_its_records_go_into_the_archive_and_come_back(
    hotel: Workshop, owner_engine: Engine
) -> None:
    store = FileStore(hotel.site.files)
    stored = store.put(io.BytesIO(b"a photo of the room"), max_bytes=100)
    with owner_engine.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO kernel.attachment (root, root_id, name, content_hash, size, media_type) "
                "VALUES ('hotel.room', 1, 'room.txt', :hash, 19, 'text/plain'), "
                "('hotel.room', 1, 'lost.txt', :lost, 1, 'text/plain')"
            ),
            {"hash": stored.hash, "lost": "0" * 64},
        )
    done = uninstall(hotel, "hotel", SARA)
    assert rows(owner_engine, "kernel.attachment") == []
    store.path(stored.hash).unlink()
    restore(hotel, done.archive.name, SARA)
    assert [row["name"] for row in rows(owner_engine, "kernel.attachment")] == ["room.txt", "lost.txt"]
    with store.open(stored.hash) as stream:
        assert stream.read() == b"a photo of the room"


def test_while_its_tables_are_in_use_it_stays(
    hotel: Workshop, owner_engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kernel.lifecycle.steps.LOCK_TIMEOUT", "100ms")
    with owner_engine.begin() as connection:
        connection.execute(text("SELECT FROM hotel.room"))
        with pytest.raises(StepRefused, match="try again"):
            uninstall(hotel, "hotel", SARA)
    assert len(rows(owner_engine, "hotel.room")) == 2


def test_the_second_archive_has_the_same_rows(hotel: Workshop, owner_engine: Engine) -> None:
    with owner_engine.begin() as connection:
        furnish(connection)
    hashes = []
    for _round in range(2):
        done = uninstall(hotel, "hotel", SARA)
        with Archive(done.archive) as archive:
            manifest = archive.manifest
            hashes.append([(entry.file, entry.sha256) for entry in (*manifest.tables, *manifest.elsewhere)])
            sequences = manifest.sequences
        restore(hotel, done.archive.name, SARA)
    assert hashes[0] == hashes[1]
    assert {sequence.name for sequence in sequences} == {"guest_id_seq", "room_id_seq", "stay_id_seq"}


def test_merged_parties_are_followed_and_lost_ones_named(
    hotel: Workshop, owner_engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kernel.extension.traces._FORWARDINGS", {})
    with owner_engine.begin() as connection:
        ids = furnish(connection)
        connection.execute(text("CREATE TABLE kernel.merge_in_test (old_id bigint, new_id bigint)"))
    register_forwarding(
        Forwarding(table="kernel.party", moved="SELECT old_id, new_id FROM kernel.merge_in_test")
    )
    done = uninstall(hotel, "hotel", SARA)
    with owner_engine.begin() as connection:
        middle = add_party(connection, "in between")
        pairs = [{"old": ids["merged"], "new": middle}, {"old": middle, "new": ids["kept"]}]
        connection.execute(text("INSERT INTO kernel.merge_in_test VALUES (:old, :new)"), pairs)
        gone = {"ids": [ids["merged"], ids["purged"], middle]}
        connection.execute(text("DELETE FROM kernel.party WHERE id = ANY(:ids)"), gone)

    restored = restore(hotel, done.archive.name, SARA)

    guests = {row["id"]: (row["guest_id"], row["payer_id"]) for row in rows(owner_engine, "hotel.stay")}
    assert guests == {
        ids["stay of kept"]: (ids["kept"], None),
        ids["stay of merged"]: (ids["kept"], None),
    }
    assert restored.refused["stay"] == [str(ids["stay of purged"])]
    assert [row["likes"] for row in rows(owner_engine, "hotel.guest")] == ["kept", "alone"]
    assert len(restored.refused["guest"]) == 1
    assert len(restored.refused["elsewhere/party-roles"]) == 1
    assert restored.counts == {
        **restored.counts,
        "stay": 2,
        "guest": 2,
        "room": 4,
        "elsewhere/party-roles": 2,
    }
    step = rows(owner_engine, "kernel.plugin_step")[-1]
    assert step["details"]["refused"]["stay"] == {"count": 1, "rows": [str(ids["stay of purged"])]}
    assert step["details"]["followed"]["stay"] == 2


def test_an_archive_that_is_not_what_was_written_is_refused(hotel: Workshop, owner_engine: Engine) -> None:
    done = uninstall(hotel, "hotel", SARA)
    content = done.archive.read_bytes()
    middle = len(content) // 2
    for changed in (
        b"",
        content[:middle],
        content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :],
    ):
        done.archive.write_bytes(changed)
        with pytest.raises(ArchiveDamaged):
            restore(hotel, done.archive.name, SARA)
    for name in ("../secrets.toml", "none.zip", ""):
        with pytest.raises(StepRefused, match="no archive"):
            restore(hotel, name, SARA)
    assert rows(owner_engine, "kernel.plugin") == []
    done.archive.write_bytes(content)
    assert restore(hotel, done.archive.name, SARA).plugin == "hotel"


def test_the_code_must_know_the_archive(hotel: Workshop) -> None:
    done = uninstall(hotel, "hotel", SARA)
    with pytest.raises(StepRefused, match="no plugin named “hotel”"):
        restore(replace(hotel, discovery=discover([])), done.archive.name, SARA)


def test_what_hangs_on_its_tables_from_outside_forbids_it(hotel: Workshop, owner_engine: Engine) -> None:
    for planted, kind in (
        ("CREATE VIEW kernel.bill AS SELECT id FROM hotel.stay", "VIEW"),
        ("CREATE TABLE kernel.bill (stay_id bigint REFERENCES hotel.stay)", "TABLE"),
        ("CREATE TABLE kernel.bill (id bigint DEFAULT nextval('hotel.stay_id_seq'))", "TABLE"),
        ("CREATE TABLE kernel.bill (stay hotel.stay)", "TABLE"),
    ):
        with owner_engine.begin() as connection:
            connection.execute(text(planted))
        with pytest.raises(StepRefused, match="depends on its tables") as refused:
            uninstall(hotel, "hotel", SARA)
        assert any("kernel.bill" in str(obstacle.text) for obstacle in refused.value.obstacles), planted
        with owner_engine.begin() as connection:
            connection.execute(text(f"DROP {kind} kernel.bill"))
    uninstall(hotel, "hotel", SARA)


def test_policies_that_it_put_elsewhere_go_with_it(hotel: Workshop, owner_engine: Engine) -> None:
    with owner_engine.begin() as connection:
        connection.execute(text("CREATE POLICY hotel__guests ON kernel.party AS RESTRICTIVE USING (true)"))
    uninstall(hotel, "hotel", SARA)
    with owner_engine.connect() as connection:
        left = connection.execute(text("SELECT count(*) FROM pg_policies WHERE policyname LIKE 'hotel%'"))
        assert left.scalar_one() == 0


def test_a_sibling_is_not_touched(hotel: Workshop, owner_engine: Engine) -> None:
    install(hotel, "breaker", SARA)
    uninstall(hotel, "breaker", SARA)
    assert [row["name"] for row in rows(owner_engine, "kernel.plugin")] == ["hotel"]


def test_a_full_disk_leaves_the_plugin(
    hotel: Workshop, owner_engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_arguments: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("kernel.lifecycle.archive.os.fsync", full)
    with pytest.raises(OSError, match="No space"):
        uninstall(hotel, "hotel", SARA)
    assert list((hotel.site.files / FOLDER).iterdir()) == []
    assert len(rows(owner_engine, "hotel.room")) == 2


def test_a_plugin_may_not_reach_out_of_its_schema(
    workshop: Workshop, owner_engine: Engine, tmp_path, monkeypatch
) -> None:
    folder = tmp_path / "greedy"
    (folder / "migrations" / "versions").mkdir(parents=True)
    (folder / "__init__.py").touch()
    (folder / "plugin.py").write_text(
        "from kernel.extension.manifest import Plugin\nplugin = Plugin(name='greedy', title='G', version='1')\n"
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    found = discover([EntryPoint("greedy", "greedy.plugin", GROUP)])
    assert list(found.plugins) == ["greedy"]
    dump = schema_dump(workshop.site)
    for number, reaching in enumerate(
        (
            "ALTER TABLE kernel.party ADD COLUMN greedy text",
            "CREATE TABLE public.greedy (id int)",
            "CREATE SCHEMA another",
            "CREATE INDEX greedy ON kernel.party (created_by)",
            "ALTER TABLE kernel.party DISABLE ROW LEVEL SECURITY, ALTER COLUMN kind DROP NOT NULL",
            "CREATE FUNCTION kernel.greedy() RETURNS int LANGUAGE sql AS 'SELECT 1'",
            "CREATE OR REPLACE FUNCTION kernel.raise_epoch() RETURNS bigint LANGUAGE sql AS 'SELECT 1::bigint'",
        )
    ):
        for old in (folder / "migrations" / "versions").glob("*.py"):
            old.unlink()
        (folder / "migrations" / "versions" / f"r{number}.py").write_text(
            f"from alembic import op\nrevision = 'r{number}'\ndown_revision = None\n\n"
            f"def upgrade():\n    op.execute({reaching!r})\n"
        )
        with pytest.raises(OwnershipBroken, match="outside its own schema"):
            install(replace(workshop, discovery=found), "greedy", SARA)
    assert schema_dump(workshop.site) == dump
    assert rows(owner_engine, "kernel.plugin") == []
