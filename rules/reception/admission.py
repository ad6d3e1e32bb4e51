"""Somebody who is not let in without the headteacher stands at reception: who is told what, and who answers.

Reception learns that the headteacher has to be asked, and the answer; never that there is a list, or a reason. The
headteacher and the DSL are shown at once who is there. An answer is good for the day.
"""

import datetime as dt
from collections import namedtuple
from typing import NamedTuple

from peewee import fn

from database import prepared, writing
from fields import Parameter
from models import AdmissionAlert, DoNotAdmit, Person, Stay, Tablet, Visit, Visitor
from rules.audit.record import record
from rules.auth.permissions import Permission
from rules.core import clock
from rules.core.changes import touched
from rules.core.errors import Conflict, NotFound
from rules.core.text import one_line
from rules.visitors import register, watchlist
from rules.visitors.names import means

SeenBy, Answerer = Person.alias("seen_by_row"), Person.alias("answerer_row")
Again = DoNotAdmit.alias("again_row")


class Alert(NamedTuple):
    """Somebody on the list stood at reception. `name` and `organisation` are as they were typed, `entry` is an id.

    `at` and `answered_at` are aware, UTC, `day` is the school's. `let_in` is None while nobody has answered. `inside`:
    who asked for it has looked, and they are in the building.
    """

    id: int
    entry: int
    name: str
    organisation: str
    day: dt.date
    at: dt.datetime
    seen_by: str | None
    tablet: str | None
    let_in: bool | None
    answered_by: str | None
    answered_at: dt.datetime | None
    ended: bool
    listed_again: bool
    inside: bool = False

    @property
    def since(self):
        """Since when they stand there, on the school's clock."""
        return clock.format_time(clock.local(self.at).time())

    @property
    def where(self):
        """Where they stand, or who is with them."""
        return f"at the tablet {self.tablet}" if self.tablet else f"with {self.seen_by}"

    @property
    def can_change(self):
        """Whether the answer can still become the other one: it is good for its day."""
        return self.let_in is not None and not self.ended and self.day == clock.today()

    @property
    def may_come_in(self):
        """Whether reception may let them in: the answer was yes, or they are no longer on the list. None: unknown."""
        return True if self.ended else self.let_in


def query(*conditions):
    """The alerts for which the conditions hold, as a query without an order."""
    again = Again.select(Again.id).where(Again.name_key == DoNotAdmit.name_key, Again.ended_at.is_null()).limit(1)
    return (
        AdmissionAlert.select(
            *(AdmissionAlert.id, AdmissionAlert.entry.alias("entry"), AdmissionAlert.name),
            *(AdmissionAlert.organisation, AdmissionAlert.day, AdmissionAlert.at),
            *(SeenBy.name.alias("seen_by"), Tablet.name.alias("tablet"), AdmissionAlert.let_in),
            *(Answerer.name.alias("answered_by"), AdmissionAlert.answered_at),
            *(DoNotAdmit.ended_at.is_null(False).alias("ended"), fn.EXISTS(again).alias("listed_again")),
        )
        .join(DoNotAdmit, on=(AdmissionAlert.entry == DoNotAdmit.id))
        .switch(AdmissionAlert)
        .join(SeenBy, "LEFT JOIN", on=(AdmissionAlert.seen_by == SeenBy.id))
        .switch(AdmissionAlert)
        .join(Tablet, "LEFT JOIN", on=(AdmissionAlert.tablet == Tablet.id))
        .switch(AdmissionAlert)
        .join(Answerer, "LEFT JOIN", on=(AdmissionAlert.answered_by == Answerer.id))
        .where(*conditions)
    )


def read(row):
    """A row of such a query as an alert."""
    return Alert(*row)


# --- At the door --------------------------------------------------------------------------------------------


ASK_FIRST = "Ask the headteacher before letting this person in"
SAID_NO = "The headteacher has said no today"
ANSWERS = {True: "let in today", False: "not let in today"}
SHOWN_ANSWERED = 50

Notice = namedtuple("Notice", "token alerts")


# --- Queries ------------------------------------------------------------------------------------------------

_of_day = prepared(lambda: query(AdmissionAlert.day == Parameter("day")).order_by(AdmissionAlert.id))
_latest = prepared(
    lambda: query(AdmissionAlert.day <= Parameter("day")).order_by(AdmissionAlert.id.desc()).limit(SHOWN_ANSWERED)
)
_one = prepared(lambda: query(AdmissionAlert.id == Parameter("alert")))
_inside = prepared(lambda: Stay.select(Visitor.name).join(Visit).join(Visitor).where(Stay.left_at.is_null()))


def _today():
    return [read(row) for row in _of_day.rows(day=clock.today())]


def _marked(alerts):
    """The alerts, with those marked who are in the building."""
    names = [row.name for row in _inside.rows()]
    return [alert._replace(inside=any(_is(alert, name) for name in names)) for alert in alerts]


def _is(alert, name):
    """Whether somebody of this name can be who stood at reception: either name can have a word more."""
    return means(alert.name, name) or means(name, alert.name)


# --- At the door --------------------------------------------------------------------------------------------


def stopped(name, organisation, seen_by=None, tablet=None):
    """Whether somebody is not signed in, because the headteacher has to be asked and has not said yes today.

    `seen_by` is the person at reception, or `tablet` where they stand, by id. It keeps the alert, one a day, and tells
    the trail, so the caller, in whose transaction it is, lets that commit and says only what `told` says. A name stops
    somebody as well where it was written for them in another entry of the same person.
    """
    entries = _listed(name)
    if not entries:
        return False
    answers = {alert.entry: alert.let_in for alert in _today()}
    for entry in entries:
        if entry.id not in answers:
            _keep(entry, name, organisation, seen_by, tablet)
    return not all(answers.get(entry.id) for entry in entries)


def _listed(name):
    return watchlist.of_names(register.names_of(name))


def _keep(entry, name, organisation, seen_by, tablet):
    who = {"name": one_line(name), "organisation": one_line(organisation), "seen_by": seen_by, "tablet": tablet}
    AdmissionAlert.insert(entry=entry.id, day=clock.today(), at=clock.now(), **who).execute()
    event = "admission-stopped" if tablet is None else "admission-stopped-at-tablet"
    record(event, actor=seen_by, about=f"not-admitted:{entry.id}")


def told(name):
    """What reception is told of somebody who was stopped."""
    listed = {entry.id for entry in _listed(name)}
    said_no = any(alert.entry in listed and alert.let_in is False for alert in _today())
    return f"{ASK_FIRST}. {SAID_NO}" if said_no else ASK_FIRST


def tries(actor, stays=()):
    """Today's alerts for reception, the first one first: who waits, who may come in, and who may not.

    Those who were let in and have come are left out; `stays` are today's, as `rules/reception/queries.py` reads them.
    """
    actor.must(Permission.RECEIVE_VISITORS)
    here = [stay.name for stay in stays if stay.left_at is None]
    alerts = [alert._replace(inside=any(_is(alert, name) for name in here)) for alert in _today()]
    return [alert for alert in alerts if not (alert.ended and alert.listed_again) and not _has_come(alert, stays)]


def _has_come(alert, stays):
    since = alert.answered_at or alert.at
    came = any(stay.came_at >= since and _is(alert, stay.name) for stay in stays)
    return bool(alert.may_come_in) and (came or alert.inside)


# --- Answering ----------------------------------------------------------------------------------------------


def waiting_for(actor):
    """Who stands at reception and waits for an answer, for the headteacher and the DSL; [] for others."""
    if not actor.may(Permission.KEEP_WATCHLIST):
        return []
    return [alert for alert in _today() if alert.let_in is None and not alert.ended]


def notice(actor):
    """What an open page of the headteacher or the DSL shows of it, and its token, which is older; None for others."""
    return Notice(token(), waiting_for(actor)) if actor.may(Permission.KEEP_WATCHLIST) else None


def answered(actor):
    """The latest alerts that wait for nobody, the newest first: answered, or of a day that is over."""
    actor.must(Permission.KEEP_WATCHLIST)
    waiting = {alert.id for alert in waiting_for(actor)}
    rows = _latest.rows(day=clock.today())
    return _marked([alert for alert in map(read, rows) if alert.id not in waiting])


def answer(actor, alert, let_in, after_all=False):
    """Say whether somebody who stands at reception is let in today; returns the alert as it was. Raises NotFound.

    `after_all`: it takes back the other answer of today. Who is in the building by then stays in; they are marked.
    Raises Conflict where somebody has answered, or nobody waits for an answer any more.
    """
    actor.must(Permission.KEEP_WATCHLIST)
    with writing():
        current = _find(alert)
        if current.ended or current.day != clock.today() or not _guarded(actor, current, let_in, after_all):
            raise Conflict(_why(_find(alert)))
        event = "admission-answer-changed" if after_all else "admission-answered"
        record(event, actor=actor.id, about=f"not-admitted:{current.entry}", answer=ANSWERS[let_in])
        return current


def _find(alert):
    row = _one.one(alert=alert) if 0 < alert < 2**63 else None
    if row is None:
        raise NotFound
    return _marked([read(row)])[0]


def _guarded(actor, alert, let_in, after_all):
    """Whether the answer could be written: of two at once the second finds another one than it has seen."""
    answer = AdmissionAlert.update(let_in=let_in, answered_by=actor.id, answered_at=clock.now())
    seen = AdmissionAlert.let_in == (not let_in) if after_all else AdmissionAlert.let_in.is_null()
    return answer.where(AdmissionAlert.id == alert.id, seen).execute()


def _why(alert):
    if alert.let_in is not None:
        what = "let in" if alert.let_in else "not let in"
        answered = clock.format_moment(alert.answered_at)
        return f"{alert.answered_by} answered at {answered}: {alert.name} is {what} that day."
    if alert.ended:
        return f"{alert.name} is no longer on the list, so reception can sign them in."
    return f"{alert.name} stood at reception on {clock.format_date(alert.day)}. Nobody waits for an answer any more."


# --- Polls --------------------------------------------------------------------------------------------------


def token():
    """What stays the same as long as nobody else stands at reception and nobody has answered: changes, and the day."""
    return f"{touched()}.{clock.today()}"


def unchanged(seen):
    """Whether a page with this token would look the same now."""
    return seen == token()
