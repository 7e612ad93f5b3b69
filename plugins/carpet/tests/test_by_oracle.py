"""Reports and the list for offers against arithmetic of their own, over random registrations, for staff and dealers."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select

from kernel.access.actor import Actor
from kernel.resources.models import BaseValue
from kernel.resources.reports import run
from kernel.resources.reports.standard import standard_reports
from plugins.carpet.crossing import Kind, owners
from plugins.carpet.models import CarpetModel, Dealer, Guarantee, Serial
from plugins.carpet.tests.conftest import House


def mixed(house: House, chance: random.Random) -> None:
    """Register most carpets for three owners, with models, regions, consent and ends at random."""
    batch = house.run("carpet.make_batch", model=house.models[1], produced_on="2026-09-01", count=20)
    with house.runtime.system_work("kinds", "test.kinds") as context:
        values = {
            name: list(
                context.session.execute(
                    select(BaseValue.id).where(BaseValue.list == f"carpet.{name}")
                ).scalars()
            )
            for name in ("size", "colour", "region")
        }
        for model in context.session.execute(select(CarpetModel)).scalars():
            model.size_id, model.colour_id = chance.choice(values["size"]), chance.choice(values["colour"])
        for dealer in context.session.execute(select(Dealer)).scalars():
            dealer.region_id = chance.choice([*values["region"], None])
        rows = context.session.execute(select(Serial).where(Serial.batch_id == batch)).scalars()
        for row in rows:
            row.dealer_id = chance.choice([*house.dealers, None])
        numbers = list(context.session.execute(select(Serial.number).order_by(Serial.id)).scalars())
    for number in chance.sample(numbers, 24):
        agreed = chance.random() < 0.7
        found = house.run(
            "carpet.register", serial=number, party=chance.choice(house.persons), consent=agreed
        )
        if chance.random() < 0.15:
            house.run("carpet.void_guarantee", guarantee=found.guarantee_id, reason="آزمون")


def seen(house: House, dealer: int | None) -> list[tuple[Guarantee, CarpetModel]]:
    models = {model.id: model for model in house.all(CarpetModel)}
    return [
        (row, models[row.model_id]) for row in house.guarantees() if dealer is None or row.dealer_id == dealer
    ]


def fits(kind: Kind, model: CarpetModel) -> bool:
    return all(
        wanted in (None, own)
        for wanted, own in (
            (kind.model_id, model.id),
            (kind.size_id, model.size_id),
            (kind.design_id, model.design_id),
            (kind.colour_id, model.colour_id),
        )
    )


def expected(rows: list[tuple[Guarantee, CarpetModel]], bought: Kind, lacking: Kind) -> dict[int, int]:
    active = [(row, model) for row, model in rows if row.state == "active"]
    counts = Counter(row.party_id for row, model in active if row.consent and fits(bought, model))
    have = {row.party_id for row, model in active if fits(lacking, model)}
    return {party: count for party, count in counts.items() if lacking.empty or party not in have}


@pytest.mark.parametrize("seed", range(2))
def test_what_is_counted_is_what_was_registered(house: House, seed: int) -> None:
    chance = random.Random(seed)
    mixed(house, chance)
    models = house.all(CarpetModel)
    readers: list[tuple[Actor, int | None]] = [
        (house.administrator, None),
        (house.dealer_user, house.dealers[0]),
        (house.other_user, house.dealers[1]),
    ]
    kinds = [Kind(), *(Kind(model_id=model.id) for model in models)]
    kinds += [Kind(size_id=model.size_id) for model in models] + [Kind(colour_id=models[0].colour_id)]
    for reader, dealer in readers:
        rows = seen(house, dealer)
        with house.runtime.reading(reader) as context:
            for bought in kinds:
                for lacking in kinds:
                    found = {row.id: row.count for row in owners(context, bought, lacking)}
                    assert found == expected(rows, bought, lacking), (dealer, bought, lacking)
            for name, column in (
                ("by_dealer", "dealer_id"),
                ("by_region", "region_id"),
                ("by_model", "model_id"),
            ):
                counts = counted(context, name)
                assert counts == Counter(getattr(row, column) for row, _model in rows), (dealer, name)

            held = Counter(
                row.model_id for row in house.all(Serial) if dealer is None or row.dealer_id == dealer
            )
            assert counted(context, "serials_by_model") == held


def counted(context: Any, name: str) -> dict[Any, int]:
    (offered,) = (each for each in standard_reports(context) if each.name == f"carpet.{name}")
    resource = context.runtime.resource(offered.report.resource)
    asked = replace(offered.report.definition(resource), dated="", period="", across="")
    found = run(context, resource, asked)
    return {line.key[0]: line.figures[0] for line in found.lines if len(line.key) == 1}
