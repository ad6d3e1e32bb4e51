"""The pupils who take part in what an exemption is for: a lesson activity (clause 5.5)."""

from collections import Counter

from database import prepared
from fields import Parameter
from models import Participant, Person
from rules.classes import labels


def _named(*conditions):
    return (
        Participant.select(Person.id, Person.name, Person.username, Person.team, Person.year_group)
        .join(Person, on=(Participant.pupil == Person.id))
        .where(*conditions)
        .order_by(Person.team, Person.name, Person.id)
    )


_of_one = prepared(lambda: _named(Participant.exemption == Parameter("exemption")))


def keep(exemption, pupils):
    """Write down who takes part (ids), in the caller's transaction; it takes the place of what was there."""
    Participant.delete().where(Participant.exemption == exemption).execute()
    if pupils:
        Participant.insert_many([{"exemption": exemption, "pupil": pupil} for pupil in pupils]).execute()


def of(view):
    """Who takes part in one exemption, by class and name: rows of id, name, username, team and year_group."""
    return _of_one.rows(exemption=view.id) if view.kind.with_pupils else []


def names_of(pupils):
    """The names of rows of `of` in one text; what tells two of the same name apart stands with them."""
    counted, told = Counter(pupil.name for pupil in pupils), labels(pupils)
    return "; ".join(told[pupil.id] if counted[pupil.name] > 1 else pupil.name for pupil in pupils)
