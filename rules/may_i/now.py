"""*May I?* asked of the school as it is: who may ask for whom, and the situation of somebody at a day and time.

A fixed number of queries for each answer. Days and times are those of the school's clock. Somebody's roles and loans
are those of today, also where the question is about another day.
"""

import datetime as dt
from typing import NamedTuple

from database import prepared
from enums import ExemptionState, ParentAccess, Role
from fields import Parameter
from models import Candidate, Exemption, Participant, Person, RoleGrant, Sitting
from rules.auth.actors import actor_of_person, held_today
from rules.auth.permissions import STAFF, Actor
from rules.core import clock
from rules.core.errors import NotFound
from rules.devices import lending, standing_permissions
from rules.devices import own as device_own
from rules.exemption_kinds import KINDS
from rules.exemptions import subjects
from rules.exemptions.permissions import knows, reads_reason
from rules.exemptions.queries import exemptions_query, read_exemption
from rules.may_i.answer import answer, without_kind_of_need
from rules.may_i.situation import Answer, Group, Reach, Site, Situation, Whose, group_of, permit_of
from rules.people import classes, families
from rules.site import status as site_status

MOST_FOUND = 30
OPENING = [key for key, kind in KINDS.items() if kind.opens]


class Question(NamedTuple):
    """What somebody asks: for whom (an id, None for themselves), which kind of device and whose, where and when."""

    zone: str
    device: str
    whose: Whose
    day: dt.date
    time: dt.time
    teaching: bool = False
    person: int | None = None


class MayIAnswer(NamedTuple):
    """The answer to a wish, whom it is about, and how things stand then. `opens`: the asker may open the exemption.

    `kinds` are the kinds of exemption that the asker can ask for. Nothing here says why an exemption was given.
    """

    answer: Answer
    subject: Actor
    status: site_status.Status
    opens: bool
    kinds: list

    @property
    def notice_missing(self):
        """Whether only the monitoring notice has still to be acknowledged."""
        return not self.answer.yes and self.answer.clause == "3.5"


# --- For whom -----------------------------------------------------------------------------------------------


@prepared
def _pupil():
    return (
        Person.select(Person.id)
        .join(RoleGrant, on=(RoleGrant.person == Person.id))
        .where(
            Person.id == Parameter("person"),
            Person.active == True,  # noqa: E712 (SQL)
            RoleGrant.role == Role.PUPIL.value,
            held_today(RoleGrant, Parameter("day")),
        )
    )


def subject_of(actor, person):
    """Whom the question is about: oneself, for staff any pupil, for a parent their own child. Raises NotFound.

    A parent who is told nothing asks for nobody, whatever they are in the school (clause 5.14).
    """
    if person is None or person == actor.id:
        return actor
    if not 0 < person < 2**63 or _pupil.one(person=person, day=clock.today()) is None:
        raise NotFound
    access = next((kin.access for kin in families.parents_of(person) if kin.id == actor.id), None)
    if access is ParentAccess.NOTHING or not (actor.holds(*STAFF) or access in families.MAY_SEE):
        raise NotFound
    return actor_of_person(person)


def children_of(actor):
    """The children that a parent can ask for, as {id: name}."""
    return {child.id: child.name for child in families.children_of(actor.id)} if actor.holds(Role.PARENT) else {}


def pupils_named(actor, part):
    """The pupils whose name has this part, as {id: how to tell them apart}, for staff. Nobody for an empty part,
    and never a child of whom they, as its parent, are told nothing (clause 5.14).
    """
    part = part.casefold().strip()
    if not part or not actor.holds(*STAFF):
        return {}
    barred = families.barred_from(actor.id)
    pupils = [row for row in classes.pupils() if part in row.name.casefold() and row.id not in barred]
    return classes.labels(pupils[:MOST_FOUND])


# --- How things stand ---------------------------------------------------------------------------------------


@prepared
def _approved():
    takes_part = Participant.select(Participant.exemption).where(Participant.pupil == Parameter("person"))
    return exemptions_query(
        (Exemption.subject == Parameter("person")) | Exemption.id.in_(takes_part),
        Exemption.state == ExemptionState.APPROVED.value,
        Exemption.visit.is_null(),
        Exemption.kind.in_(OPENING),
        Exemption.starts_on <= Parameter("day"),
        Exemption.ends_on >= Parameter("day"),
        order=(Exemption.ends_at.desc(), Exemption.id),
    )


@prepared
def _exams():
    return (
        Sitting.select(Sitting.starts_at, Sitting.ends_at)
        .join(Candidate, on=(Candidate.sitting == Sitting.id))
        .where(
            Candidate.pupil == Parameter("person"),
            Sitting.day == Parameter("day"),
            Sitting.cancelled_at.is_null(),
        )
    )


@prepared
def _begins():
    return Person.select(Person.starts_work_at).where(Person.id == Parameter("person"))


class Circumstances(NamedTuple):
    """What is known of somebody at a moment, whatever they want to use and where.

    `exemptions` are those of that day, `exams` the (begin, end) of each exam they sit on it, `begins` is when
    their contracted hours begin.
    """

    subject: Actor
    status: site_status.Status
    exemptions: list
    permits: tuple
    exams: list
    begins: dt.time | None
    time: dt.time

    @property
    def exam_until(self):
        """Until when they sit an exam at that moment, None where they do not."""
        return max((end for start, end in self.exams if start <= self.time < end), default=None)

    def situation(self, zone, policy, **more):
        """The situation of this person in a place."""
        return Situation(
            self.subject.roles,
            zone,
            site=site_of(self.status),
            permits=self.permits,
            exam_until=self.exam_until,
            # Who has no hours on file is taken to be at work: their device is in its locker.
            at_work=self.begins is None or self.time >= self.begins,
            free_places=frozenset(policy.visitors.get("free_places", ())),
            **more,
        )


def site_of(status):
    """Where the school day stands, from the site's status."""
    if status.pupils_on_site:
        return Site.HERE
    if not status.assumed:
        return Site.LEFT
    return Site.NOT_YET if status.school_day else Site.NO_SCHOOL


def standing_of(subject, day, time, status, own=None):
    """What is known of somebody (an actor) at a day and time. `own` saves a query: all their exemptions of now."""
    moment = {"day": day, "minute": f"{time:%H:%M}"}
    group, known = group_of(subject.roles), {"person": subject.id}
    if group is Group.GUEST:
        views = []  # what a guest is permitted hangs on a visit, not on a login
    elif own is not None:
        views = _opening(subject, own, day)
    else:
        views = [read_exemption(row) for row in _approved.rows(**known, **moment)]
    exams = _exams.rows(**known, day=day) if group is Group.PUPIL else []
    sits = any(start <= time < end for start, end in exams)
    begins = _begins.one(**known).starts_work_at if group is Group.STAFF_DIRECT else None
    permits = tuple(permit_of(view, day, time, sits) for view in views)
    return Circumstances(subject, status, views, permits, exams, begins, time)


def _opening(subject, own, day):
    """Of all exemptions that are somebody's business those that `_approved` finds."""
    fits = [view for view in own if view.people.subject == subject.id or view.kind.with_pupils]
    fits = [
        view
        for view in fits
        if view.kind.opens and view.state is ExemptionState.APPROVED and view.request.visit is None
    ]
    return [view for view in fits if view.request.starts_on <= day <= view.request.ends_on]


def permit_now(view):
    """An exemption at this moment, as *may I?* sees it: the permission slip says its verdict."""
    here = clock.local(clock.now())
    return permit_of(view, here.date(), here.time(), view.now.exam_until is not None)


def ask(actor, wish, policy):
    """The answer to a wish. Raises NotFound where the asker has nothing to do with whom it is about."""
    subject = subject_of(actor, wish.person)
    status = site_status.status_at(wish.day, wish.time, policy)
    standing = standing_of(subject, wish.day, wish.time, status)
    more = {"device": wish.device, "whose": wish.whose, "teaching": wish.teaching}
    if wish.whose is Whose.SCHOOL:
        more |= _school(subject, wish)
    opening = {view.id for view in standing.exemptions if knows(actor, view) or reads_reason(actor, view)}
    if subject.id != actor.id:
        # That there is a permission which does not hold now concerns only those who may open it.
        permits = tuple(permit for permit in standing.permits if permit.in_force or permit.id in opening)
        standing = standing._replace(permits=permits)
    answered = answer(standing.situation(wish.zone, policy, **more))
    opens = answered.permit is not None and answered.permit.id in opening
    answered = answered if opens or subject.id == actor.id else without_kind_of_need(answered)
    kinds = [kind for kind in answered.kinds_for(actor.roles) if policy.purposes_of(kind)]
    return MayIAnswer(answered, subject, status, opens, [kind for kind in kinds if _can_send(actor, subject, kind)])


def _can_send(actor, subject, kind):
    """Whether somebody may ask for a kind for whom the answer is about: a parent who only sees asks for nothing."""
    return not kind.for_pupil or subject.id in subjects.pupils_for(actor, kind)


def _school(subject, wish):
    """Whether a device of the school is lent to them, or could be, and whether they know that use is monitored."""
    devices = [device for device in device_own.with_me(subject) if device.kind == wish.device]
    lent = any(lending.may_still_use(device, wish.day) for device in devices)
    may_borrow = standing_permissions.holds(subject.roles)
    reach = Reach.LENT if lent else Reach.STANDING if may_borrow else Reach.NONE
    return {"reach": reach, "notice": lending.acknowledged(subject.id, lending.NOTICE)}
