"""What plugins hand to the kernel where no other layer owns the type: small frozen values that only describe.

Texts are lazy or already in the context's language. Where a value has an `order`, smaller comes first; ties are broken by
the plugin's name, never by who was registered first.
"""

from kernel.extension.contributions.asked import Price
from kernel.extension.contributions.base import (
    Right,
    Text,
)
from kernel.extension.contributions.declared import (
    DIRECTIONS,
    SECRET_KINDS,
    WHOLE_KINDS,
    Channel,
    MenuItem,
    MessageTemplate,
    PartyRole,
    PatternSuggestion,
    Permission,
    RelationKind,
    SearchSource,
    Series,
    Setting,
)
from kernel.extension.contributions.shown import (
    Action,
    Badge,
    Cursor,
    DashboardBlock,
    Figure,
    FirstStep,
    Panel,
    TimelineEntry,
)
from kernel.extension.contributions.timed import (
    JOB_DAYS,
    LAST_DAY,
    LONGEST_MONTHS,
    DatedRecord,
    Job,
    RecordDate,
)
from kernel.extension.contributions.told import (
    Change,
    Check,
    Erasure,
    Event,
    NoticeKind,
    Obstacle,
)

__all__ = (
    "DIRECTIONS",
    "JOB_DAYS",
    "LAST_DAY",
    "LONGEST_MONTHS",
    "SECRET_KINDS",
    "WHOLE_KINDS",
    "Action",
    "Badge",
    "Change",
    "Channel",
    "Check",
    "Cursor",
    "DashboardBlock",
    "DatedRecord",
    "Erasure",
    "Event",
    "Figure",
    "FirstStep",
    "Job",
    "MenuItem",
    "MessageTemplate",
    "NoticeKind",
    "Obstacle",
    "Panel",
    "PartyRole",
    "PatternSuggestion",
    "Permission",
    "Price",
    "RecordDate",
    "RelationKind",
    "Right",
    "SearchSource",
    "Series",
    "Setting",
    "Text",
    "TimelineEntry",
)
