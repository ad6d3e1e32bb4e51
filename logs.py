"""The log: one line an event, to standard error. No password, token or reason is ever given to it."""

import json
import logging
import re
import sys

from rules.core import clock

_LINE_BREAKS = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]")


class OneLine(logging.Formatter):
    """A record as one line: what somebody typed cannot begin another one."""

    def format(self, record):
        text = record.getMessage()
        if record.exc_info:
            text = f"{text} | {self.formatException(record.exc_info)}"
        text = _LINE_BREAKS.sub(lambda match: repr(match[0])[1:-1], text)
        return self.spell(clock.now().isoformat(timespec="milliseconds"), record, text)

    def spell(self, at, record, text):
        return f"{at} {record.levelname.lower()} {record.name}: {text}"


class OneObject(OneLine):
    """A record as one JSON object on one line."""

    def spell(self, at, record, text):
        return json.dumps({"at": at, "level": record.levelname.lower(), "logger": record.name, "message": text})


def set_up(app, settings):
    """Send the program's log, and the server's, to standard error in the chosen form."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(OneObject() if settings.log_json else OneLine())
    for name in (app.name, "waitress"):
        logger = logging.getLogger(name)
        logger.handlers[:] = [handler]
        logger.propagate = False
        logger.setLevel(logging.INFO)
