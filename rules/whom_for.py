"""For whom somebody may ask, and which pupils can take part: the lists that the forms offer and the rules check."""

from enums import Role
from rules import classes, families, visit_choices
from rules.classes import known_by_class
from rules.roles import STAFF


def pupils_for(actor, kind):
    """The pupils for whom this person may ask for a kind, as {id: how to tell them apart}.

    Staff ask for any pupil but a child of whom they are told nothing as a parent (clause 5.14), parents for their own
    children if they may sign for them, pupils for themselves.
    """
    if not kind.for_pupil:
        return {}
    found = {}
    if actor.holds(Role.PUPIL) and Role.PUPIL in kind.askers:
        found[actor.id] = "Me"
    if actor.holds(Role.PARENT) and Role.PARENT in kind.askers:
        children = [child for child in families.children_of(actor.id) if child.signs]
        found |= classes.labels(children)
    if actor.holds(*STAFF) and STAFF & kind.askers:
        found |= classes.labels([pupil for of in known_by_class(actor).values() for pupil in of])
    return found


def subject_of(actor, request):
    """Whom a request that fits is for (a person's id): a pupil, the host of a visitor, or the asker."""
    if request.visit:
        return visit_choices.for_access(actor)[request.visit].host
    return request.subject or actor.id


def may_take_part(actor):
    """The pupils who can take part in an activity, by class: those of the person's own classes first."""
    own, found = classes.classes_of(actor.id), known_by_class(actor)
    return dict(sorted(found.items(), key=lambda each: (each[0] not in own, each[0] == "", each[0])))


LISTED_BY_NAME = 3


def say_pupils(pupils, by_class=None):
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
