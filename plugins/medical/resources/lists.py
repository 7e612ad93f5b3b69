"""Lists of base data that the clinic uses."""

from __future__ import annotations

from kernel.api import BaseList, _
from plugins.medical.resources.words import DOCUMENT_KINDS, GROUPS, INSURERS, SPECIALTIES

BASE_LISTS = (
    BaseList(
        SPECIALTIES,
        _("Specialties"),
        {
            "general": _("General practice"),
            "dentistry": _("Dentistry"),
            "cardiology": _("Cardiology"),
            "gynaecology": _("Gynaecology"),
            "paediatrics": _("Paediatrics"),
            "orthopaedics": _("Orthopaedics"),
            "dermatology": _("Dermatology"),
            "ophthalmology": _("Ophthalmology"),
        },
    ),
    BaseList(
        INSURERS,
        _("Insurers"),
        {
            "social_security": _("Social Security"),
            "health": _("Iran Health"),
            "armed_forces": _("Armed Forces"),
            "none": _("Without insurance"),
            "iran": _("Iran Insurance (supplementary)"),
            "asia": _("Asia Insurance (supplementary)"),
            "dana": _("Dana Insurance (supplementary)"),
        },
    ),
    BaseList(
        GROUPS,
        _("Departments"),
        {"clinic": _("General clinic"), "dental": _("Dental department"), "women": _("Women’s department")},
    ),
    BaseList(
        DOCUMENT_KINDS,
        _("Kinds of documents"),
        {
            "finding": _("Finding and diagnosis"),
            "prescription": _("Prescription"),
            "laboratory": _("Laboratory"),
            "imaging": _("Imaging"),
            "letter": _("Letter"),
            "consent": _("Consent to treatment"),
        },
    ),
)
