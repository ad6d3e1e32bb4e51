"""Giving lockers to people, taking them back, swapping; adding lockers, out of use, spare keys (clauses 2.3, 2.4)."""

from typing import NamedTuple

from database import writing
from enums import LockerArea
from models import Locker, LockerUse
from rules.audit.record import record
from rules.auth.permissions import Permission
from rules.core import clock
from rules.core.errors import Changed, Conflict, Invalid
from rules.core.text import one_line, text_error
from rules.core.tokens import sha256
from rules.lockers import hand_in
from rules.lockers.lockers import PLACES, find, note, numbers, numbers_of, of_area, owners, without
from rules.people import classes

FROM_LIST = "Choose from the list"


# --- One ----------------------------------------------------------------------------------------------------


def give(actor, locker, person):
    """Give a free locker to somebody (by id) who has none anywhere. Raises Conflict, Invalid with errors by field."""
    with writing():
        current = find(actor, locker)
        _must_be_free(current)
        if person not in {owner.id for owner in owners(current.area)}:
            raise Invalid({"person": FROM_LIST})
        for area in LockerArea:
            if number := numbers(area).get(person):
                raise Conflict(f"They have locker {number} already, in the {PLACES[area]}. Nobody has two.")
        _begin(actor, current, person)
        note(actor, "locker-given", current, person)


def _must_be_free(current):
    if current.use:
        when = clock.format_moment(current.given_at)
        raise Conflict(f"Locker {current.number} is {current.name}’s: {current.given_by} gave it to them at {when}.")
    if current.out_of_use_since:
        raise Conflict(f"Locker {current.number} is out of use. Take it into use again first.")


def _begin(actor, current, person):
    LockerUse.insert(locker=current.id, person=person, given_by=actor.id, given_at=clock.now()).execute()


def _end(actor, current, use):
    """End the use of a locker that was seen on a page; where it is over, or is another one, Conflict is raised."""
    ending = LockerUse.update(ended_at=clock.now(), ended_by=actor.id)
    if not ending.where(LockerUse.id == use, LockerUse.locker == current.id, LockerUse.ended_at.is_null()).execute():
        now = f"It is {current.name}’s now" if current.use else "It is free now"
        raise Conflict(f"Somebody has changed locker {current.number} meanwhile. {now}.")


def take_back(actor, locker, use):
    """Take a locker back. `use` is the id of the use that was on the page.

    Raises Conflict where that is over, and while a device of the pupil lies in it.
    """
    with writing():
        current = find(actor, locker)
        _end(actor, current, use)
        if current.area is LockerArea.PUPILS and hand_in.holds(current.person):
            raise Conflict(f"A device of {current.name} is still here. Give it back first, then take the locker back.")
        note(actor, "locker-taken-back", current, current.person)


# --- Two ----------------------------------------------------------------------------------------------------


def others(actor, current):
    """The lockers with which one can change places: those of its area that are in use, or free."""
    return [
        locker for locker in of_area(actor, current.area) if locker.id != current.id and (locker.use or locker.free)
    ]


def swap(actor, locker, use, other, other_use):
    """Let the holders of two lockers change places; where the other one is free, the holder moves there.

    `use` and `other_use` are the ids of the uses that were on the page, `other_use` None for a free locker. Raises
    Conflict where one of them is over, Invalid where these two cannot change places.
    """
    with writing():
        here = find(actor, locker)
        there = next((view for view in others(actor, here) if view.id == other), None)
        if there is None:
            raise Invalid({"other": FROM_LIST})
        _end(actor, here, use)
        if other_use:
            _end(actor, there, other_use)
        else:
            _must_be_free(there)
        _move(actor, here, there)
        if other_use:
            _move(actor, there, here)


def _move(actor, before, after):
    _begin(actor, after, before.person)
    note(actor, "locker-moved", after, before.person, before=before.number)


# --- Many ---------------------------------------------------------------------------------------------------


class Plan(NamedTuple):
    """Who would get which locker: pairs of (locker, person), and for how many there is none. `digest` names it."""

    group: str
    area: LockerArea
    pairs: tuple
    left: int

    @property
    def digest(self):
        """The same for the same pairs, so that what is applied is what was looked at."""
        return sha256(" ".join(f"{locker.id}.{person.id}" for locker, person in self.pairs))


def groups(actor):
    """Whom lockers can be given to at once, as {key: words}: those of them who have none."""
    actor.must(Permission.KEEP_LOCKERS)
    teams = {f"class {name}": name for name in classes.pupils_by_class() if name}
    return {"pupils": "All pupils", **teams, "staff": "Staff who work directly with children"}


def plan(actor, group):
    """What giving the free lockers in order to a group would do: by class and name. Raises Invalid for no group."""
    if group not in groups(actor):
        raise Invalid({"group": "Choose who gets a locker"})
    area = LockerArea.STAFF if group == "staff" else LockerArea.PUPILS
    team = group.removeprefix("class ") if group.startswith("class ") else None
    people = [person for person in without(area) if team in {None, person.team}]
    free = [locker for locker in of_area(actor, area) if locker.free]
    return Plan(group, area, tuple(zip(free, people, strict=False)), max(len(people) - len(free), 0))


def apply(actor, group, digest):
    """Do what was looked at; returns for how many. Raises Changed, and nothing is done, where it would be otherwise."""
    with writing():
        wanted = plan(actor, group)
        if wanted.digest != digest:
            raise Changed("Nothing was given. Something has changed since you looked.", wanted)
        for locker, person in wanted.pairs:
            _begin(actor, locker, person.id)
            note(actor, "locker-given", locker, person.id)
        return len(wanted.pairs)


# --- The lockers themselves ---------------------------------------------------------------------------------


LONGEST_HOLDER = 120


def _holder_error(text):
    return text_error(text, LONGEST_HOLDER)


def errors_of_new(actor, area, text, key_holder):
    """What keeps lockers from being added, as {field: message}."""
    errors = {}
    if area not in set(LockerArea):
        errors["area"] = "Choose where the lockers stand"
    try:
        wanted = numbers_of(text)
    except ValueError as error:
        errors["numbers"] = str(error)
    else:
        if not errors and (there := _there(actor, LockerArea(area), wanted)):
            errors["numbers"] = f"There is a locker with this number already: {', '.join(there[:5])}"
    if error := _holder_error(one_line(key_holder)):
        errors["key_holder"] = error
    return errors


def _there(actor, area, wanted):
    known = {locker.number for locker in of_area(actor, area)}
    return [number for number in wanted if number in known]


def add(actor, area, text, key_holder=""):
    """Add lockers of an area by their numbers; returns how many. Raises Invalid with the errors by field."""
    actor.must(Permission.KEEP_LOCKERS)
    with writing():
        if errors := errors_of_new(actor, area, text, key_holder):
            raise Invalid(errors)
        area, wanted = LockerArea(area), numbers_of(text)
        columns = {"area": area.value, "key_holder": one_line(key_holder)}
        Locker.insert_many([{**columns, "number": number} for number in wanted]).execute()
        record("lockers-added", actor=actor.id, place=PLACES[area], count=len(wanted))
        return len(wanted)


def set_key_holder(actor, locker, key_holder):
    """Write down who has the spare key or the code of a locker. Raises Invalid with the errors by field."""
    with writing():
        current, holder = find(actor, locker), one_line(key_holder)
        if error := _holder_error(holder):
            raise Invalid({"key_holder": error})
        if holder != current.key_holder:
            Locker.update(key_holder=holder).where(Locker.id == locker).execute()
            note(actor, "locker-key-changed", current)


def set_out_of_use(actor, locker, out):
    """Take a locker out of use, or into use again. Raises Conflict while somebody has it."""
    with writing():
        current = find(actor, locker)
        if current.use:
            raise Conflict(f"Locker {current.number} is {current.name}’s. Take it back first.")
        if out == (current.out_of_use_since is not None):
            return
        Locker.update(out_of_use_since=clock.now() if out else None).where(Locker.id == locker).execute()
        note(actor, "locker-out-of-use" if out else "locker-in-use", current)
