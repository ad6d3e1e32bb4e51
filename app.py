"""The school's device-policy intranet. `create_app` reads from top to bottom."""

import datetime as dt

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix
from whitenoise import WhiteNoise

import commands
import demo
import logs
import schema
import settings as school_settings
from blueprints import (
    acknowledgements,
    agreements,
    audit,
    auth,
    concerns,
    decisions,
    devices,
    exams,
    exemptions,
    home,
    lockers,
    may_i,
    people,
    policy,
    reception,
    site,
    today,
    visitors,
)
from blueprints.core import errors, forms, gate, health, responses, session_cookie, templating
from blueprints.core.htmx import htmx
from database import open_database
from demo.people import DEMO_PASSWORD, DEMO_PEOPLE
from rules.audit.refusals import Refusals
from rules.core import config
from rules.policy import in_force, versions

LARGEST_BODY = 512 * 1024
BLUEPRINTS = (
    home,
    auth,
    exemptions,
    agreements,
    decisions,
    today,
    exams,
    site,
    may_i,
    lockers,
    devices,
    reception,
    visitors,
    concerns,
    people,
    audit,
    policy,
    acknowledgements,
    health,
)


def create_app(settings=None):
    """The program with its settings, ready to serve. Raises WrongSetting, SchemaTooNew or PolicyFileError."""
    settings = settings or school_settings.from_environment()
    app = Flask(__name__, static_folder=None)
    app.jinja_environment = templating.Templates
    app.config.update(
        SETTINGS=settings,
        DEMO_PEOPLE=DEMO_PEOPLE,
        DEMO_PASSWORD=DEMO_PASSWORD,
        SECRET_KEY=school_settings.secret(settings, "secret_key"),
        SESSION_COOKIE_NAME="__Host-session" if settings.tls else "session",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.tls,
        WTF_CSRF_TIME_LIMIT=None,  # the token ends with the session
        WTF_CSRF_SSL_STRICT=False,  # the token and SameSite do that work; some school proxies drop Referer
        MAX_CONTENT_LENGTH=LARGEST_BODY,
        TRAP_BAD_REQUEST_ERRORS=False,
    )
    logs.set_up(app, settings)
    app.extensions["school"] = school = _config(settings)
    config.use(school)  # for what this thread does outside of requests: commands, and filling the demo school
    _open_school(settings)
    _add_extensions(app)
    _add_pages(app, settings)
    commands.register(app)
    return app


def _config(settings):
    """What the rules need to know of the settings. The secrets are made at the first start."""
    limits = config.Limits(
        idle=dt.timedelta(minutes=settings.idle_minutes),
        longest=dt.timedelta(hours=settings.session_hours),
        strict_idle=dt.timedelta(minutes=settings.strict_idle_minutes),
        strict_longest=dt.timedelta(hours=settings.strict_session_hours),
    )
    return config.Config(
        audit_key=school_settings.secret(settings, "audit_key").encode(),
        sign_in_key=school_settings.secret(settings, "secret_key").encode(),
        refusals=Refusals(),
        imports={},
        anchor=settings.database_path.with_suffix(".anchor"),
        limits=limits,
        open_requests=settings.open_requests,
        open_visits=settings.open_visits,
    )


def _open_school(settings):
    """The database with its newest schema, and the policy in force."""
    open_database(settings.database_path)
    schema.bring_up_to_date()
    demo.check(settings)
    if not in_force.any_policy():
        versions.load_policy(school_settings.ROOT / "policy")
    if settings.demo:
        demo.fill()


def _add_extensions(app):
    app.session_interface = session_cookie.SessionCookie(app)
    app.config["WTF_CSRF_CHECK_DEFAULT"] = False  # `forms.check` asks for it, of what is posted alone
    forms.csrf.init_app(app)
    app.before_request(forms.check)
    htmx.init_app(app)
    gate.login_manager.init_app(app)


def _add_pages(app, settings):
    app.url_map.converters["record"] = gate.RecordId
    app.url_map.strict_slashes = False
    app.before_request(gate.guard)
    app.after_request(responses.compress)
    assets = templating.Assets(school_settings.ROOT / "static" / "dist")
    templating.register(app, assets)
    errors.register(app)
    for area in BLUEPRINTS:
        app.register_blueprint(area.blueprint)
    safe = responses.safe_headers(settings.tls)
    app.wsgi_app = WhiteNoise(
        _under(app.extensions["school"], responses.guarded(app.wsgi_app, settings.tls)),
        root=str(assets.folder),
        prefix="static/",
        immutable_file_test=lambda path, url: not path.endswith("manifest.json"),
        max_age=None,
        add_headers_function=lambda headers, path, url: [headers.add_header(*header) for header in safe],
    )
    if settings.trusted_proxies:
        count = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=count, x_proto=count, x_host=count)


def _under(school, wsgi_app):
    """The app with its own config current for each request, whatever else this process serves."""

    def answer(environ, start_response):
        before = config.use(school)
        try:
            return wsgi_app(environ, start_response)
        finally:
            config.no_longer(before)

    return answer
