"""My page: what holds for me, what waits for me, my exemptions."""

import datetime as dt
from functools import lru_cache

from flask import Blueprint, render_template
from markupsafe import Markup

from blueprints.gate import allow, me
from blueprints.words import waiting
from models import When
from rules import cases, clock, decided, obligations
from rules.exemption_kinds import KINDS
from rules.roles import Permission

blueprint = Blueprint("my_page", __name__)

SHOWN_FOR = dt.timedelta(days=14)


@blueprint.get("/")
@allow(Permission.USE_OWN_PAGE)
def my_page():
    """The page somebody sees first."""
    actor = me._get_current_object()
    policy = obligations.policy_in_force()
    own = cases.mine(actor, since=clock.today() - SHOWN_FOR) if actor.may(Permission.ASK_EXEMPTION) else []
    return render_template(
        "my_page/page.html",
        actor=actor,
        waiting=waiting(),
        own=own,
        reasons=decided.reasons_for(actor, own),
        returned=[case for case in own if case.standing == "returned"],
        duties=duties_html(policy.version, actor.roles, actor.may(Permission.ASK_EXEMPTION)),
    )


@lru_cache(maxsize=128)
def duties_html(version, roles, may_ask):
    """The obligations of a set of roles as HTML. It depends on nothing else, so it is made once."""
    duties = obligations.duties_of(version, roles)
    groups = {
        "Right now": [duty for duty in duties if duty.when is When.RIGHT_NOW],
        "Always": [duty for duty in duties if duty.when is When.ALWAYS],
    }
    before = {}
    for duty in duties:
        if duty.when is When.BEFORE:
            before.setdefault(duty.before, []).append(duty)
    page = render_template("my_page/_duties.html", groups=groups, before=before, kinds=KINDS if may_ask else {})
    return Markup(page)  # noqa: S704 (rendered with escaping on)
