"""The register of the school's devices: finding, adding and changing them, and their PIN (clauses 3.1, 3.3)."""

import re
import unicodedata
from typing import NamedTuple

from database import prepared, writing
from enums import DeviceState
from fields import Parameter
from models import Loan, SchoolDevice
from rules.audit import trail
from rules.audit.record import record
from rules.auth.permissions import Permission
from rules.core import clock
from rules.core.errors import Conflict, Invalid, NotFound
from rules.core.text import one_line, text_error
from rules.devices import loan_problems, queries
from rules.policy.in_force import policy_in_force

LONGEST_TAG = 40
LONGEST_MODEL = 120
LONGEST_NOTE = 300
_NUMBER = re.compile(r"\+?[0-9][0-9 ()-]{2,24}")


class DeviceDetails(NamedTuple):
    """What was typed about a device. `kind` is the id of one of the policy's kinds of device."""

    asset_tag: str
    kind: str
    model: str = ""
    phone_number: str = ""

    def cleaned(self):
        """Return a copy with each text on one line."""
        return DeviceDetails(one_line(self.asset_tag), self.kind, one_line(self.model), one_line(self.phone_number))


def tag_key(tag):
    """What two spellings of one tag have in common: no case, no spaces or hidden marks, one kind of dash.

    >>> tag_key(" t – 07"), tag_key("T-07") == tag_key("T-7")
    ('t-07', False)
    """
    plain = "".join(unicodedata.normalize("NFKC", tag).casefold().split())
    kinds = ((letter, unicodedata.category(letter)) for letter in plain)
    return "".join("-" if kind == "Pd" else letter for letter, kind in kinds if kind != "Cf")


def errors_in(details, kinds):
    """What is wrong with cleaned details, as {field: message}; `kinds` are the ids of the policy's kinds of device.

    Whether the tag is taken is not asked here.
    """
    return {
        field: message
        for field, message in (
            ("asset_tag", _tag_error(details.asset_tag)),
            ("kind", None if details.kind in kinds else "Choose what kind of device it is"),
            ("model", text_error(details.model, LONGEST_MODEL)),
            ("phone_number", _number_error(details.phone_number)),
        )
        if message
    }


def _tag_error(tag):
    if error := text_error(tag, LONGEST_TAG, "Write what stands on its label, for example T-07"):
        return error
    return None if tag[0].isalnum() else "Begin the tag with a letter or a figure, for example T-07"


def _number_error(number):
    if not number or _NUMBER.fullmatch(number):
        return None
    return "Write the number in figures, for example 01632 960 114"


# --- The register -------------------------------------------------------------------------------------------


LOANS_SHOWN = 50
PAGE = 100  # devices on one page of the register
CHANGE_WORDS = {"asset_tag": "asset tag", "kind": "kind", "model": "model", "phone_number": "phone number"}


class DeviceFilter(NamedTuple):
    """Which devices a list shows; an empty text is any. `out` is "lent", "here", "overdue" or "trouble".

    Retired devices are shown only where their state is asked for.
    """

    text: str = ""
    kind: str = ""
    state: str = ""
    out: str = ""


# --- Reading ------------------------------------------------------------------------------------------------

_in_school = prepared(lambda: queries.devices(SchoolDevice.state != DeviceState.RETIRED.value))
_retired = prepared(lambda: queries.devices(SchoolDevice.state == DeviceState.RETIRED.value))
_one = prepared(lambda: queries.devices(SchoolDevice.id == Parameter("device")))
_by_tag = prepared(lambda: queries.devices(SchoolDevice.tag_key == Parameter("key")))


@prepared
def _loans_of():
    return queries.loans(Loan.device == Parameter("device")).limit(LOANS_SHOWN)


def register(actor, wanted=None):
    """The devices that are wanted, by tag, with what has to be seen to."""
    actor.must(Permission.READ_DEVICES)
    wanted = wanted or DeviceFilter()
    rows = (_retired if wanted.state == DeviceState.RETIRED else _in_school).rows()
    troubles = {device.id: device.troubles for device in loan_problems.devices()}
    devices = (device._replace(troubles=troubles.get(device.id, ())) for device in map(queries.read_device, rows))
    return [device for device in devices if _fits(device, wanted)]


def page_of(devices, after=None):
    """A page of the devices that were found, those after one of them (an id), and the id to go on after, or None."""
    first = next((number for number, device in enumerate(devices, 1) if device.id == after), 0)
    shown = devices[first : first + PAGE]
    return shown, shown[-1].id if len(devices) > first + PAGE else None


def _fits(device, wanted):
    loan, part = device.loan, wanted.text.casefold().strip()
    out = {"": True, "lent": loan is not None, "here": loan is None, "overdue": device.overdue}
    out["trouble"] = bool(device.troubles)
    if not (wanted.kind in {"", device.kind} and wanted.state in {"", device.state} and out[wanted.out]):
        return False
    words = (device.tag, device.model, device.phone_number, loan.whom if loan else "")
    return not part or any(part in word.casefold() for word in words) or tag_key(part) in tag_key(device.tag)


def find(actor, device):
    """A device by id. Raises NotFound."""
    actor.must(Permission.READ_DEVICES)
    row = _one.one(device=device)
    if row is None:
        raise NotFound
    return queries.read_device(row)


def all_by_key():
    """Every device there ever was, retired ones too, by the key of its tag."""
    rows = [*_in_school.rows(), *_retired.rows()]
    return {tag_key(device.tag): device for device in map(queries.read_device, rows)}


def by_tag(tag):
    """The device with a tag, however it is spelled, or None."""
    row = _by_tag.one(key=tag_key(tag))
    return row and queries.read_device(row)


def history(actor, device):
    """What became of a device: its newest loans, and what the trail tells of it, the newest first."""
    actor.must(Permission.READ_DEVICES)
    loans = [queries.read_loan(row) for row in _loans_of.rows(device=device.id)]
    return loans, trail.entries(trail.Filter(record=device.record))[0]


def kind_names():
    """Return a function that names a kind of device (by id) as the policy does, or by its id where it no longer does.

    The policy is read here, once for a whole list.
    """
    known = {key: device["name"] for key, device in policy_in_force().devices.items()}
    return lambda kind: known.get(kind, kind)


def kind_name(kind):
    return kind_names()(kind)


# --- Adding and changing ------------------------------------------------------------------------------------


def validate(details, ignore=None):
    """What is wrong with a device as it was typed, as {field: message}. `ignore` is the id of the one being changed."""
    details = details.cleaned()
    errors = errors_in(details, policy_in_force().devices)
    other = None if "asset_tag" in errors else by_tag(details.asset_tag)
    if other and other.id != ignore:
        errors["asset_tag"] = f"There is a device {other.tag} already. Write another tag"
    return errors


def add(actor, details):
    """Add a device to the register; returns its id. Raises Invalid with the errors by field."""
    actor.must(Permission.KEEP_DEVICES)
    with writing():
        if errors := validate(details):
            raise Invalid(errors)
        details = details.cleaned()
        made = {"made_by": actor.id, "made_at": clock.now(), "changed_by": actor.id, "changed_at": clock.now()}
        device = SchoolDevice.insert(**details._asdict(), tag_key=tag_key(details.asset_tag), **made).execute()
        record("device-added", actor=actor.id, about=queries.record_of(device), tag=details.asset_tag)
        return device


def change(actor, device, revision, details):
    """Change what is kept of a device. Raises Invalid, or Conflict where it was changed since it was opened."""
    actor.must(Permission.KEEP_DEVICES)
    with writing():
        current = find(actor, device)
        if current.revision != revision:
            raise Conflict(who_was_first(current))
        if errors := validate(details, device):
            raise Invalid(errors)
        details = details.cleaned()
        was = {
            "asset_tag": current.tag,
            "kind": current.kind,
            "model": current.model,
            "phone_number": current.phone_number,
        }
        changed = [words for field, words in CHANGE_WORDS.items() if getattr(details, field) != was[field]]
        if changed:
            update(actor, current, **details._asdict(), tag_key=tag_key(details.asset_tag))
            what = ", ".join(changed)
            record("device-changed", actor=actor.id, about=current.record, tag=details.asset_tag, what=what)


def who_was_first(device):
    """Who has changed a device last, and when, for whoever comes second."""
    return f"{device.changed_by} changed {device.tag} at {clock.format_moment(device.changed_at)}. Look at it again."


def update(actor, device, **columns):
    """Write new values into a device as it was seen; a device that has moved on meanwhile stays as it is (Conflict)."""
    stamp = {"changed_by": actor.id, "changed_at": clock.now(), "revision": device.revision + 1}
    seen = (SchoolDevice.id == device.id) & (SchoolDevice.revision == device.revision)
    if not SchoolDevice.update(**columns, **stamp).where(seen).execute():
        raise Conflict(who_was_first(find(actor, device.id)))


# --- The PIN ------------------------------------------------------------------------------------------------


def set_pin(actor, device, there):
    """Write down that a PIN is set on a device today, or that none is (clause 3.3). Raises Conflict."""
    actor.must(Permission.KEEP_DEVICES)
    with writing():
        current = find(actor, device)
        if (current.pin_set_on is not None) == there:
            raise Conflict(_pin_words(current))
        save_pin(actor, current, clock.today() if there else None)


def save_pin(actor, device, day):
    """Keep the day on which a PIN was set, or None where there is none, in the caller's transaction."""
    update(actor, device, pin_set_on=day, pin_set_by=actor.id if day else None)
    event = "device-pin-set" if day else "device-pin-taken-off"
    record(event, actor=actor.id, about=device.record, tag=device.tag)


def _pin_words(device):
    if device.pin_set_on is None:
        return f"No PIN is set on {device.tag} any more. {who_was_first(device)}"
    return f"{device.pin_set_by} has written down that a PIN is set, on {clock.format_date(device.pin_set_on)}."
