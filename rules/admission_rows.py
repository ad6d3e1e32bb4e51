"""Alerts as they stand: who of the list stood at reception, where, and what was answered. Queries only."""

import datetime as dt
from typing import NamedTuple

from peewee import fn

from models import AdmissionAlert, DoNotAdmit, Person, Tablet
from rules import clock

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
        return clock.say_time(clock.local(self.at).time())

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
