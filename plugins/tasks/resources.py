"""The task as a record kind: list, form, board, calendar, search, import and reports follow from it."""

from __future__ import annotations

from collections.abc import Sequence

from kernel.api import (
    Action,
    BaseList,
    Board,
    Calendar,
    Charge,
    Context,
    Part,
    Resource,
    Search,
    Section,
    Sort,
    _,
    fields,
)
from plugins.tasks.consequences import written_task
from plugins.tasks.kinds import REPEAT_DAYS, About, Box, Done, Standing, is_late, is_open
from plugins.tasks.models import OPEN, ChecklistItem, Referral, Task
from plugins.tasks.rules import prepare_task
from plugins.tasks.storing import TASK as NAME
from plugins.tasks.storing import follow_bin, handed
from plugins.tasks.words import (
    PRIORITIES,
    PRIORITY_COLOURS,
    REPEATS,
    STATE_COLOURS,
    STATES,
)

CATEGORIES = "tasks.category"


def actions_of(context: Context, number: int) -> Sequence[Action]:
    """Give the buttons of a task's page."""
    from plugins.tasks.page import actions

    return actions(context, number)


CHECKLIST = Part(
    "checklist",
    _("Checklist"),
    ChecklistItem,
    "task_id",
    (
        fields.Text("title", _("To be done"), required=True, limit=200),
        fields.Whole("place", _("Number in order"), least=0, most=9999, default=0),
    ),
    order="place",
    add_title=_("Add a line to a checklist"),
    most=100,
    on_page=False,
    ruled=False,
)

REFERRALS = Part(
    "referrals",
    _("Referrals"),
    Referral,
    "task_id",
    (
        fields.UserLink("from", _("From"), attribute="from_id"),
        fields.UserLink("to", _("To"), attribute="to_id"),
        fields.LongText("comment", _("Comment")),
    ),
    ruled=False,
)

TASK = Resource(
    name=NAME,
    model=Task,
    title=_("Task"),
    plural=_("Tasks"),
    path="tasks/tasks",
    icon="clipboard-list",
    label="title",
    unruled=("title", "state", "percent", "assignee", "due"),
    fields=(
        fields.Text(
            "title", _("What is to be done"), required=True, limit=200, aliases=("عنوان", "موضوع", "title")
        ),
        fields.UserLink(
            "assignee",
            _("Assignee"),
            attribute="assignee_id",
            help=_("Empty: you yourself. Whoever gets it later is told so, and you go on seeing it."),
            aliases=("مسئول", "ارجاع‌شونده", "assignee"),
        ),
        fields.Day("due", _("Due"), aliases=("سررسید", "مهلت", "due")),
        fields.Choice(
            "priority", _("Priority"), options=PRIORITIES, colours=PRIORITY_COLOURS, default="normal"
        ),
        fields.BaseChoice("category", _("Category"), source=CATEGORIES, attribute="category_id"),
        fields.Choice("state", _("State"), options=STATES, colours=STATE_COLOURS, default="new"),
        Done(
            "percent",
            _("Percent done"),
            least=0,
            most=100,
            default=0,
            help=_("At 100 the task is done."),
        ),
        fields.Link(
            "party",
            _("For"),
            to="party",
            attribute="party_id",
            help=_("Empty: a matter of the house."),
            merge="keep",
        ),
        fields.LongText("description", _("Description"), limit=20_000),
        fields.LongText(
            "result",
            _("Result"),
            limit=20_000,
            help=_("When the task is done, it is written as an interaction with whom the task is for."),
        ),
        fields.Instant("remind_at", _("Remind the assignee at"), in_list=False),
        fields.Whole(
            "value",
            _("Value of the task"),
            least=0,
            most=1_000_000,
            default=1,
            help=_("Its weight in the progress of what it belongs to."),
        ),
        fields.YesNo("needs_result", _("Is not closed without a result"), default=False, in_list=False),
        fields.YesNo(
            "customer_sees",
            _("Shown to the customer"),
            default=False,
            in_list=False,
            help=_("Reports of progress tell the customer of it: title, percent and due day, nothing else."),
        ),
        fields.Choice("repeat", _("Comes round again"), options=REPEATS, in_list=False),
        fields.Whole(
            "repeat_interval",
            _("Every so many"),
            least=1,
            most=999,
            in_list=False,
            help=_("Empty: every single one."),
            when=fields.When("repeat", tuple(REPEATS)),
        ),
        *REPEAT_DAYS,
        fields.Day("repeat_until", _("Until"), in_list=False, when=fields.When("repeat", tuple(REPEATS))),
        About("about", _("About")),
        fields.UserLink("maker", _("Asked for by"), attribute="maker_id", read_only=True),
        fields.Instant("done_at", _("Done at"), read_only=True),
        fields.Instant("created_at", _("Entered"), read_only=True),
        Box(),
        Standing("open", _("Still to be done"), is_open),
        Standing("late", _("Task past due"), is_late),
    ),
    sections=(
        Section(
            _("Task"), ("title", "assignee", "due", "priority", "category", "party", "description"), "task"
        ),
        Section(
            _("Progress"),
            ("state", "percent", "result", "needs_result", "value", "customer_sees"),
            "progress",
        ),
        Section(
            _("Reminder and recurrence"),
            ("remind_at", "repeat", "repeat_interval", "repeat_weekdays", "repeat_day", "repeat_until"),
            "rhythm",
        ),
        Section(_("Entry"), ("maker", "created_at", "done_at"), "entry"),
    ),
    parts=(CHECKLIST,),
    told=(REFERRALS,),
    list_columns=("title", "party", "assignee", "due", "priority", "percent", "state"),
    quick_filters=("box", "open", "late", "assignee", "category", "due"),
    quick=("title", "assignee", "due", "party"),
    sorts=(
        Sort("due", _("Due first"), ("due",)),
        Sort("urgent", _("Most urgent first"), ("urgency",)),
        Sort("newest", _("Entered last"), ("created_at",), descending=True),
    ),
    search=Search(held=("description",)),
    prepare=prepare_task,
    written=written_task,
    owner="assignee_id",
    handed=handed,
    charges=(Charge("assignee_id", along="party_id", when=lambda context, model: model.state.in_(OPEN)),),
    actions=actions_of,
    importable=True,
    event="task_changed",
    follow=follow_bin,
    views=(
        Board(
            lane="state",
            swimlane="assignee",
            label="title",
            fields=("assignee", "due", "priority", "percent"),
        ),
        Calendar(start="due", by="assignee", tone="state", label="title", fields=("assignee", "percent")),
    ),
    help=_(
        "What is to be done, by whom, until when. Double-click the percent in the list to change it; at 100 the task is "
        "done and leaves the cartable. Change the assignee, or press “Refer”, to hand a task on: you go on seeing it under "
        "“Sent by me”."
    ),
    constraints={
        "ck_task_repeat_due": ("due", _("A task that comes round again needs a day on which it is due.")),
        "ck_task_percent": ("percent", _("A task that is done stands at 100 percent.")),
    },
)

BASE_LISTS = (
    BaseList(
        CATEGORIES,
        _("Categories of tasks"),
        {
            "follow_up": _("Follow-up with customers"),
            "sales": _("Sales"),
            "support": _("Support"),
            "delivery": _("Delivery"),
            "finance": _("Finance"),
            "office": _("Office work"),
        },
    ),
)
