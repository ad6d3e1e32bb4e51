"""What a page that polls sends back: a token that stays good while the page would look the same."""

from rules import clock
from rules.changes import touched


def token_until(count, minute, edges):
    """A token that stays good until something changes, the day ends, or the clock reaches the next of the edges.

    `count` was read before what is shown; `minute` and the edges are times of the school's clock, spelled HH:MM.
    """
    return f"{count}.{clock.today()}.{min((edge for edge in edges if edge > minute), default='24:00')}"


def unchanged(token):
    """Whether what was shown with this token would look the same now. It costs one number from the database."""
    count, _, rest = token.partition(".")
    today, _, edge = rest.partition(".")
    here = clock.local(clock.now())
    return count == str(touched()) and today == f"{here:%Y-%m-%d}" and f"{here:%H:%M}" < edge
