"""Named changes: enrolling, planning and holding sessions, grading, certificates, money."""

from plugins.education.commands import (
    cancelling,
    certifying,
    charging,
    discounting,
    enrolling,
    grading,
    holding,
    moving,
)

MODULES = (enrolling, cancelling, holding, moving, grading, certifying, charging, discounting)
