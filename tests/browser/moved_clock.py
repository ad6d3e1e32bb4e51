"""The real program with a clock that a test moves: the seconds by which it is moved are read from a file."""

import datetime as dt
import os
import sys
from pathlib import Path

import serve
from rules.core import clock

MOVED_BY = Path(os.environ["OX_CLOCK_FILE"])


def _now():
    return clock._frozen_at or dt.datetime.now(dt.UTC) + dt.timedelta(seconds=float(MOVED_BY.read_text()))


if __name__ == "__main__":
    clock.now = _now
    serve.main(sys.argv[1:])
