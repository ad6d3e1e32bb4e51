"""Lost, damaged, found, mended, retired: the states of a school device, and the steps between them (clause 3.3)."""

from database import writing
from enums import DeviceState
from rules import audit, device_checks, loans, school_devices
from rules.errors import Conflict, Invalid
from rules.roles import Permission
from rules.text import one_line, text_error

IN_USE, LOST, DAMAGED, RETIRED = DeviceState
# From one state to another, as people press it. What has been retired by mistake comes back.
STEPS = {
    IN_USE: {LOST: "It is lost", DAMAGED: "It is damaged", RETIRED: "Retire it"},
    LOST: {IN_USE: "It has been found", RETIRED: "Retire it"},
    DAMAGED: {IN_USE: "It has been mended", LOST: "It is lost", RETIRED: "Retire it"},
    RETIRED: {IN_USE: "Take it into use again"},
}
if STEPS.keys() != set(DeviceState):
    raise AssertionError("every state of a device needs its steps")


def set_state(actor, device, revision, state, note=""):
    """Write down that a device is lost, damaged, in use again or retired.

    What is lost stays lent to whoever had it last; with its retiring that loan ends, because it never comes back.
    Raises Invalid with a note that cannot be kept, or Conflict where somebody has changed the device since it was
    opened, or where it has to be taken back first.
    """
    actor.must(Permission.KEEP_DEVICES)
    with writing():
        kept = school_devices.find(actor, device)
        if kept.revision != revision or state not in STEPS[kept.state]:
            raise Conflict(school_devices.who_was_first(kept))
        note = one_line(note)
        if error := text_error(note, device_checks.LONGEST_NOTE):
            raise Invalid({"note": error})
        if state == RETIRED and kept.loan:
            loans.give_up(actor, kept)
        school_devices.update(actor, kept, state=DeviceState(state).value, state_note=note)
        audit.record("device-state-changed", actor=actor.id, about=kept.record, tag=kept.tag, state=str(state))
