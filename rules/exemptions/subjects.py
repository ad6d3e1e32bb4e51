"""For whom somebody may ask, and which pupils take part (clauses 5.5, 5.14)."""

from collections import Counter

from database import prepared
from enums import Role
from fields import Parameter
from models import Participant, Person
from rules.auth.permissions import STAFF
from rules.people import classes, families
from rules.people.classes import known_by_class, labels
from rules.visitors import visits


def _named(*conditions):
    return (
        Participant.select(Person.id, Person.name, Person.username, Person.team, Person.year_group)
        .join(Person, on=(Participant.pupil == Person.id))
        .where(*conditions)
        .order_by(Person.team, Person.name, Person.id)
    )


_of_one = prepared(lambda: _named(Participant.exemption == Parameter("exemption")))


def save_participants(exemption, pupils):
    """Write down who takes part (ids), in the caller's transaction; it takes the place of what was there."""
    Participant.delete().where(Participant.exemption == exemption).execute()
    if pupils:
        Participant.insert_many([{"exemption": exemption, "pupil": pupil} for pupil in pupils]).execute()


def of(view):
    """Who takes part in one exemption, by class and name: rows of id, name, username, team and year_group."""
    return _of_one.rows(exemption=view.id) if view.kind.with_pupils else []


def names_of(pupils):
    """The names of rows of `of` in one text; what tells two of the same name apart stands with them."""
    counted, with_class = Counter(pupil.name for pupil in pupils), labels(pupils)
    return "; ".join(with_class[pupil.id] if counted[pupil.name] > 1 else pupil.name for pupil in pupils)


# --- For whom -----------------------------------------------------------------------------------------------


def pupils_for(actor, kind):
    """The pupils for whom this person may ask for a kind, as {id: how to tell them apart}.

    Staff ask for any pupil but a child of whom they are told nothing as a parent (clause 5.14), parents for their own
    children if they may sign for them, pupils for themselves.
    """
    if not kind.for_pupil:
        return {}
    pupils = {}
    if actor.holds(Role.PUPIL) and Role.PUPIL in kind.askers:
        pupils[actor.id] = "Me"
    if actor.holds(Role.PARENT) and Role.PARENT in kind.askers:
        children = [child for child in families.children_of(actor.id) if child.signs]
        pupils |= classes.labels(children)
    if actor.holds(*STAFF) and STAFF & kind.askers:
        pupils |= classes.labels([pupil for of in known_by_class(actor).values() for pupil in of])
    return pupils


def subject_of(actor, request):
    """Whom a request that fits is for (a person's id): a pupil, the host of a visitor, or the asker."""
    if request.visit:
        return visits.for_access(actor)[request.visit].host
    return request.subject or actor.id


def may_take_part(actor):
    """The pupils who can take part in an activity, by class: those of the person's own classes first."""
    own, by_class = classes.classes_of(actor.id), known_by_class(actor)
    return dict(sorted(by_class.items(), key=lambda group: (group[0] not in own, group[0] == "", group[0])))


LISTED_BY_NAME = 3


def format_pupils(pupils, by_class=None):
    """Who takes part (ids), in words: whole classes, then a few names or a number.

    Classes are taken as they are now, so it is asked once, when the request is sent, and kept with it.
    """
    by_class = classes.pupils_by_class() if by_class is None else by_class
    left, words = set(pupils), []
    for name, members in by_class.items():
        ids = {member.id for member in members}
        if name and ids <= left:
            words.append(name)
            left -= ids
    names = [member.name for members in by_class.values() for member in members if member.id in left]
    if len(names) > LISTED_BY_NAME:
        names = [f"{len(names)} pupils"]
    words += names
    return " and ".join([", ".join(words[:-1]), words[-1]]) if len(words) > 1 else "".join(words)
