"""Importing the register of school devices from a file: first what it would do, then all of it or nothing (clause 3.1).

A line is one device, known by its tag. What a file has no column for stays as it is; so does a cell that is empty.
What was looked at is planned afresh when it is applied.
"""

from typing import NamedTuple

from rules.audit.record import record
from rules.auth.permissions import Permission
from rules.core import clock
from rules.core.parsing import read_day
from rules.core.text import one_line
from rules.devices import register
from rules.devices.register import DeviceDetails, tag_key
from rules.imports import csv_files
from rules.imports.plan import Import, Line, LineOutcome, Plan, refuse
from rules.policy.in_force import policy_in_force

COLUMNS = ("asset_tag", "kind", "model", "phone_number", "pin_set_on")
REQUIRED = ("asset_tag", "kind")
FORMULA = tuple("=+-@|%＝＋－＠")  # before these our own files put an apostrophe, for spreadsheets
WORDS = {"kind": "kind", "model": "model", "phone_number": "phone number"}


class Step(NamedTuple):
    """What applying a line takes: the device as it will be, and as it is, where it is there."""

    details: DeviceDetails
    pin_set_on: object
    current: object = None


# --- Planning -----------------------------------------------------------------------------------------------


def plan_of(rows):
    """What importing these rows, as (line number, {column: text}), would do. It takes a fixed number of queries."""
    names = {key: kind["name"] for key, kind in policy_in_force().devices.items()}
    there, first, lines = register.all_by_key(), {}, []
    for number, row in rows:
        row = {column: _bare(cell) for column, cell in row.items()}
        key = tag_key(row["asset_tag"])
        if key and key in first:
            fault = f"This tag is in the file twice, first on line {first[key]}. Take one of the lines out"
            lines.append(refuse(number, row["asset_tag"], fault))
            continue
        first[key] = number
        lines.append(_line(number, row, names, there.get(key)))
    return Plan("devices", tuple(lines))


def _bare(cell):
    """A cell without the apostrophe that our own files put before what looks like a formula."""
    return cell[1:] if cell.startswith("'") and cell[1:].lstrip().startswith(FORMULA) else cell


def _line(number, row, names, current):
    faults, pin, typed = [], None, row["kind"].casefold()
    kind = next((key for key, name in names.items() if typed in {key, name.casefold()}), None)
    if kind is None:
        faults.append(f"“{row['kind']}” is not a kind of device. Write one of: {', '.join(names.values())}")
    if row.get("pin_set_on"):
        try:
            pin = read_day(row["pin_set_on"])
        except ValueError:
            faults.append(f"“{row['pin_set_on']}” is not a day. Write it like this: 14/05/2026")
        if pin and pin > clock.today():
            faults.append("The day on which its PIN was set lies ahead. Write a day that has been")
    details = _details(row, kind, current)
    errors = register.errors_in(details, names)
    faults += [message for field, message in errors.items() if field != "kind"]
    if faults:
        return refuse(number, row["asset_tag"], *faults)
    return _line_of(number, Step(details, pin, current), names)


def _details(row, kind, current):
    """The device as it will be. A cell that is missing or empty, and the spelling of the tag, leave what is there."""
    texts = {name: one_line(row.get(name, "")) for name in ("model", "phone_number")}
    if current:
        texts = {name: text or getattr(current, name) for name, text in texts.items()}
    return DeviceDetails(current.tag if current else one_line(row["asset_tag"]), kind or "", **texts)


def _line_of(number, step, names):
    details, current = step.details, step.current
    if current is None:
        says = (names[details.kind], details.model, details.phone_number)
        return Line(number, details.asset_tag, LineOutcome.NEW, tuple(filter(None, says)), step)
    changed = [words for field, words in WORDS.items() if getattr(details, field) != getattr(current, field)]
    if step.pin_set_on not in {None, current.pin_set_on}:
        changed.append("day on which its PIN was set")
    else:
        step = step._replace(pin_set_on=None)
    if not changed:
        return Line(number, current.tag, LineOutcome.UNCHANGED)
    return Line(number, current.tag, LineOutcome.CHANGED, tuple(changed), step)


# --- Looking, then applying ---------------------------------------------------------------------------------


def _plan_of_file(_actor, raw):
    return plan_of(csv_files.read(raw, COLUMNS, REQUIRED))


def _apply(actor, plan):
    for line in plan.steps:
        _keep(actor, line.step)
    counts = plan.counts
    record("devices-imported", actor=actor.id, new=counts[LineOutcome.NEW], changed=counts[LineOutcome.CHANGED])


def _keep(actor, step):
    if step.current is None:
        device = register.add(actor, step.details)
    else:
        device = step.current.id
        register.change(actor, device, step.current.revision, step.details)
    if step.pin_set_on:
        register.save_pin(actor, register.find(actor, device), step.pin_set_on)


DEVICES = Import("devices", Permission.KEEP_DEVICES, _plan_of_file, _apply)
