"""What the clinic of the demonstration is: doctors with hours, services, rooms and devices, insurers, what is taught."""

from __future__ import annotations

from dataclasses import dataclass

CLASS = "کلاس آمادگی زایمان"
STRESS = "تست ورزش"

Offer = dict[str, object]
SERVICES: tuple[Offer, ...] = (
    {"title": "ویزیت عمومی", "minutes": 15, "price": 1_500_000, "self_booking": True, "notice_hours": 2},
    {"title": "ویزیت متخصص", "minutes": 20, "price": 2_500_000, "self_booking": True, "notice_hours": 4},
    {"title": "معاینهٔ دندان", "minutes": 30, "price": 3_000_000, "self_booking": True, "horizon_days": 45},
    {"title": "ترمیم دندان", "minutes": 45, "price": 12_000_000, "buffer_after": 15},
    {"title": "نوار قلب", "minutes": 15, "price": 1_800_000},
    {"title": STRESS, "minutes": 30, "price": 4_500_000},
    {"title": "تزریق و پانسمان", "minutes": 15, "price": 900_000},
    {"title": "سونوگرافی", "minutes": 30, "price": 6_500_000, "buffer_before": 5, "buffer_after": 5},
    {"title": CLASS, "minutes": 60, "price": 2_000_000, "capacity": 8},
)
FACILITIES = {
    "یونیت دندان‌پزشکی ۱": ("room", "ترمیم دندان"),
    "یونیت دندان‌پزشکی ۲": ("room", "ترمیم دندان"),
    "اتاق سونوگرافی": ("room", "سونوگرافی"),
    "دستگاه سونوگرافی": ("device", "سونوگرافی"),
    "دستگاه نوار قلب": ("device", "نوار قلب"),
    "تردمیل": ("device", STRESS),
    "سالن آموزش": ("room", CLASS),
}
"""Rooms and devices: their kind, and the service that needs one of them."""
ALWAYS = {STRESS: ("تردمیل", "دستگاه نوار قلب")}
"""Services that need all of these at once."""
SHARES = (("social_security", 70), ("health", 65), ("armed_forces", 75), ("iran", 80), ("dana", 60))
LESSONS = (
    (
        "دیابت",
        "تغذیه در دیابت",
        "قند خون خود را هر روز صبح اندازه بگیرید، میان‌وعده را حذف نکنید و از نوشیدنی‌های شیرین پرهیز کنید.",
    ),
    (
        "فشار خون بالا",
        "نمک و فشار خون",
        "نمک سفره را کنار بگذارید، روزی نیم ساعت پیاده‌روی کنید و داروی خود را سر وقت بخورید.",
    ),
    (
        "بیماری‌های تنفسی",
        "روزهای آلودهٔ هوا",
        "در روزهای آلوده از خانه کمتر بیرون بروید و افشانهٔ خود را همراه داشته باشید.",
    ),
)
DOCUMENTS = (
    ("finding", "معاینهٔ نخست", "شرح حال گرفته شد؛ فشار خون ۱۲ روی ۸، علائم حیاتی پایدار."),
    ("laboratory", "آزمایش خون", "قند ناشتا ۱۱۸، چربی خون در مرز بالا؛ تکرار سه ماه دیگر."),
    ("prescription", "نسخهٔ دارو", "متفورمین ۵۰۰ روزی دو عدد پس از غذا، سه ماه."),
    ("imaging", "سونوگرافی شکم", "کبد و کیسهٔ صفرا طبیعی؛ کلیه‌ها بدون سنگ."),
)


@dataclass(frozen=True)
class Shape:
    """One doctor of the demonstration: the name, the specialty, the room, and the hours by weekday (0 is Saturday)."""

    first_name: str
    last_name: str
    gender: str
    specialty: str
    room: str
    days: tuple[int, ...]
    shifts: tuple[tuple[str, str], ...]
    services: tuple[str, ...]
    group: str = "clinic"


MORNING, EVENING = ("08:30", "12:30"), ("16:00", "20:00")
DOCTORS = (
    Shape(
        "نگار",
        "سپهری",
        "female",
        "general",
        "۱",
        (0, 1, 2, 3, 4),
        (MORNING,),
        ("ویزیت عمومی", "تزریق و پانسمان"),
    ),
    Shape(
        "کاوه",
        "بهشتی",
        "male",
        "dentistry",
        "۲",
        (0, 2, 4),
        (MORNING, EVENING),
        ("معاینهٔ دندان", "ترمیم دندان"),
        "dental",
    ),
    Shape(
        "ترانه",
        "روشن",
        "female",
        "cardiology",
        "۳",
        (1, 2, 3),
        (EVENING,),
        ("ویزیت متخصص", "نوار قلب", STRESS),
    ),
    Shape("آرش", "پاکزاد", "male", "paediatrics", "۴", (0, 1, 3, 4, 5, 6), (EVENING,), ("ویزیت متخصص",)),
    Shape(
        "یاسمن",
        "دانش",
        "female",
        "gynaecology",
        "۵",
        (0, 1, 3, 5),
        (MORNING,),
        ("ویزیت متخصص", "سونوگرافی"),
        "women",
    ),
)
