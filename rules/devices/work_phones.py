"""Who has to be in contact with pupils or parents, and whether they have a work phone for it (clause 3.1).

A work phone is a school device with a number that is lent to somebody for good.
"""

from collections import namedtuple

from peewee import fn

from database import IntegrityError, prepared, writing
from enums import DeviceState
from fields import Parameter
from models import Loan, Person, SchoolDevice, WorkContact
from rules.audit.record import record
from rules.auth.permissions import Permission
from rules.core import clock
from rules.core.errors import Conflict, Invalid, NotFound
from rules.people import staff

SetBy = Person.alias("setter_row")

Contact = namedtuple("Contact", "id person name since set_by number")


@prepared(row=Contact)
def _contacts():
    number = (
        Loan.select(fn.MIN(SchoolDevice.phone_number))
        .join(SchoolDevice)
        .where(
            Loan.borrower == WorkContact.person,
            Loan.returned_at.is_null(),
            Loan.due_on.is_null(),
            SchoolDevice.phone_number != "",
            SchoolDevice.state == DeviceState.IN_USE.value,
        )
    )
    columns = (WorkContact.id, Person.id.alias("person"), Person.name, WorkContact.since, SetBy.name.alias("set_by"))
    return (
        WorkContact.select(*columns, number.alias("number"))
        .join(Person, on=(WorkContact.person == Person.id))
        .switch(WorkContact)
        .join(SetBy, on=(WorkContact.set_by == SetBy.id))
        .where(WorkContact.ended_at.is_null(), Person.active == True)  # noqa: E712 (SQL)
        .order_by(Person.name, Person.id)
    )


def contacts(actor):
    """The active people who need a work phone, by name; `number` is that of the one they have, or None."""
    actor.must(Permission.READ_DEVICES)
    return _contacts.rows()


def without_phone(actor):
    """How many need a work phone and have none: 0 for those who do not keep the devices."""
    if not actor.may(Permission.KEEP_DEVICES):
        return 0
    return sum(row.number is None for row in _contacts.rows())


def add(actor, person):
    """Write down that a member of staff (by id) needs a work phone. Raises Invalid, or Conflict where that is known."""
    actor.must(Permission.KEEP_DEVICES)
    with writing():
        if person not in staff.current():
            raise Invalid({"person": "Choose a member of staff from the list"})
        try:
            WorkContact.insert(person=person, since=clock.now(), set_by=actor.id).execute()
        except IntegrityError:
            known = next(row for row in contacts(actor) if row.person == person)
            moment = clock.format_moment(known.since)
            raise Conflict(
                f"{known.set_by} has written down at {moment} that {known.name} needs a work phone."
            ) from None
        record("work-contact-set", actor=actor.id, person=person)


@prepared
def _one():
    by = Person.alias("ender_row")
    columns = (WorkContact.person.alias("person"), WorkContact.ended_at, by.name.alias("ended_by"))
    return (
        WorkContact.select(*columns)
        .join(by, "LEFT JOIN", on=(WorkContact.ended_by == by.id))
        .where(WorkContact.id == Parameter("contact"))
    )


def end(actor, contact):
    """Write down that somebody needs no work phone any more. Raises NotFound, or Conflict where that has been said."""
    actor.must(Permission.KEEP_DEVICES)
    with writing():
        row = _one.one(contact=contact)
        if row is None:
            raise NotFound
        if row.ended_at:
            moment = clock.format_moment(row.ended_at)
            raise Conflict(f"{row.ended_by} took them off this list at {moment}.")
        here = (WorkContact.id == contact) & WorkContact.ended_at.is_null()
        WorkContact.update(ended_at=clock.now(), ended_by=actor.id).where(here).execute()
        record("work-contact-ended", actor=actor.id, person=row.person)
