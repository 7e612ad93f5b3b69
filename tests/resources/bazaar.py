"""A small family of records for tests of lists, export and import: clients, their health facet, and their orders."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from sqlalchemy import BigInteger, Boolean, Connection, Date, ForeignKey, Index, Integer, Text, select, text
from sqlalchemy.orm import Mapped, mapped_column

from kernel.access.policies import child, rows
from kernel.access.scopes import Scope, register_scope
from kernel.access.walls import apply_policies
from kernel.data.base import Binnable, Identified, Stamped, Versioned, schema_base
from kernel.data.engines import Engines
from kernel.data.names import app_role
from kernel.data.site import Site
from kernel.data.types import Rial
from kernel.extension.calling import Hooks
from kernel.extension.contributions import Setting
from kernel.extension.declarations import collect
from kernel.extension.discovery import discover
from kernel.fa.sorting import sort_key
from kernel.fa.text import squeeze
from kernel.i18n import _
from kernel.resources import part as resources_part
from kernel.resources.build import KERNEL_TRANSLATIONS, declare
from kernel.resources.context import Context
from kernel.resources.duplicates import Duplicate
from kernel.resources.errors import Problem
from kernel.resources.fields import (
    BaseChoice,
    Choice,
    Code,
    Day,
    Link,
    LongText,
    Money,
    NationalCode,
    Phone,
    UserLink,
    Whole,
    YesNo,
)
from kernel.resources.fields import Text as TextField
from kernel.resources.parts import BaseList, KernelPart
from kernel.resources.resource import Facet, Resource, Search, Section, Sort
from kernel.resources.runtime import Runtime
from kernel.resources.texts import Texts

SCHEMA = "bazaar"
Base = schema_base(SCHEMA)


QUARTER = 7
"""The one quarter of the bazaar that the scope `quarter` covers."""

register_scope(
    Scope("quarter", _("Quarter"), "bazaar.my_quarter", lambda _actor, _resource, _action: (QUARTER,))
)


class Client(Identified, Stamped, Versioned, Binnable, Base):
    __tablename__ = "client"
    __table_args__ = (
        Index(
            "uq_client_national_code",
            "national_code",
            unique=True,
            postgresql_where=text("binned_at IS NULL"),
        ),
        Index("ix_client_mobile", "mobile"),
        Index("ix_client_name", "name"),
        Index("ix_client_sort_key", "sort_key", "id"),
        Index("ix_client_visited_on", "visited_on", "id"),
        Index("ix_client_search_key", "search_key"),
        Index(
            "ix_client_search_trigram",
            "search_key",
            postgresql_using="gin",
            postgresql_ops={"search_key": "gin_trgm_ops"},
        ),
    )

    name: Mapped[str] = mapped_column(Text)
    kind: Mapped[str | None] = mapped_column(Text)
    code: Mapped[str | None] = mapped_column(Text)
    mobile: Mapped[str | None] = mapped_column(Text)
    national_code: Mapped[str | None] = mapped_column(Text)
    birth_date: Mapped[date | None] = mapped_column(Date)
    visited_on: Mapped[date | None] = mapped_column(Date)
    title_id: Mapped[int | None] = mapped_column(ForeignKey("kernel.base_value.id"))
    referrer_id: Mapped[int | None] = mapped_column(ForeignKey("bazaar.client.id"))
    owner_id: Mapped[int | None] = mapped_column(BigInteger)
    quarter: Mapped[int | None] = mapped_column(BigInteger)
    balance: Mapped[int | None] = mapped_column(Rial)
    regular: Mapped[bool] = mapped_column(Boolean, server_default=text("false"), default=False)
    religion: Mapped[str | None] = mapped_column(Text)
    note: Mapped[str | None] = mapped_column(Text)
    search_key: Mapped[str] = mapped_column(Text(collation="C"))
    search_private: Mapped[str] = mapped_column(Text(collation="C"), server_default=text("''"))
    sort_key: Mapped[str] = mapped_column(Text(collation="C"))


class Health(Identified, Stamped, Versioned, Base):
    __tablename__ = "health"
    __table_args__ = (Index("ix_health_weight", "weight", "client_id"),)

    client_id: Mapped[int] = mapped_column(ForeignKey("bazaar.client.id", ondelete="CASCADE"), unique=True)
    blood: Mapped[str | None] = mapped_column(Text)
    weight: Mapped[int | None] = mapped_column(Integer)


class Purchase(Identified, Stamped, Versioned, Base):
    __tablename__ = "purchase"

    client_id: Mapped[int] = mapped_column(ForeignKey("bazaar.client.id"), index=True)
    what: Mapped[str] = mapped_column(Text)


def prepare(context: Context, client: Client, values: Mapping[str, Any]) -> list[Problem]:
    """Compute the keys; the name "ممنوع" is against the rules of this trade."""
    if not client.name:
        return []
    client.search_key = "|".join(filter(None, (squeeze(client.name), squeeze(client.code or ""))))
    numbers = (client.mobile, client.national_code)
    client.search_private = "|".join(number.lstrip("+") for number in numbers if number)
    client.sort_key = sort_key(client.name)
    return [Problem("name", _("This name is not taken."))] if client.name == "ممنوع" else []


def duplicates(context: Context, sets: Sequence[Mapping[str, Any]]) -> list[list[Duplicate]]:
    """Probable: the same name."""
    names = [values.get("name") for values in sets]
    statement = select(Client.id, Client.name).where(Client.name.in_([name for name in names if name]))
    known = {row[1]: Duplicate(row[0], row[1], _("same name")) for row in context.session.execute(statement)}
    return [[known[name]] if name in known else [] for name in names]


CLIENT = Resource(
    name="client",
    model=Client,
    title=_("Person"),
    plural=_("Persons"),
    path="clients",
    fields=(
        TextField("name", _("Name"), required=True, limit=100, aliases=("نام و نام خانوادگی", "full name")),
        Choice("kind", _("Kind"), options={"gold": _("Gold"), "silver": _("Silver")}, aliases=("نوع مشتری",)),
        Code("code", _("Code"), aliases=("کد",)),
        Phone("mobile", _("Mobile"), only="mobile", aliases=("موبایل", "تلفن همراه", "cell")),
        NationalCode("national_code", _("National code"), aliases=("کد ملی", "کدملی")),
        Day("birth_date", _("Date of birth"), past_only=True, aliases=("تاریخ تولد", "birthday")),
        Day("visited_on", _("Last visit"), aliases=("آخرین مراجعه",)),
        BaseChoice("title", _("Title"), source="client_title", attribute="title_id", aliases=("عنوان",)),
        Link("referrer", _("Introduced by"), to="client", attribute="referrer_id", aliases=("معرف",)),
        UserLink("owner", _("Responsible expert"), attribute="owner_id"),
        Money("balance", _("Balance"), aliases=("مانده",)),
        YesNo("regular", _("Regular"), aliases=("مشتری ثابت",)),
        TextField("religion", _("Religion"), sensitive=True, aliases=("دین",)),
        LongText("note", _("Note"), aliases=("یادداشت",)),
    ),
    list_columns=("name", "mobile", "kind"),
    sections=(Section(_("Person"), ("name",)),),
    sorts=(
        Sort("name", _("Name"), ("sort_key",)),
        Sort("visit", _("Last visit"), ("visited_on",), descending=True, nulls=True),
        Sort("number", _("Mobile"), ("mobile",), nulls=True, private=True),
    ),
    search=Search(private="search_private"),
    prepare=prepare,
    owner="owner_id",
    importable=True,
    identities=("national_code", "mobile"),
    duplicates=duplicates,
    same_without_identity=("name", "birth_date"),
    constraints={"uq_client_national_code": ("national_code", _("Another record already has this value."))},
)

PURCHASE = Resource(
    name="purchase",
    model=Purchase,
    title=_("Person"),
    plural=_("Persons"),
    path="purchases",
    label="what",
    fields=(Link("client", _("Person"), to="client", attribute="client_id"), TextField("what", _("Name"))),
)

HEALTH = Facet(
    resource="client",
    plugin="clinic",
    title=_("Person"),
    model=Health,
    key="client_id",
    permission="clinic",
    fields=(
        Choice("blood", _("Blood group"), options={"a": _("A"), "b": _("B")}, aliases=("گروه خونی",)),
        Whole("weight", _("Weight"), least=1, most=500, aliases=("وزن",)),
    ),
    sorts=("weight",),
)

BAZAAR = KernelPart(
    name="bazaar",
    resources=(CLIENT, PURCHASE),
    policies=(
        rows(Client, "client", own=("owner_id",), scopes={"quarter": ("quarter",)}),
        child(Health, Client, key="client_id", resource="clinic"),
        rows(Purchase, "purchase", own=("created_by",)),
    ),
    base_lists=(BaseList("client_title", _("Title"), {"dr": _("Dr"), "eng": _("Engineer")}),),
    settings=(Setting(key="parties.area_code", title=_("Area code"), default="021"),),
)


def build_tables(owner: Connection, site: Site, runtime: Runtime) -> None:
    """Create the schema of the family, and both walls around everything."""
    owner.exec_driver_sql(f"CREATE SCHEMA {SCHEMA}")
    owner.exec_driver_sql(
        f"CREATE FUNCTION {SCHEMA}.my_quarter(res text, act text) RETURNS bigint"
        " LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS"
        f" $$ BEGIN RETURN CASE WHEN kernel.holds(res, act, 'quarter') THEN {QUARTER} END; END $$"
    )
    Base.metadata.create_all(owner, tables=[m.__table__ for m in (Client, Health, Purchase)])
    for schema in ("kernel", SCHEMA):
        apply_policies(owner, schema, runtime.policies, app_role(site.name))


def build_runtime(site: Site, engines: Engines, **changes: Any) -> Runtime:
    """Give the runtime of the family; `changes` replace attributes of the resource of clients."""
    client = replace(CLIENT, **changes)
    part = replace(BAZAAR, resources=(client, PURCHASE))
    from kernel.parties.part import PART as PARTIES  # its models are what the kernel's other tables point to

    others = KernelPart(name="parties", policies=PARTIES.policies)
    hooks = Hooks(discover([]), [], isolate=False)
    declared = declare(collect(hooks), (resources_part.PART, others, part), {})
    declared = replace(declared, facets={"client": (HEALTH,)})
    texts = Texts([("kernel", KERNEL_TRANSLATIONS)])
    return Runtime(site, engines, epoch=1, hooks=hooks, declared=declared, texts=texts)
