"""What can be booked: services, rooms and devices; and what insurers pay."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kernel.api import Context, Part, Problem, Resource, Search, Section, Sort, _, fields, sort_key, squeeze
from plugins.medical.models import Cover, Facility, Service, ServiceDoctor, ServiceFacility
from plugins.medical.resources.words import INSURERS


def prepare_title(context: Context, record: Any, values: Mapping[str, Any]) -> list[Problem]:
    """Compute the keys."""
    record.search_key = squeeze(record.title or "")
    record.sort_key = sort_key(record.title or "")
    return []


SERVICE = Resource(
    name="medical.service",
    model=Service,
    title=_("Service"),
    plural=_("Services"),
    path="medical/services",
    icon="clipboard-list",
    label="title",
    fields=(
        fields.Text("title", _("Title"), required=True, limit=100),
        fields.Minutes("minutes", _("Length"), required=True, most=600, help=_("In minutes.")),
        fields.Money("price", _("Price (Rials)"), least=0),
        fields.Minutes("buffer_before", _("Buffer before"), default=0, least=0, most=240, in_list=False),
        fields.Minutes(
            "buffer_after",
            _("Buffer after"),
            default=0,
            least=0,
            most=240,
            in_list=False,
            help=_("Doctor, room and device are busy in the buffers; they are not shown as free."),
        ),
        fields.Whole(
            "capacity",
            _("Patients at a time"),
            default=1,
            least=1,
            most=200,
            in_list=False,
            help=_("More than one for classes, vaccinations and the like: they come at the same time."),
        ),
        fields.Whole(
            "notice_hours",
            _("Notice (hours)"),
            default=0,
            least=0,
            most=720,
            in_list=False,
            help=_("Least hours between booking and visit; who stands at the desk is taken in all the same."),
        ),
        fields.Whole(
            "horizon_days",
            _("Horizon (days)"),
            default=0,
            least=0,
            most=730,
            in_list=False,
            help=_("Most days ahead that can be booked; 0 for any."),
        ),
        fields.YesNo(
            "self_booking",
            _("Patients may book it"),
            default=False,
            help=_("By link, by SMS and by USSD."),
        ),
        fields.YesNo("active", _("Can be booked"), default=True),
    ),
    list_columns=("title", "minutes", "price", "self_booking", "active"),
    sections=(
        Section(_("Service"), ("title", "minutes", "price", "active")),
        Section(
            _("Booking"),
            ("buffer_before", "buffer_after", "capacity", "notice_hours", "horizon_days", "self_booking"),
        ),
    ),
    parts=(
        Part(
            "doctors",
            _("Doctors who give it"),
            ServiceDoctor,
            "service_id",
            (fields.Link("doctor", _("Doctor"), to="medical.doctor", attribute="doctor_id", required=True),),
            add_title=_("Add a doctor"),
            ruled=False,
        ),
        Part(
            "facilities",
            _("Rooms and devices"),
            ServiceFacility,
            "service_id",
            (
                fields.Link(
                    "facility",
                    _("Room or device"),
                    to="medical.facility",
                    attribute="facility_id",
                    required=True,
                ),
                fields.YesNo(
                    "always",
                    _("Always needed"),
                    default=False,
                    help=_(
                        "A visit takes all that are always needed, and of the others one room and one device, "
                        "whichever is free."
                    ),
                ),
            ),
            add_title=_("Add a room or device"),
            ruled=False,
        ),
    ),
    sorts=(Sort("title", _("Title"), ("sort_key",)),),
    search=Search(),
    quick_filters=("active",),
    prepare=prepare_title,
    constraints={
        "uq_service_search_key": ("title", _("There is already a service of this name.")),
        "uq_service_doctor_service_id": ("doctors", _("This doctor is named twice.")),
        "uq_service_facility_service_id": ("facilities", _("This room or device is named twice.")),
    },
)

FACILITY = Resource(
    name="medical.facility",
    model=Facility,
    title=_("Room or device"),
    plural=_("Rooms and devices"),
    path="medical/facilities",
    icon="building",
    label="title",
    fields=(
        fields.Text("title", _("Title"), required=True, limit=100),
        fields.Choice(
            "kind",
            _("Kind"),
            options={"room": _("Room"), "device": _("Device")},
            required=True,
            default="room",
        ),
        fields.YesNo("active", _("In use"), default=True),
    ),
    list_columns=("title", "kind", "active"),
    sections=(Section(_("Room or device"), ("title", "kind", "active")),),
    sorts=(Sort("title", _("Title"), ("sort_key",)),),
    search=Search(),
    quick_filters=("kind", "active"),
    prepare=prepare_title,
    constraints={"uq_facility_search_key": ("title", _("There is already a room or device of this name."))},
)


def prepare_cover(context: Context, row: Cover, values: Mapping[str, Any]) -> list[Problem]:
    """Call the share by its insurer and service."""
    ends: tuple[tuple[Any, int | None], ...] = (
        (COVER.by_name["insurer"], row.insurer_id),
        (COVER.by_name["service"], row.service_id),
    )
    found = [field.labels([number], context).get(number, "") for field, number in ends if number is not None]
    row.title = " · ".join(filter(None, found))
    return []


COVER = Resource(
    name="medical.cover",
    model=Cover,
    title=_("Share of an insurer"),
    plural=_("Shares of insurers"),
    path="medical/covers",
    icon="percentage",
    label="title",
    fields=(
        fields.BaseChoice("insurer", _("Insurer"), source=INSURERS, attribute="insurer_id", required=True),
        fields.Link(
            "service",
            _("Service"),
            to="medical.service",
            attribute="service_id",
            help=_("Empty: all services for which this insurer has no share of its own."),
        ),
        fields.Percent("percent", _("Per cent of the price"), required=True),
    ),
    list_columns=("insurer", "service", "percent"),
    sections=(Section(_("Share"), ("insurer", "service", "percent")),),
    sorts=(Sort("id", _("In the order of entry"), ("id",)),),
    quick_filters=("insurer",),
    prepare=prepare_cover,
    constraints={"uq_cover_insurer_id": ("service", _("This insurer has a share for this already."))},
)
