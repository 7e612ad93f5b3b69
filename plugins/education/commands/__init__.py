"""Named changes: enrolling, planning and holding sessions, grading, certificates, money."""

from plugins.education.commands import certifying, charging, enrolling, grading, holding, moving

MODULES = (enrolling, holding, moving, grading, certifying, charging)
