"""Exemptions in each other's way: the same person, the same device, at overlapping times."""

import datetime as dt
from typing import NamedTuple

from peewee import fn

from database import prepared
from enums import ExemptionState
from fields import Parameter
from models import Exemption
from rules import visit_presence
from rules.requests import any_open_day


class Overlap(NamedTuple):
    """An approved exemption that is in the way."""

    id: int
    starts_on: dt.date
    ends_on: dt.date
    starts_at: dt.time
    ends_at: dt.time


class _Shared(NamedTuple):
    """The days that two windows have in common."""

    starts_on: dt.date
    ends_on: dt.date
    weekdays: int


COLUMNS = (
    Exemption.id,
    Exemption.starts_on,
    Exemption.ends_on,
    Exemption.starts_at,
    Exemption.ends_at,
    Exemption.weekdays,
)


@prepared
def _overlaps():
    return Exemption.select(*COLUMNS).where(
        Exemption.subject == Parameter("subject"),
        Exemption.ends_on >= Parameter("first"),
        Exemption.starts_on <= Parameter("last"),
        Exemption.device_key == Parameter("device_key"),
        Exemption.state == ExemptionState.APPROVED.value,
        Exemption.starts_at < Parameter("ends_at"),
        Exemption.ends_at > Parameter("starts_at"),
        Exemption.weekdays.bin_and(Parameter("weekdays")) != 0,
        Exemption.id != Parameter("ignore"),
        ~fn.EXISTS(visit_presence.left()),
    )


Waiting = Exemption.alias("waiting_row")


def _in_the_way(*conditions):
    """What was approved for the device of a waiting request at overlapping times."""
    same_device = (Waiting.subject == Exemption.subject) & (Waiting.device_key == Exemption.device_key)
    return (
        Exemption.select(
            Waiting.id.alias("waiting"),
            Waiting.starts_on.alias("first"),
            Waiting.ends_on.alias("last"),
            Waiting.weekdays.alias("wanted"),
            *COLUMNS,
        )
        .join(Waiting, on=same_device)
        .where(
            Waiting.state == ExemptionState.SUBMITTED.value,
            Exemption.state == ExemptionState.APPROVED.value,
            Exemption.ends_on >= Waiting.starts_on,
            Exemption.starts_on <= Waiting.ends_on,
            Exemption.starts_at < Waiting.ends_at,
            Exemption.ends_at > Waiting.starts_at,
            Exemption.weekdays.bin_and(Waiting.weekdays) != 0,
            ~fn.EXISTS(visit_presence.left()),
            *conditions,
        )
    )


_in_the_way_of_all = prepared(_in_the_way)
_in_the_way_of_one = prepared(lambda: _in_the_way(Waiting.id == Parameter("id")))


def overlapping(kind, subject, request, ignore=None):
    """An approved exemption of the same person (by id) and device whose window overlaps, or None.

    `ignore` is the id of the exemption that is being changed: it does not overlap with itself.
    """
    rows = _overlaps.rows(
        subject=subject,
        first=request.starts_on,
        last=request.ends_on,
        device_key=request.device_key(kind),
        starts_at=request.starts_at,
        ends_at=request.ends_at,
        weekdays=request.weekdays,
        ignore=ignore or 0,
    )
    first, last = request.starts_on, request.ends_on
    return next((_overlap(row) for row in rows if _share_a_day(row, first, last, request.weekdays)), None)


def overlap_of_waiting(exemption):
    """What is in the way of one waiting request (by id), or None."""
    rows = _in_the_way_of_one.rows(id=exemption)
    return next((_overlap(row) for row in rows if _share_a_day(row, row.first, row.last, row.wanted)), None)


def overlaps_of_waiting():
    """What is in the way of the requests that wait, by their ids: one query for all of them."""
    rows = _in_the_way_of_all.rows()
    return {row.waiting: _overlap(row) for row in rows if _share_a_day(row, row.first, row.last, row.wanted)}


def _share_a_day(row, first, last, weekdays):
    """Whether the days of both include one of the days of the week of both."""
    return any_open_day(_Shared(max(row.starts_on, first), min(row.ends_on, last), row.weekdays & weekdays))


def _overlap(row):
    return Overlap(row.id, row.starts_on, row.ends_on, row.starts_at, row.ends_at)
