"""What somebody asks for: the fields of a request, and what its kind fixes."""

import datetime as dt
from typing import NamedTuple

from rules.core import clock
from rules.core.text import one_line, tidy

EVERY_DAY = 127
DAY_NAMES = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
WHOLE_DAY = (dt.time(0, 0), dt.time(23, 59))


class Request(NamedTuple):
    """What somebody asks for. Days and times are those of the school's clock; None is one that was not given.

    `subject` is whom it is for (a person's id), None for the asker; `visit` is the visit (an id) where it is for a
    visitor. `pupils` are the ids of those who take part and `with_pupils` says who they are. `pupil_handles`: whether a
    pupil will handle the device, None where that is not asked or not answered. `weekdays` has a bit for each day of the
    week, Monday's is 1.
    """

    device_kind: str
    device: str
    purpose: str
    reason: str
    zones: tuple
    starts_on: dt.date | None
    ends_on: dt.date | None
    starts_at: dt.time | None
    ends_at: dt.time | None
    subject: int | None = None
    pupils: tuple = ()
    with_pupils: str = ""
    weekdays: int = EVERY_DAY
    audible_alert: bool = False
    exam_permission: str = ""
    visit: int | None = None
    pupil_handles: bool | None = None

    def cleaned(self, kind):
        """Return a copy with whitespace normalised, lists in one order, and what the kind fixes filled in."""
        first, times = self.starts_on, WHOLE_DAY if kind.all_day else (self.starts_at, self.ends_at)
        return self._replace(
            device=one_line(self.device),
            reason=tidy(self.reason),
            zones=kind.places or tuple(sorted(set(self.zones))),
            ends_on=first if kind.one_day else self.ends_on,
            starts_at=times[0],
            ends_at=times[1],
            subject=self.subject if kind.for_pupil else None,
            pupils=tuple(sorted(set(self.pupils))) if kind.with_pupils else (),
            with_pupils=one_line(self.with_pupils) if kind.with_pupils or "involved" in kind.asks else "",
            weekdays=self.weekdays if "weekdays" in kind.asks else EVERY_DAY,
            audible_alert=self.audible_alert and "audible_alert" in kind.asks,
            exam_permission=one_line(self.exam_permission) if "exam_permission" in kind.asks else "",
            visit=self.visit if kind.for_visitor else None,
            pupil_handles=self.pupil_handles if "pupil_handles" in kind.asks else None,
        )

    def device_key(self, kind):
        """What makes two descriptions the same device.

        A confidential kind is never compared with another, nor the devices of two visitors of one host.
        """
        apart = f"{kind.id}:" if kind.confidential else f"visit {self.visit}:" if self.visit else ""
        return f"{apart}{self.device_kind}:{one_line(self.device).casefold()}"


class Window(NamedTuple):
    """The days and times of a request that was stored as text."""

    starts_on: dt.date
    ends_on: dt.date
    starts_at: dt.time
    ends_at: dt.time
    weekdays: int

    @classmethod
    def of(cls, row):
        return cls(row.starts_on, row.ends_on, row.starts_at, row.ends_at, row.weekdays)

    @classmethod
    def read(cls, texts):
        """The window of a mapping of texts: days YYYY-MM-DD, times HH:MM. What has no weekdays has all of them."""
        day, time = dt.date.fromisoformat, dt.time.fromisoformat
        return cls(
            *(day(texts[name]) for name in ("starts_on", "ends_on")),
            *(time(texts[name]) for name in ("starts_at", "ends_at")),
            texts.get("weekdays", EVERY_DAY),
        )


def format_weekdays(weekdays):
    """The days of the week in words; nothing where all seven count.

    >>> format_weekdays(1 | 4), format_weekdays(31), format_weekdays(127)
    ('Mondays and Wednesdays', 'Mondays to Fridays', '')
    """
    if weekdays == EVERY_DAY:
        return ""
    names = [f"{name}s" for number, name in enumerate(DAY_NAMES) if weekdays >> number & 1]
    if weekdays == 31:
        return "Mondays to Fridays"
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def format_when(window, all_day=False):
    """When a window is open, in words."""
    days = clock.format_span(window.starts_on, window.ends_on)
    weekdays = format_weekdays(window.weekdays)
    times = "" if all_day else f", {clock.format_time(window.starts_at)} to {clock.format_time(window.ends_at)}"
    return f"{days}{f', {weekdays}' if weekdays else ''}{times}"
