"""A site to measure: its own server at default durability, a clinic, and any number of parties put in by COPY."""

from __future__ import annotations

import random
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg.sql import SQL, Identifier
from sqlalchemy import insert

from kernel.access.actor import SYSTEM, Actor
from kernel.access.models import UserPassword
from kernel.access.passwords import hashed
from kernel.administration.assembly import assemble
from kernel.administration.setup import create_furnished_site
from kernel.data.address import conninfo
from kernel.data.config import Config
from kernel.data.engines import Engines
from kernel.data.server import Server, connect_server
from kernel.data.site import Site
from kernel.extension.discovery import discover
from kernel.fa.sorting import sort_key
from kernel.fa.text import squeeze
from kernel.lifecycle.install import install
from kernel.lifecycle.steps import Workshop
from kernel.resources.build import build_runtime
from kernel.resources.runtime import Runtime
from kernel.testing.users import add_user


def _words(text: str) -> list[str]:
    return text.split()


FIRST = _words(
    "سارا علی مریم حسین زهرا رضا فاطمه مهدی نرگس امیر لیلا سعید الهام بابک شیرین کامران مینا"
    " پویا نازنین آرش پریسا بهرام ژاله کیان گلناز فرهاد هستی یاسمن سینا ترانه"
)
LAST = _words(
    "احمدی محمدی کریمی حسینی رضایی موسوی جعفری قاسمی رحیمی صادقی کاظمی نوری یوسفی اکبری باقری"
    " هاشمی طاهری فرهادی نجفی سلیمانی پارسا مقدم زمانی توکلی شریفی گودرزی خسروی بهرامی چراغی"
    " ژرفی شفیعی مرادی عباسی قربانی ملکی نصیری وحدتی یاوری آذری بابایی پیروز تقوی ثابتی جوادی"
    " حیدری خادمی داوودی راستین زارعی سعیدی شکوهی صفایی ضیایی عطایی غفاری فتحی قنبری کاویانی"
    " گلستانی لطفی"
)
SUFFIX = ("", "", "", " تهرانی", " نژاد", " پور", " زاده", " راد", " اصل", " فر", " نیا", " یگانه")
HOSTS = ("bench.localhost", "127.0.0.1")
PASSWORD = "سه-کلاغ-بر-شاخه-4"
COMMON, RARE = "گودرز", "نازنین گودرزی نیا"
"""A part of one surname in sixty, and a name of one person in some ten thousand."""
COLUMNS = _words(
    "kind first_name last_name display_name mobile national_code owner_id search_key search_private sort_key"
)

TRIGRAM_INDEXES = (
    "SELECT indexname, indexdef FROM pg_indexes"
    " WHERE schemaname = 'kernel' AND tablename = 'party' AND indexname LIKE '%trigram'"
)


@dataclass
class Bench:
    """The running site and its actors: an administrator, and a user who sees own records only."""

    config: Config
    engines: Engines
    site: Site
    runtime: Runtime
    server: Server
    administrator: Actor
    own: Actor

    def owner_connection(self) -> psycopg.Connection[tuple[object, ...]]:
        """A plain connection of the role that owns the tables: no row security."""
        return psycopg.connect(conninfo(self.site.owner_url), autocommit=True)


@contextmanager
def bench_site(parties: int) -> Iterator[Bench]:
    """Make the site, fill it, and take everything away afterwards."""
    assemble()
    with tempfile.TemporaryDirectory(prefix="peyvand-bench-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        config = Config(home=Path(folder))
        server = connect_server(config)
        engines = Engines(config)
        try:
            site = create_furnished_site(config, engines, "bench", title="Bench", hosts=HOSTS)
            install(Workshop(site, engines, discover()), "medical", SYSTEM("bench"))
            with engines.owner(site).begin() as owner:
                administrator = add_user(owner, "head", administrator=True)
                own = add_user(
                    owner, "own", {("party", action): "own" for action in ("view", "create", "edit")}
                )
                kept = [
                    {"user_id": each.user_id, "password_hash": hashed(PASSWORD)}
                    for each in (administrator, own)
                ]
                owner.execute(insert(UserPassword), kept)
            made = Bench(config, engines, site, build_runtime(site, engines), server, administrator, own)
            fill(made, parties)
            yield made
        finally:
            engines.dispose()
            server.stop(requested=True)


def fill(bench: Bench, parties: int) -> None:
    """Put in persons by COPY as the owner; one in 2,000 belongs to the user who sees own records only.

    The trigram indexes are built afterwards, which is what a restore does as well.
    """
    with bench.owner_connection() as connection:
        indexes = connection.execute(TRIGRAM_INDEXES).fetchall()
        for name, _definition in indexes:
            connection.execute(f"DROP INDEX kernel.{name}")
        copy_parties(connection, parties, bench.own.user_id or 0)
        for _name, definition in indexes:
            connection.execute(str(definition))
        connection.execute("VACUUM ANALYZE kernel.party")


def copy_parties(
    connection: psycopg.Connection[tuple[object, ...]], number: int, owner_id: int, start: int = 0
) -> None:
    """Copy invented persons into the table; `start` sets their numbers apart from those of others."""
    random_ = random.Random(1405)
    squeezed = {name: squeeze(name) for name in (*FIRST, *LAST, *SUFFIX)}
    statement = SQL("COPY kernel.party ({}) FROM STDIN").format(SQL(", ").join(map(Identifier, COLUMNS)))
    keys: dict[str, str] = {}
    with connection.cursor().copy(statement) as copy:
        for place in range(start, start + number):
            first, last, suffix = random_.choice(FIRST), random_.choice(LAST), random_.choice(SUFFIX)
            surname = f"{last}{suffix}"
            shown = f"{first} {surname}"
            if shown not in keys:
                keys[shown] = sort_key(f"{surname} {first}")
            mobile = f"+989{100_000_000 + place:09d}"
            code = f"{place:010d}"
            given, family = squeezed[first], squeezed[last] + squeezed[suffix]
            folded = f"{given}{family}|{family}{given}"
            owner = owner_id if place % 2000 == 7 else None
            private = f"{mobile[1:]}|0{mobile[3:]}|{code}"
            copy.write_row(
                ("person", first, surname, shown, mobile, code, owner, folded, private, keys[shown])
            )
