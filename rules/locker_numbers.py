"""The numbers on lockers: written one by one or as a span, and sorted as people count."""

import re

MOST = 500
_NUMBER = re.compile(r"([A-Z]{0,3})([0-9]{1,4})")
_SPAN = re.compile(r"([A-Z]{0,3})([0-9]{1,4})-([A-Z]{0,3})([0-9]{1,4})")
HINT = "Write numbers like 1-40, or A1-A12, 57"


def numbers_of(text):
    """The numbers that a text names, in its order. Raises ValueError with what is wrong, in words.

    >>> numbers_of("1-3, a07, B9 - B10")
    ('1', '2', '3', 'A7', 'B9', 'B10')
    """
    found = []
    for part in re.split(r"[,;\s]+", re.sub(r"\s*[-–]\s*", "-", text.strip().upper())):
        found += _part(part) if part else []
        if len(found) > MOST:
            raise ValueError(f"That is more than {MOST} lockers. Add them in several steps")
    if not found:
        raise ValueError(HINT)
    if twice := next((number for number in found if found.count(number) > 1), None):
        raise ValueError(f"The number {twice} is there twice. Take one out")
    return tuple(found)


def _part(part):
    if single := _NUMBER.fullmatch(part):
        return [f"{single[1]}{int(single[2])}"]
    span = _SPAN.fullmatch(part)
    if not span or span[3] not in {span[1], ""}:
        raise ValueError(HINT)
    first, last = int(span[2]), int(span[4])
    if first > last:
        raise ValueError(f"Write the smaller number first: {span[1]}{last}-{span[1]}{first}")
    return [f"{span[1]}{number}" for number in range(first, last + 1)]


def in_order(number):
    """What numbers are sorted by.

    >>> sorted(["B1", "10", "9", "A2"], key=in_order)
    ['9', '10', 'A2', 'B1']
    """
    letters, digits = _NUMBER.fullmatch(number).groups()
    return letters, int(digits)
