"""Named changes: enrolling, planning and holding sessions, grading, certificates, money."""

from plugins.education.commands import (
    cancelling,
    certifying,
    charging,
    discounting,
    enrolling,
    finalising,
    grading,
    holding,
    importing,
    moving,
)

MODULES = (
    enrolling,
    cancelling,
    holding,
    moving,
    grading,
    importing,
    finalising,
    certifying,
    charging,
    discounting,
)
