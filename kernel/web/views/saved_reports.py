"""Reports under a name: opened from their tabs and from the page of reports, saved, changed, shared, pinned, deleted."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar
from urllib.parse import urlencode

from flask import request

from kernel.i18n import LazyText, _
from kernel.resources.context import Context
from kernel.resources.reports import Definition
from kernel.resources.resource import Resource
from kernel.resources.saved_views.models import REPORT
from kernel.resources.saved_views.reading import View
from kernel.resources.saved_views.reports import definition_of, open_report
from kernel.web.views.saved import Arguments, Saved, Words


def report_url(
    resource: Resource, arguments: Arguments | None = None, *, view: str = "", standard: str = ""
) -> str:
    """Give the address of a report as it is asked for, opened from a saved one or from a standard one by its name."""
    from_where = {name: [value] for name, value in (("view", view), ("standard", standard)) if value}
    asked = urlencode({**(arguments or {}), **from_where}, doseq=True)
    return f"/{resource.path}/report{f'?{asked}' if asked else ''}"


class SavedReports(Saved):
    """The pages of saved reports. What is not there for a reader refuses the whole report: less would be another one."""

    form: ClassVar[str] = REPORT
    right: ClassVar[str] = "report"
    below: ClassVar[str] = "/report/saved"
    opens_by_itself: ClassVar[bool] = False
    words = Words(
        many=_("Saved reports"),
        everything=_("New report"),
        explained=_(
            "A report keeps what its rows are narrowed and put together by, its figures and its chart."
        ),
        new_title=_("Save the report"),
        edit_title=_("Name and sharing of the report"),
        saved=_("The report was saved."),
        deleted=_("The report was deleted."),
        rests=_("This report rests"),
        broken=_("This report cannot be shown"),
        in_place=_("Nothing is shown in its place, since it would count something else."),
        without=_("A new report on this list"),
        save_new=_("Save as a new report…"),
        delete=_("Delete the report"),
        sure=_("Delete this report? The records stay."),
    )

    def read(self, context: Context, resource: Resource, view: View) -> tuple[str, Sequence[LazyText | str]]:
        """Give the address of the report as it is kept."""
        definition = open_report(context, resource, view)
        return report_url(resource, definition.to_args(), view=str(view.id)), ()

    def asked(self, resource: Resource) -> Arguments:
        """Give what the address asks for."""
        return Definition.from_args(resource, request.args).to_args()

    def kept(self, resource: Resource, view: View) -> Arguments:
        """Give what is kept."""
        return definition_of(resource, view).to_args()

    def narrowed(self, asked: Arguments) -> bool:
        """A report that is not saved is a new one, whatever it asks."""
        return False

    def everything(self, resource: Resource) -> str:
        """Give the address of a new report."""
        return report_url(resource)


REPORTS = SavedReports()
