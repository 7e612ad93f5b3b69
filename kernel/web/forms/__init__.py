"""Forms: built from the declaration of a resource, filled from a record or a request, marked with what was wrong."""

from kernel.web.forms.build import RecordForm, blank_form, form_of_record, form_of_request
from kernel.web.forms.controls import control, controls

__all__ = ["RecordForm", "blank_form", "control", "controls", "form_of_record", "form_of_request"]
