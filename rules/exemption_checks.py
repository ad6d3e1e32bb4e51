"""What makes a request for an exemption unfit to be sent, said at the field where it can be mended."""

import datetime as dt
from dataclasses import dataclass

from database import prepared
from fields import Parameter
from models import Exemption, State
from rules import clock
from rules.clock import say_date, say_time
from rules.text import fault_of, one_line, tidy

LONGEST_DEVICE = 200
FURTHEST_AHEAD = dt.timedelta(days=366)


@dataclass(frozen=True)
class Request:
    """What somebody asks for. Days and times are those of the school's clock; None is one that was not given."""

    device_kind: str
    device: str
    purpose: str
    reason: str
    zones: tuple
    starts_on: dt.date | None
    ends_on: dt.date | None
    starts_at: dt.time | None
    ends_at: dt.time | None

    def tidied(self):
        """The same with the texts composed and trimmed and the zones in one order."""
        return Request(
            self.device_kind,
            one_line(self.device),
            self.purpose,
            tidy(self.reason),
            tuple(sorted(set(self.zones))),
            self.starts_on,
            self.ends_on,
            self.starts_at,
            self.ends_at,
        )

    @property
    def device_key(self):
        """What makes two descriptions the same device."""
        return f"{self.device_kind}:{one_line(self.device).casefold()}"


class Unfit(Exception):
    """The request cannot be sent as it is. `problems` maps each field to what is wrong and how to mend it."""

    def __init__(self, problems):
        super().__init__("; ".join(problems.values()))
        self.problems = problems


def problems_of(kind, request, asker, policy, ignore=None):
    """All problems of a request of an asker (by id), as {field: message}; empty when it can be sent.

    `ignore` is the id of the exemption that is being changed: it does not overlap with itself.
    """
    problems = {}
    for check in (_texts, _choices, _days, _times):
        for field, message in check(kind, request, policy):
            problems.setdefault(field, message)
    if not problems and (other := overlapping(asker, request, ignore)):
        problems["starts_on"] = (
            f"You already have permission for this device on {clock.say_span(other.starts_on, other.ends_on)}, "
            f"{say_time(other.starts_at)} to {say_time(other.ends_at)}. "
            "Choose other days or times, or withdraw that one first"
        )
    return problems


def _texts(kind, request, policy):
    for field, text, longest, missing in (
        ("device", request.device, LONGEST_DEVICE, "Say which device it is, for example its make and colour"),
        ("reason", request.reason, 2000, "Say why you need it"),
    ):
        fault = fault_of(text, longest) if text.strip() else missing
        if fault:
            yield field, fault


def _choices(kind, request, policy):
    if request.device_kind not in policy.devices:
        yield "device_kind", "Choose what kind of device it is"
    purpose = policy.purposes.get(request.purpose)
    if purpose is None or kind.id not in purpose["kinds"]:
        yield "purpose", "Choose what you will use it for"
    elif purpose.get("refused_by"):
        yield "purpose", f"{purpose['refusal']} (clause {purpose['refused_by']})"
    if not request.zones:
        yield "zones", "Choose where you will use it"
    elif not set(request.zones) <= policy.zones_to_ask_for.keys():
        yield "zones", "Choose places from the list"


def _days(kind, request, policy):
    today, first, last = clock.today(), request.starts_on, request.ends_on
    if first is None or last is None:
        yield ("starts_on", "Choose the first day") if first is None else ("ends_on", "Choose the last day")
        return
    if first < today:
        yield "starts_on", "The first day is in the past. Choose today or a later day"
        return
    if last < first:
        yield "ends_on", "The last day is before the first day. Choose the same day or a later one"
        return
    if first > today + FURTHEST_AHEAD:
        yield "starts_on", "That is more than a year away. Choose an earlier day"
        return
    year_end = clock.academic_year_end(first, policy.year_ends)
    if last > year_end:
        yield (
            "ends_on",
            f"The school year ends on {say_date(year_end)}. Choose that day or an earlier one, and ask again after it",
        )


def _times(kind, request, policy):
    for field, time, missing in (
        ("starts_at", request.starts_at, "Choose the time from which you need it"),
        ("ends_at", request.ends_at, "Choose the time until which you need it"),
    ):
        if time is None:
            yield field, missing
        elif not policy.opens <= time <= policy.closes:
            yield field, f"Choose a time between {say_time(policy.opens)} and {say_time(policy.closes)}"
    if request.starts_at and request.ends_at and request.ends_at <= request.starts_at:
        yield "ends_at", "The end time must be after the start time"
    elif request.ends_at and request.ends_on == clock.today() and _has_passed(request):
        yield "ends_at", "That time has passed today. Choose a later time or another day"


def _has_passed(request):
    return clock.at(request.ends_on, request.ends_at) <= clock.now()


@prepared
def _overlaps():
    return Exemption.select(
        Exemption.id, Exemption.starts_on, Exemption.ends_on, Exemption.starts_at, Exemption.ends_at
    ).where(
        Exemption.asker == Parameter("asker"),
        Exemption.ends_on >= Parameter("first"),
        Exemption.starts_on <= Parameter("last"),
        Exemption.device_key == Parameter("device_key"),
        Exemption.state == State.APPROVED.value,
        Exemption.starts_at < Parameter("ends_at"),
        Exemption.ends_at > Parameter("starts_at"),
        Exemption.id != Parameter("ignore"),
    )


Waiting = Exemption.alias("waiting_row")


def _in_the_way(*conditions):
    """What was approved for the device of a waiting request at overlapping times."""
    columns = (Exemption.id, Exemption.starts_on, Exemption.ends_on, Exemption.starts_at, Exemption.ends_at)
    same_device = (Waiting.asker == Exemption.asker) & (Waiting.device_key == Exemption.device_key)
    return (
        Exemption.select(Waiting.id.alias("waiting"), *columns)
        .join(Waiting, on=same_device)
        .where(
            Waiting.state == State.SUBMITTED.value,
            Exemption.state == State.APPROVED.value,
            Exemption.ends_on >= Waiting.starts_on,
            Exemption.starts_on <= Waiting.ends_on,
            Exemption.starts_at < Waiting.ends_at,
            Exemption.ends_at > Waiting.starts_at,
            *conditions,
        )
    )


_in_the_way_of_all = prepared(_in_the_way)
_in_the_way_of_one = prepared(lambda: _in_the_way(Waiting.id == Parameter("id")))


@dataclass(frozen=True)
class Overlap:
    """An approved exemption that is in the way."""

    id: int
    starts_on: dt.date
    ends_on: dt.date
    starts_at: dt.time
    ends_at: dt.time


def overlapping(asker, request, ignore=None):
    """An approved exemption of the same person and device whose window overlaps, or None."""
    row = _overlaps.one(
        asker=asker,
        first=request.starts_on.isoformat(),
        last=request.ends_on.isoformat(),
        device_key=request.device_key,
        starts_at=f"{request.starts_at:%H:%M}",
        ends_at=f"{request.ends_at:%H:%M}",
        ignore=ignore or 0,
    )
    return row and _overlap(row)


def overlap_of_waiting(exemption):
    """What is in the way of one waiting request (by id), or None."""
    row = _in_the_way_of_one.one(id=exemption)
    return row and _overlap(row)


def overlaps_of_waiting():
    """What is in the way of the requests that wait, by their ids: one query for all of them."""
    return {row.waiting: _overlap(row) for row in _in_the_way_of_all.rows()}


def _overlap(row):
    day, time = dt.date.fromisoformat, dt.time.fromisoformat
    return Overlap(row.id, day(row.starts_on), day(row.ends_on), time(row.starts_at), time(row.ends_at))


def answer_problems(need, answers):
    """What is missing or wrong in the answers to a need, as {question id: message}."""
    problems = {}
    for question in need.questions:
        given = answers.get(question.id)
        if question.tick:
            fault = None if given is True else "Tick the box to confirm"
        else:
            fault = fault_of(given, question.longest) if (given or "").strip() else "Write an answer"
        if fault:
            problems[question.id] = fault
    return problems


def is_blank(need, answers):
    """Whether nothing of a need was answered, so that it is left for later."""
    return not any((answers.get(q.id) or "") if q.tick else (answers.get(q.id) or "").strip() for q in need.questions)
