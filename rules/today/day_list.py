"""Today's list: who may use which device, where and when. Queries only, and never the reason (invariant 14)."""

import datetime as dt
import json
from collections import Counter
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import NamedTuple

from peewee import SQL, fn

from database import prepared
from enums import ExemptionState
from fields import Parameter, UtcField
from models import Exemption, Person, Visit, Visitor
from rules.core import changes, clock
from rules.core.changes import touched
from rules.exemption_kinds import KINDS
from rules.exemptions.places import still_offered
from rules.exemptions.queries import still_here, subject_roles
from rules.exemptions.view import Facts, Validity, bit_of, hours_at
from rules.policy.in_force import newest_on
from rules.today import facts as today_facts
from rules.visitors import visits

OVERTIME, NOW, EXAM, UNSIGNED, LATER, ENDED, ALL_DAY = (
    *("overtime", "now", "exam", "unsigned", "later", "ended", "listed"),
)
SIGNED_KINDS = frozenset(kind.id for kind in KINDS.values() if kind.agreement)
SESSION_KINDS = frozenset(kind.id for kind in KINDS.values() if kind.session)
VISITOR_KINDS = frozenset(kind.id for kind in KINDS.values() if kind.for_visitor)
UNLISTED_KINDS = tuple(kind.id for kind in KINDS.values() if kind.confidential)


class DayLine(NamedTuple):
    """One line of the list: the database's own text, so that the same line is the same key of a cache.

    `exam` says when the person sits an exam on that day, `began` when a lesson activity was started, `absent` who of
    those taking part sits an exam; they are empty where there is nothing to say.
    """

    id: int
    name: str
    team: str
    kind: str
    device_kind: str
    device: str
    with_pupils: str
    zones: str
    starts_at: str
    ends_at: str
    weekdays: int
    ends_on: str
    audible_alert: int
    exam_permission: str
    conditions: str
    approved_by: str
    stopped: str
    began: str
    exam: str
    absent: str
    when: str

    @property
    def kind_name(self):
        """The kind in words."""
        return KINDS[self.kind].name

    @property
    def agreement(self):
        """How its agreement stands, in words; empty where the kind has none."""
        if self.kind not in SIGNED_KINDS:
            return ""
        return "Not signed yet" if self.when == UNSIGNED else "Signed"


SHOWN = DayLine._fields.index("stopped")  # so many columns of a row, the first ones, stand in its line as they are


@prepared(raw=True)
def _of_day():
    return (
        Exemption.select(
            Exemption.id,
            fn.COALESCE(Visitor.name, Person.name).alias("name"),
            fn.COALESCE(Visitor.organisation, Person.team).alias("team"),
            *(Exemption.kind, Exemption.device_kind, Exemption.device, Exemption.with_pupils, Exemption.zones),
            *(Exemption.starts_at, Exemption.ends_at, Exemption.weekdays, Exemption.ends_on),
            *(Exemption.audible_alert, Exemption.exam_permission, Exemption.conditions, Exemption.approved_by),
            *(Person.id.alias("person"), Person.username),
            *(Exemption.signed_at, Exemption.stopped_at, Exemption.decided_at),
            visits.here().alias("visitor_here"),
            visits.left().alias("visitor_left"),
            visits.came().alias("visitor_came"),
            subject_roles().alias("roles"),
            newest_on(Parameter("day")).alias("policy"),
        )
        .join(Person, on=(Exemption.subject == Person.id))
        .switch(Exemption)
        .join(Visit, "LEFT JOIN", on=(Exemption.visit == Visit.id))
        .join(Visitor, "LEFT JOIN", on=(Visit.visitor == Visitor.id))
        .where(
            Exemption.ends_on >= Parameter("day"),
            Exemption.starts_on <= Parameter("day"),
            Exemption.weekdays.bin_and(Parameter("weekday")) != 0,
            Exemption.approved_by.is_null(False),
            Exemption.state.in_(
                [ExemptionState.APPROVED.value, ExemptionState.REVOKED.value, ExemptionState.WITHDRAWN.value]
            ),
            Exemption.kind.not_in(UNLISTED_KINDS),
            Person.active == True,  # noqa: E712 (SQL)
        )
        .order_by(Exemption.starts_at, SQL("name"), Exemption.id)
    )


@dataclass(frozen=True)
class DayList:
    """The list of one day, in groups, and the token that says whether it has changed since."""

    day: dt.date
    lines: list
    token: str

    @cached_property
    def groups(self):
        """The lines by their group, those of each in the order of time; a group without a line is not there."""
        groups = {}
        for line in self.lines:
            groups.setdefault(line.when, []).append(line)
        return groups

    def group(self, when):
        """The lines of one group, in the order of time."""
        return self.groups.get(when, [])


def list_of(day, zone="", name="", classes=None):
    """Everyone with an exemption on a day, by time; `zone` and a part of a `name` narrow it down.

    With `classes` (names) it has only the pupils of these classes, and the lessons in which one of them takes part.
    """
    before = touched()
    rows = _of_day.rows(day=day.isoformat(), weekday=bit_of(day))
    rows = [row for row in rows if _is_held(row.kind, row.roles)]
    if day >= clock.today():  # what is past stays as it was
        rows = list(_where_they_are_allowed(rows))
    facts = today_facts.of(day)
    shown = rows
    if zone:
        shown = [row for row in shown if f'"{zone}"' in row.zones]
    if part := name.casefold().strip():
        shown = [row for row in shown if part in row.name.casefold() or part in row.with_pupils.casefold()]
    if classes is not None:
        shown = [row for row in shown if _is_of(row, classes, facts)]
    same = _names_of_two(rows)
    lines = [line for row in shown if (line := _line(row, day, facts, same))]
    return DayList(day, lines, _token(before, rows, facts))


@lru_cache(maxsize=256)
def _is_held(kind, roles):
    """Whether somebody with these roles, as the database spells them, is one of those for whom a kind (an id) is."""
    return still_here(KINDS[kind], True, roles)


def _where_they_are_allowed(rows):
    """The rows with those of their places that the policy still has, without those that have none left."""
    for row in rows:
        left = _places_left(row.policy, row.kind, row.zones)
        if left == row.zones:
            yield row
        elif left:
            yield row._replace(zones=left)


@lru_cache(maxsize=1024)
def _places_left(version, kind, spelled):
    """The places, as the database spells them, that a version of the policy still has, spelled so as well."""
    left = still_offered(version, kind, approved := tuple(json.loads(spelled)))
    return spelled if left == approved else json.dumps(left) if left else ""


def _names_of_two(rows):
    """The names and classes that two different people of the list have."""
    people = {row.person: (row.name, row.team) for row in rows if row.kind not in VISITOR_KINDS}
    if len(people) == len(set(people.values())):
        return ()
    return {name for name, number in Counter(people.values()).items() if number > 1}


def _is_of(row, classes, facts):
    """Whether a row concerns a pupil of one of these classes."""
    if row.kind in SESSION_KINDS:
        return bool(facts.classes_in(row.id) & classes)
    return row.team in classes and KINDS[row.kind].for_pupil


def _line(row, day, facts, same):
    """The line of a row, or None when it was not there on that day: not yet approved, or stopped before it began."""
    if row.decided_at >= facts.ends and not (row.stopped_at and row.stopped_at <= row.decided_at):
        return None
    stopped = ""
    if row.stopped_at:
        moment = clock.local(UtcField.read(row.stopped_at))
        if moment.date() < day or (moment.date() == day and f"{moment:%H:%M}" <= row.starts_at):
            return None
        stopped = f"{moment:%H:%M}" if moment.date() == day else ""
    unsigned = row.kind in SIGNED_KINDS and not facts.signed(row)
    if unsigned and stopped:
        return None  # it never held, so there is nothing to say of it
    began = facts.began(row.id) if row.kind in SESSION_KINDS else ""
    if facts.past and _never_held(row, began):
        return None
    exam = facts.exam(row.person)
    when = UNSIGNED if unsigned else _when(row, facts, stopped, began, exam) if facts.today else ALL_DAY
    shown = row[:SHOWN]
    if same and (row.name, row.team) in same and row.kind not in VISITOR_KINDS:
        shown = (row.id, f"{row.name} ({row.username})", *shown[2:])
    return DayLine._make((*shown, stopped, began, exam, facts.absent(row.id), when))


def _never_held(row, began):
    """Whether a line of a past day never held: nobody started the lesson activity, or the visitor did not come."""
    return (row.kind in SESSION_KINDS and not began) or (row.kind in VISITOR_KINDS and row.visitor_came is None)


def _when(row, facts, stopped, began, exam):
    """In which group of today's list a signed line stands."""
    hours = hours_at(facts.minute, row.starts_at, row.ends_at)
    suspended = bool(exam) and facts.in_exam(row.person) and not row.exam_permission
    runs = bool(began) and facts.runs(row.id)
    here, left = row.visitor_here is not None, row.visitor_left is not None
    return _group(row.kind, bool(stopped), bool(began), runs, hours, suspended, here, left)


GROUPS = {
    Validity.IN_FORCE: NOW,
    Validity.EXAM: EXAM,
    Validity.NOT_NOW: LATER,
    Validity.NOT_HERE: LATER,
}


@lru_cache(maxsize=1024)
def _group(kind, stopped, began, runs, hours, suspended, here, left):
    """The group of a signed line of today, whose person and places have been looked at."""
    validity = Facts(
        approved=not stopped,
        present=True,
        over=left,
        placed=True,
        signed=True,
        on_its_day=True,
        hours=hours,
        suspended=suspended,
        started=runs or kind not in SESSION_KINDS,
        here=here or kind not in VISITOR_KINDS,
    ).validity
    if validity is Validity.OVER:
        return ENDED
    if hours > 0:
        return OVERTIME if kind in SESSION_KINDS and runs else ENDED
    if validity is Validity.NOT_STARTED:
        return ENDED if began else LATER  # ended by the teacher, or not started yet
    return GROUPS[validity]


# --- Has the list changed? ----------------------------------------------------------------------------------


def _token(count, rows, facts):
    """A token that stays good until something changes or the clock reaches the next start or end of anything."""
    edges = {row.starts_at for row in rows} | {row.ends_at for row in rows} | facts.edges() if facts.today else ()
    return changes.token_until(count, facts.minute, edges)


unchanged = changes.unchanged
