"""The form of each section of the draft."""

from blueprints.policy.form_forms import (
    AssessmentForm,
    DeviceForm,
    FreeForm,
    NoticeForm,
    PurposeForm,
    RegularForm,
    SignForm,
    VisitorsForm,
)
from blueprints.policy.forms import ClauseForm, ObligationForm, ProcedureForm
from blueprints.policy.front_forms import (
    DatesForm,
    DocumentForm,
    MonitoringForm,
    PlaceForm,
    SchoolForm,
    SourceForm,
    TimesForm,
)
from rules.policy_outline import SECTIONS

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
