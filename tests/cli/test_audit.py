"""`peyvand audit`: says what is intact, names what is broken, and exports the head."""

from __future__ import annotations

import json

from sqlalchemy import text

from kernel.access.actor import SYSTEM
from kernel.lifecycle.seals.sealing import set_seals
from kernel.resources.build import build_runtime


def test_verify_and_head(peyvand, own_site, engines, tmp_path):
    name = own_site.name
    assert "Nothing is sealed yet" in peyvand("audit", "head", "--site", name, status=1)
    with engines.owner(own_site).begin() as owner:
        for _each in range(3):
            owner.execute(
                text("INSERT INTO kernel.audit_entry (at, actor_id, what) VALUES (now(), 0, 'test')")
            )
    with build_runtime(own_site, engines).writing(SYSTEM("test"), "seal") as context:
        set_seals(context)
    assert "Intact: " in peyvand("audit", "verify", "--site", name)
    head = tmp_path / "head.json"
    head.write_text(peyvand("audit", "head", "--site", name))
    assert json.loads(head.read_text())["site"] == name
    assert "Intact: " in peyvand("audit", "verify", "--site", name, "--head", head)
    (tmp_path / "other.json").write_text("[]")
    assert "not an exported head" in peyvand(
        "audit", "verify", "--site", name, "--head", tmp_path / "other.json", status=1
    )
    with engines.owner(own_site).begin() as owner:
        owner.execute(
            text("DELETE FROM kernel.audit_entry WHERE id = (SELECT max(id) FROM kernel.audit_entry)")
        )
    told = peyvand("audit", "verify", "--site", name, status=1)
    assert "rows are left; missing: " in told
    with engines.owner(own_site).begin() as owner:
        owner.execute(text("DELETE FROM kernel.seal"))
    told = peyvand("audit", "verify", "--site", name, "--head", head, status=1)
    assert "of the exported head is missing" in told
