"""Named changes: enrolling, planning and holding sessions, grading, certificates, money."""

from plugins.education.commands import (
    cancelling,
    certifying,
    charging,
    discounting,
    enrolling,
    grading,
    holding,
    importing,
    moving,
)

MODULES = (enrolling, cancelling, holding, moving, grading, importing, certifying, charging, discounting)
