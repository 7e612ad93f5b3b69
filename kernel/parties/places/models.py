"""Countries, provinces, cities, districts: the four levels of a location. Users extend them in place."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, ForeignKey, Index, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from kernel.data.base import Identified, KernelBase, Stamped, Versioned


class _Place(Identified, Stamped, Versioned):
    """What every level has: names, folded keys, and whether it is still offered."""

    name: Mapped[str] = mapped_column(Text)
    name_en: Mapped[str | None] = mapped_column(Text)
    search_key: Mapped[str] = mapped_column(Text)
    """Squeezed name: two places of one spelling are one place."""
    sort_key: Mapped[str] = mapped_column(Text(collation="C"))
    active: Mapped[bool] = mapped_column(Boolean, server_default=text("true"), default=True)
    """An inactive place is kept where it is used and no longer offered."""


class Country(_Place, KernelBase):
    """A country; `code` is ISO 3166-1 alpha-2, `dialling_code` has no plus sign."""

    __tablename__ = "country"
    __table_args__ = (
        Index("uq_country_code", "code", unique=True),
        Index("uq_country_search_key", "search_key", unique=True),
    )

    code: Mapped[str] = mapped_column(Text)
    dialling_code: Mapped[str | None] = mapped_column(Text)


class Province(_Place, KernelBase):
    """A province (استان); `code` is ISO 3166-2 where it ships with the product, `area_code` begins with 0."""

    __tablename__ = "province"
    __table_args__ = (
        Index("uq_province_code", "code", unique=True),
        Index("uq_province_country_id_search_key", "country_id", "search_key", unique=True),
        Index("ix_province_country_id_sort_key", "country_id", "sort_key", "id"),
    )

    country_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("kernel.country.id", name="fk_province_country_id")
    )
    code: Mapped[str | None] = mapped_column(Text)
    area_code: Mapped[str | None] = mapped_column(Text)


class City(_Place, KernelBase):
    """A city; `seat_of` names the county (شهرستان) whose seat it is."""

    __tablename__ = "city"
    __table_args__ = (
        Index("uq_city_province_id_search_key", "province_id", "search_key", unique=True),
        Index("ix_city_province_id_sort_key", "province_id", "sort_key", "id"),
    )

    province_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("kernel.province.id", name="fk_city_province_id")
    )
    seat_of: Mapped[str | None] = mapped_column(Text)


class District(_Place, KernelBase):
    """A district or zone of a city (منطقه، محله): the user's own zoning, for routes and comparisons."""

    __tablename__ = "district"
    __table_args__ = (
        Index("uq_district_city_id_search_key", "city_id", "search_key", unique=True),
        Index("ix_district_city_id_sort_key", "city_id", "sort_key", "id"),
    )

    city_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("kernel.city.id", name="fk_district_city_id"))
