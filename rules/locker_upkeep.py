"""The lockers themselves: added by their numbers, out of use, and who has their spare keys or codes."""

from database import writing
from enums import LockerArea
from models import Locker
from rules import audit, clock
from rules.errors import Conflict, Invalid
from rules.locker_numbers import numbers_of
from rules.lockers import PLACES, find, note, of_area
from rules.roles import Permission
from rules.text import one_line, text_error

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
        told = {"area": area.value, "key_holder": one_line(key_holder)}
        Locker.insert_many([{**told, "number": number} for number in wanted]).execute()
        audit.record("lockers-added", actor=actor.id, place=PLACES[area], count=len(wanted))
        return len(wanted)


def say_key_holder(actor, locker, key_holder):
    """Write down who has the spare key or the code of a locker. Raises Invalid with the problem by field."""
    with writing():
        kept, holder = find(actor, locker), one_line(key_holder)
        if error := _holder_error(holder):
            raise Invalid({"key_holder": error})
        if holder != kept.key_holder:
            Locker.update(key_holder=holder).where(Locker.id == locker).execute()
            note(actor, "locker-key-changed", kept)


def set_out_of_use(actor, locker, out):
    """Take a locker out of use, or into use again. Raises Conflict while somebody has it."""
    with writing():
        kept = find(actor, locker)
        if kept.use:
            raise Conflict(f"Locker {kept.number} is {kept.name}’s. Take it back first.")
        if out == (kept.out_of_use_since is not None):
            return
        Locker.update(out_of_use_since=clock.now() if out else None).where(Locker.id == locker).execute()
        note(actor, "locker-out-of-use" if out else "locker-in-use", kept)
