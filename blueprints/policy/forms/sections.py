"""The form of each section of the draft."""

from blueprints.policy.forms.entries import ClauseForm, ObligationForm, ProcedureForm
from blueprints.policy.forms.front_page import (
    DatesForm,
    DocumentForm,
    MonitoringForm,
    PlaceForm,
    SchoolForm,
    SourceForm,
    TimesForm,
)
from blueprints.policy.forms.offered import (
    AssessmentForm,
    DeviceForm,
    FreeForm,
    NoticeForm,
    PurposeForm,
    RegularForm,
    SignForm,
    VisitorsForm,
)
from rules.policy.sections import SECTIONS

FORMS = {
    "obligations": ObligationForm,
    "clauses": ClauseForm,
    "procedures": ProcedureForm,
    "monitoring": MonitoringForm,
    "sources": SourceForm,
    "documents": DocumentForm,
    "dates": DatesForm,
    "school": SchoolForm,
    "times": TimesForm,
    "places": PlaceForm,
    "devices": DeviceForm,
    "purposes": PurposeForm,
    "notices": NoticeForm,
    "assessments": AssessmentForm,
    "visitors": VisitorsForm,
    "signs": SignForm,
    "free": FreeForm,
    "regular": RegularForm,
}
if FORMS.keys() != SECTIONS.keys():
    raise AssertionError("every section needs its form")
