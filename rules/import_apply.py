"""Doing what an import has planned, in the caller's transaction, each change with its own entry on the trail."""

from models import Person
from rules import audit, clock, family_links
from rules.class_staff import keep as keep_classes
from rules.import_links import LinkStep
from rules.people import CHANGE_WORDS
from rules.role_grants import grant
from rules.sessions import end_all


def apply_step(actor, step, school):
    """Do what one line takes. Who may was asked when it was planned."""
    if isinstance(step, LinkStep):
        _apply_link(actor, step)
    elif step.person is None:
        _add(actor, step)
    else:
        _change(actor, step, school.classes_of(step.person))


def _apply_link(actor, step):
    if step.link:
        family_links.change(actor, step.link, step.relation, step.access)
    else:
        family_links.keep(actor, step.child, step.parent, step.relation, step.access)


def _add(actor, step):
    """Somebody new has no password: they get their code on their page."""
    person = Person.insert(**step.details._asdict(), made_at=clock.now()).execute()
    audit.record("person-added", actor=actor.id, person=person)
    _give(actor, person, step, ())


def _change(actor, step, classes):
    person = step.person.id
    if step.changed:
        Person.update({name: getattr(step.details, name) for name in step.changed}).where(Person.id == person).execute()
        what = ", ".join(CHANGE_WORDS[name] for name in step.changed)
        audit.record("person-changed", actor=actor.id, person=person, what=what)
    _give(actor, person, step, classes)
    if step.active is not None:
        Person.update(active=step.active).where(Person.id == person).execute()
        end_all(person)
        event = "person-made-active" if step.active else "person-made-inactive"
        audit.record(event, actor=actor.id, person=person)


def _give(actor, person, step, classes):
    for role in step.roles:
        grant(actor.id, person, role, clock.today(), None)
    if step.classes is not None:
        keep_classes(actor, person, classes, step.classes)
