"""What templates can say: dates and times in words, names of places, the addresses of assets and pages."""

import datetime as dt
import json
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from flask import current_app, g, session
from flask.templating import Environment
from flask_login import current_user
from flask_wtf.csrf import generate_csrf
from itsdangerous import URLSafeTimedSerializer
from jinja2 import ChoiceLoader, FileSystemBytecodeCache, FileSystemLoader, PackageLoader, PrefixLoader

from blueprints.core.navigation import navigation
from rules.agreements.terms import SIGNER_WORDS
from rules.auth.permissions import ROLE_NAMES, Permission
from rules.core import clock
from rules.decisions import queue
from rules.exemption_kinds import KINDS
from rules.exemptions import permissions, places
from rules.exemptions.request import format_weekdays, format_when
from rules.policy.in_force import policy_in_force
from rules.today import words

STATUS_COLOURS = {
    "waiting": "blue",
    "returned": "yellow",
    "approved": "turquoise",
    "in force": "green",
    "awaiting signature": "purple",
    "suspended": "orange",
    "over time": "red",
    "ended": "grey",
    "lapsed": "grey",
    "declined": "red",
    "withdrawn": "grey",
    "revoked": "red",
}


def policy():
    """The policy in force; looked up once a page."""
    if "policy" not in g:
        g.policy = policy_in_force()
    return g.policy


def waiting():
    """The requests that wait for the signed-in person; asked for once a page."""
    if "waiting" not in g:
        actor = current_user.actor
        g.waiting = queue.waiting_for(actor) if actor.may(Permission.DECIDE_EXEMPTIONS) else []
    return g.waiting


def waiting_count():
    """How many requests wait for the signed-in person, for the badge in the navigation."""
    return len(waiting())


AGAIN = frozenset({"ended", "lapsed", "withdrawn", "revoked"})


class Line(NamedTuple):
    """What the line of an exemption says beside what was asked. `days_left` is None where it does not end soon."""

    device: str
    status: str
    holds: bool
    days_left: int | None
    own: bool
    link: bool
    again: bool


def lines_of(views):
    """Exemptions, each with its line for the signed-in person."""
    actor, devices = current_user.actor, policy().devices
    return [(view, _line_of(view, actor, devices.get(view.request.device_kind))) for view in views]


def _line_of(view, actor, device):
    people, request, status, days_left = view.people, view.request, view.status, view.days_left
    return Line(
        f"{device['name'] if device else request.device_kind}: {request.device}",
        status,
        view.holds,
        days_left,
        own=people.subject == actor.id and not request.visit,
        link=permissions.knows(actor, view),
        again=people.asker == actor.id and (status in AGAIN or days_left is not None),
    )


@lru_cache(maxsize=1024)
def _signed_token(secret, token):
    """A session's token as forms carry it. Flask-WTF would sign it anew for each page."""
    return URLSafeTimedSerializer(secret, salt="wtf-csrf-token").dumps(token)


def csrf_token():
    """The token that a form of the signed-in browser carries."""
    token = session.get("csrf_token")
    return _signed_token(current_app.secret_key, token) if token else generate_csrf()


class Assets:
    """The built files of `static/dist`, whose names change with their content."""

    def __init__(self, folder):
        self.folder = Path(folder)
        try:
            self.names = json.loads((self.folder / "manifest.json").read_text(encoding="utf-8"))
        except FileNotFoundError:
            raise RuntimeError("static/dist is not built: run `make run` or `make test`") from None

    def __call__(self, name):
        """The address of an asset."""
        return f"/static/{self.names[name]}"


def _format_date(day):
    return clock.format_date(dt.date.fromisoformat(day) if isinstance(day, str) else day)


def _format_short_date(day):
    return clock.format_short_date(dt.date.fromisoformat(day) if isinstance(day, str) else day)


def _format_time(time):
    return clock.format_time(dt.time.fromisoformat(time) if isinstance(time, str) else time)


class _Permissions:
    """The permissions by name, for `may(P.READ_AUDIT)`. An unknown name raises, else it would hide a button."""

    def __init__(self):
        self.__dict__.update(Permission.__members__)

    def __getattr__(self, name):
        return Permission[name]


def register(app, assets):
    """Make the words, and GOV.UK Frontend's macros, known to the templates."""
    govuk = PrefixLoader({"govuk_frontend_jinja": PackageLoader("govuk_frontend_jinja")})
    app.jinja_loader = ChoiceLoader([FileSystemLoader(app.root_path + "/templates"), govuk])
    app.jinja_env.auto_reload = False
    app.jinja_env.bytecode_cache = TemplateCache(_cache_folder(app))
    app.jinja_env.globals.update(
        P=_Permissions(),
        asset=assets,
        navigation=navigation,
        waiting_count=waiting_count,
        policy=policy,
        lines_of=lines_of,
        kinds=KINDS,
        role_names=ROLE_NAMES,
        clock=clock,
        format_when=format_when,
        signer_words=SIGNER_WORDS,
        status_colours=STATUS_COLOURS,
        settings=app.config["SETTINGS"],
        device_words=words.device_words,
        place_words=words.place_words,
        places_of=places.say,
        notes_of=words.notes_of,
        ends_of=words.ends,
        format_weekdays=format_weekdays,
    )
    app.jinja_env.globals["csrf_token"] = csrf_token
    app.context_processor(lambda: {"csrf_token": csrf_token})  # Flask-WTF gives its own in both ways
    app.jinja_env.filters.update(
        date=_format_date,
        short_date=_format_short_date,
        time=_format_time,
        moment=clock.format_moment,
        first_upper=lambda text: text[:1].upper() + text[1:],
        lines=str.splitlines,
    )
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True


class Templates(Environment):
    """Jinja’s templates with the globals as one plain dictionary.

    Jinja lays an empty dictionary of the template’s own over them, in a ChainMap, and goes through it name by name at
    each `{% import %}`: with six imports a page that was a tenth of the page.
    """

    def make_globals(self, own):
        """The globals of a template, with its own where it has any."""
        return {**self.globals, **own} if own else self.globals


class TemplateCache(FileSystemBytecodeCache):
    """Compiled templates kept between starts. Where they cannot be kept, as on a full disk, pages work without."""

    def dump_bytecode(self, bucket):
        with suppress(OSError):
            super().dump_bytecode(bucket)


def _cache_folder(app):
    """Where compiled templates are kept between starts: with the school's files, not where others can write."""
    folder = app.config["SETTINGS"].folder / "templates"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return str(folder)


def demo():
    """Whether this is the demo school."""
    return current_app.config["SETTINGS"].demo
