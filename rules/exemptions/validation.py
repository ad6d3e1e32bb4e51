"""What makes a request for an exemption unfit to be sent, and exemptions in each other's way."""

import datetime as dt
from typing import NamedTuple

from peewee import fn

from database import prepared
from enums import ExemptionState
from fields import Parameter
from models import Exemption
from rules.core import clock
from rules.core.clock import format_date, format_time
from rules.core.text import text_error
from rules.core.validation import FURTHEST_AHEAD, first_errors, span_errors, text_errors, time_errors
from rules.exemption_kinds.prerequisites import Answer
from rules.exemptions import subjects
from rules.exemptions.request import EVERY_DAY
from rules.exemptions.view import any_open_day, last_open_day
from rules.people import staff
from rules.visitors import visits

LONGEST_DEVICE = 200
LONGEST_REFERENCE = 100
MOST_PUPILS = 60
INVOLVED = {"with_pupils": "involved"}  # who is involved is typed in a field of its own
PUPIL_HANDLES = (
    "A pupil may never handle a visitor’s device (clause 6.2), and nobody can allow it. "
    "Plan a lesson activity with a school device instead"
)


def errors_in(kind, request, actor, policy, ignore=None):
    """All errors of a person's request, as {field: message}; empty when it can be sent.

    `ignore` is the id of the exemption that is being changed: it does not overlap with itself.
    """
    checks = (_people, _visit, _texts, _choices, _days, _times)
    errors = first_errors(*(check(kind, request, actor, policy) for check in checks))
    if not errors and (other := overlapping(kind, subjects.subject_of(actor, request), request, ignore)):
        errors["starts_on"] = (
            f"There is permission for this device already, on {clock.format_span(other.starts_on, other.ends_on)}, "
            f"{format_time(other.starts_at)} to {format_time(other.ends_at)}. "
            "Choose other days or times, or withdraw that one first"
        )
    return errors


def _people(kind, request, actor, policy):
    if kind.for_pupil and request.subject not in subjects.pupils_for(actor, kind):
        yield "subject", "Choose the pupil"
    if kind.with_pupils:
        known = {pupil.id for pupils in subjects.may_take_part(actor).values() for pupil in pupils}
        if not request.pupils:
            yield "pupils", "Choose a class or at least one pupil"
        elif not set(request.pupils) <= known:
            yield "pupils", "Choose pupils from the list"
        elif len(request.pupils) > MOST_PUPILS:
            yield "pupils", f"Choose {MOST_PUPILS} pupils or fewer"


def _visit(kind, request, actor, policy):
    if not kind.for_visitor:
        return
    visit = visits.for_access(actor).get(request.visit)
    if visit is None:
        yield "visit", "Choose the visitor"
    elif visit.host not in staff.current():
        yield "visit", "Whoever they visit has left the school. Choose another host for the visit first, then ask"
    elif request.starts_on and request.ends_on and not visit.lasts(request.starts_on, request.ends_on):
        yield "starts_on", f"The visit is {clock.format_span(visit.starts_on, visit.ends_on)}. Choose days of the visit"
    if request.pupil_handles is None:
        yield "pupil_handles", "Say whether a pupil will handle the device"
    elif request.pupil_handles:
        yield "pupil_handles", PUPIL_HANDLES


def _texts(kind, request, actor, policy):
    for field, error in text_errors(
        request,
        ("device", LONGEST_DEVICE, "Say which device it is, for example its make and colour"),
        ("reason", 2000, "Say why you need it"),
        ("exam_permission", LONGEST_REFERENCE, None),
        ("with_pupils", LONGEST_DEVICE, None),
    ):
        yield INVOLVED.get(field, field), error


def _choices(kind, request, actor, policy):
    if request.device_kind not in policy.devices:
        yield "device_kind", "Choose what kind of device it is"
    purpose = policy.purposes.get(request.purpose)
    if purpose is None or kind.id not in purpose["kinds"]:
        yield "purpose", "Choose what it will be used for" if kind.for_pupil else "Choose what you will use it for"
    elif purpose.get("refused_by"):
        yield "purpose", f"{purpose['refusal']} (clause {purpose['refused_by']})"
    if not request.zones:
        yield "zones", "Choose where you will use it"
    elif not kind.places and not set(request.zones) <= policy.zones_for(kind).keys():
        yield "zones", "Choose places from the list"


def _days(kind, request, actor, policy):
    first, last = request.starts_on, request.ends_on
    if first is None or last is None:
        yield ("starts_on", "Choose the first day") if first is None else ("ends_on", "Choose the last day")
        return
    if errors := span_errors(first, last):
        yield from errors.items()
        return
    if first > clock.today() + FURTHEST_AHEAD:
        yield "starts_on", "That is more than a year away. Choose an earlier day"
        return
    year_end = clock.academic_year_end(first, policy.year_ends)
    if last > year_end:
        yield (
            "ends_on",
            f"The school year ends on {format_date(year_end)}. Choose that day or an earlier one, "
            "and ask again after it",
        )
    if not 0 < request.weekdays <= EVERY_DAY:
        yield "weekdays", "Choose at least one day of the week"
    elif not any_open_day(request):
        yield "weekdays", "There is no such day of the week from the first day to the last day"


def _times(kind, request, actor, policy):
    if kind.all_day:
        return
    missing = ("Choose the time from which it is needed", "Choose the time until which it is needed")
    yield from time_errors(request, _last_day(request), policy, missing)


def _last_day(request):
    days_are_fit = request.starts_on and request.ends_on and request.starts_on <= request.ends_on
    return (days_are_fit and last_open_day(request)) or request.ends_on


# --- Answers to prerequisites -------------------------------------------------------------------------------


def answer_errors(prerequisite, answers):
    """What is missing or wrong in the answers to it, as {question id: message}. A day is written YYYY-MM-DD."""
    checks = {
        **{Answer.TICK: _tick, Answer.TEXT: _words, Answer.CHOICE: _one_of},
        **{Answer.DAY_BEFORE: _day, Answer.DAY_AFTER: _day},
    }
    errors = {
        question.id: checks[question.kind](question, answers.get(question.id)) for question in prerequisite.questions
    }
    return {key: error for key, error in errors.items() if error}


def _tick(question, answer):
    return None if answer is True else "Tick the box to confirm"


def _one_of(question, answer):
    return None if answer in dict(question.choices) else "Choose one of these"


def _words(question, answer):
    return text_error(answer or "", question.longest, "Write an answer")


def _day(question, answer):
    try:
        day = dt.date.fromisoformat(answer or "")
    except ValueError:
        return "Choose the day"
    if question.kind is Answer.DAY_BEFORE and day > clock.today():
        return "That day has not come yet. Choose today or an earlier day"
    if question.kind is Answer.DAY_AFTER and not clock.today() <= day <= clock.today() + FURTHEST_AHEAD:
        return "Choose today or a later day, at most a year away"
    return None


def is_blank(prerequisite, answers, template=None):
    """Whether nothing of a prerequisite was answered, so that it is left for later.

    Words that stand as the school's template put them there are no answer yet, while nothing is ticked.
    """
    template = template or {}
    for question in prerequisite.questions:
        answer = answers.get(question.id) or ""
        if answer and (question.tick or answer.strip() not in {"", (template.get(question.id) or "").strip()}):
            return False
    return True


# --- In each other's way ------------------------------------------------------------------------------------


class Overlap(NamedTuple):
    """An approved exemption that is in the way."""

    id: int
    starts_on: dt.date
    ends_on: dt.date
    starts_at: dt.time
    ends_at: dt.time


class _Shared(NamedTuple):
    """The days that two windows have in common."""

    starts_on: dt.date
    ends_on: dt.date
    weekdays: int


COLUMNS = (
    Exemption.id,
    Exemption.starts_on,
    Exemption.ends_on,
    Exemption.starts_at,
    Exemption.ends_at,
    Exemption.weekdays,
)


@prepared
def _overlaps():
    return Exemption.select(*COLUMNS).where(
        Exemption.subject == Parameter("subject"),
        Exemption.ends_on >= Parameter("first"),
        Exemption.starts_on <= Parameter("last"),
        Exemption.device_key == Parameter("device_key"),
        Exemption.state == ExemptionState.APPROVED.value,
        Exemption.starts_at < Parameter("ends_at"),
        Exemption.ends_at > Parameter("starts_at"),
        Exemption.weekdays.bin_and(Parameter("weekdays")) != 0,
        Exemption.id != Parameter("ignore"),
        ~fn.EXISTS(visits.left()),
    )


Waiting = Exemption.alias("waiting_row")


def in_the_way(*conditions):
    """What was approved for the device of a waiting request at overlapping times."""
    same_device = (Waiting.subject == Exemption.subject) & (Waiting.device_key == Exemption.device_key)
    return (
        Exemption.select(
            Waiting.id.alias("waiting"),
            Waiting.starts_on.alias("first"),
            Waiting.ends_on.alias("last"),
            Waiting.weekdays.alias("wanted"),
            *(Exemption.starts_on, Exemption.ends_on, Exemption.weekdays),
        )
        .join(Waiting, on=same_device)
        .where(
            Waiting.state == ExemptionState.SUBMITTED.value,
            Exemption.state == ExemptionState.APPROVED.value,
            Exemption.ends_on >= Waiting.starts_on,
            Exemption.starts_on <= Waiting.ends_on,
            Exemption.starts_at < Waiting.ends_at,
            Exemption.ends_at > Waiting.starts_at,
            Exemption.weekdays.bin_and(Waiting.weekdays) != 0,
            ~fn.EXISTS(visits.left()),
            *conditions,
        )
    )


def overlapping(kind, subject, request, ignore=None):
    """An approved exemption of the same person (by id) and device whose window overlaps, or None.

    `ignore` is the id of the exemption that is being changed: it does not overlap with itself.
    """
    rows = _overlaps.rows(
        subject=subject,
        first=request.starts_on,
        last=request.ends_on,
        device_key=request.device_key(kind),
        starts_at=request.starts_at,
        ends_at=request.ends_at,
        weekdays=request.weekdays,
        ignore=ignore or 0,
    )
    first, last = request.starts_on, request.ends_on
    return next((_overlap(row) for row in rows if share_a_day(row, first, last, request.weekdays)), None)


def share_a_day(row, first, last, weekdays):
    """Whether a row's days and those from `first` to `last` have one in common that is a weekday of both."""
    return any_open_day(_Shared(max(row.starts_on, first), min(row.ends_on, last), row.weekdays & weekdays))


def _overlap(row):
    return Overlap(row.id, row.starts_on, row.ends_on, row.starts_at, row.ends_at)
