"""Who may open what: every route for every role alone, made from the table in `rules/auth/permissions.py`."""

from types import SimpleNamespace

import pytest

from database import db
from enums import Role
from models import Acknowledgement, Decision, Guardian, RoleGrant
from rules.auth.permissions import WHO_MAY, Permission
from rules.core import clock
from rules.exemption_kinds import KINDS
from rules.people import delegation
from rules.reception import tablets
from tests.conftest import undone
from tests.pages.conftest import signed_in
from tests.support.browser import TABLET, Browser

# Open to every browser; in one that is not the reception tablet they lead to a page that says so.
AT_TABLET = {f"reception.tablet_{view}" for view in ("start", "about", "change", "accept", "leave")}
PUBLIC = {
    *AT_TABLET,
    *("auth.sign_in", "auth.sign_out", "auth.first_password", "health.health"),
    *("visitors.expectations_page", "visitors.expectations_code", "visitors.expectations_for_regulars"),
}


def routes(app):
    """Every (rule, method) of the program that a view answers."""
    return [
        (rule, method)
        for rule in sorted(app.url_map.iter_rules(), key=str)
        for method in sorted(rule.methods - {"HEAD", "OPTIONS"})
    ]


@pytest.fixture(scope="module")
def whole_day(app):
    """The records of the examples, made by the first test that needs them and kept for the other tests of this file."""
    with db.atomic("IMMEDIATE") as transaction:
        yield {}
        transaction.rollback()


@pytest.fixture
def school(whole_day):
    """The school with its examples; `examples` undoes what a test does."""
    return db


@pytest.fixture
def makers(
    cast,
    ask,
    approved,
    agreement,
    a_sitting,
    a_report,
    a_challenge,
    a_stay,
    a_site,
    a_hand_in,
    a_loan,
    a_draft,
    a_merge,
    an_alert,
):
    """What makes the records of the examples."""
    return SimpleNamespace(**locals())


@pytest.fixture
def examples(whole_day, makers):
    """Records that the addresses name. A parameter of an address that is not here fails its test."""
    if not whole_day:
        whole_day.update(_made(makers))
    with undone():
        yield dict(whole_day)


def _made(make):
    cast = make.cast
    delegation.give(cast.head, cast.deputy.id, clock.today(), clock.today())
    (standing,) = delegation.delegations_of(cast.head)
    return {
        "exemption": make.ask(),
        "person": cast.pupil.id,
        "grant": RoleGrant.get(RoleGrant.person == cast.pupil.id).id,
        "number": standing.id,
        "kind": "teaching-period",
        "prerequisite": "risk-assessment",
        "link": Guardian.get(Guardian.child == cast.pupil.id).id,
        "what": "pupils",
        "acknowledgement": Acknowledgement.get(Acknowledgement.person == cast.pupil.id).id,
        **make.a_draft(),
        "sitting": make.a_sitting(),
        **make.a_stay(),
        **make.a_loan(),
        **make.a_hand_in(),
        **make.a_site(),
        "tablet": tablets.switch_on(cast.office, "Front desk").id,
        **make.a_merge(),
        **make.an_alert(),
        "report": make.a_report(),
        "challenge": make.a_challenge(),
        "agreement": make.agreement(),
        "decision": Decision.get(Decision.exemption == make.approved("finance")).id,
    }


def address(rule, examples):
    """The address of a rule with an example for each parameter."""
    missing = rule.arguments - examples.keys()
    assert not missing, f"{rule} has parameters without an example in test_matrix.py: {missing}"
    _, path = rule.build({name: examples[name] for name in rule.arguments})
    return path


def permission_of(app, rule):
    """The permission that the view of a rule declares: None where it is public."""
    view = app.view_functions[rule.endpoint]
    assert hasattr(view, "permission"), f"{rule.endpoint} has neither @allow nor @public above it"
    return view.permission


def go(browser, method, where, piece=False):
    """Open an address, or post to it with nothing but the token."""
    return browser.get(where, piece) if method == "GET" else browser.post(where, {}, piece)


def is_to_sign_in(answer):
    """Whether the answer sends the browser to the sign-in page."""
    return answer.status in {303, 401} and (answer.location or answer.headers.get("HX-Redirect", "")).startswith(
        "/sign-in"
    )


def test_every_view_says_who_may_open_it(app):
    for rule, _ in routes(app):
        permission = permission_of(app, rule)
        assert (permission is None) == (rule.endpoint in PUBLIC), rule.endpoint
        assert permission is None or permission in Permission


def test_every_parameter_of_an_address_has_an_example_here(app, examples):
    for rule, _ in routes(app):
        address(rule, examples)


def test_addresses_are_kebab_case_and_numbers_are_typed(app):
    for rule, _ in routes(app):
        fixed = "".join(text for dynamic, text in rule._trace if not dynamic)
        assert fixed == fixed.lower(), rule
        assert "_" not in fixed, rule
        for name in rule.arguments - {"kind", "prerequisite", "what", "section", "line"}:
            assert f"<record:{name}>" in rule.rule, rule


def a_kind_of(role):
    """A kind of exemption that a role may ask for, or any where there is none."""
    return next((kind.id for kind in KINDS.values() if role in kind.askers), "teaching-period")


@pytest.mark.parametrize("role", Role)
def test_a_role_alone_asks_for_the_kinds_that_are_for_it_and_for_no_other(app, a_person, role):
    browser = signed_in(app, a_person(f"asks-{role.value}", role))
    for kind in KINDS.values():
        where, asks = f"/exemptions/new/{kind.id}", role in kind.askers
        assert browser.get(where).status == (200 if asks else 403), kind.id
        assert browser.post(where, {}).status == (422 if asks else 403), kind.id
    if role in WHO_MAY[Permission.ASK_EXEMPTION]:
        links = browser.get("/exemptions/new").page.links.values()
        offered = {link.removeprefix("/exemptions/new/") for link in links if link.startswith("/exemptions/new/")}
        assert offered == {kind.id for kind in KINDS.values() if role in kind.askers}


@pytest.mark.parametrize("role", Role)
def test_a_role_alone_opens_what_the_table_gives_it_and_nothing_else(app, a_person, examples, role):
    browser, wrong = signed_in(app, a_person(f"only-{role.value}", role)), []
    for rule, method in routes(app):
        if rule.endpoint in PUBLIC:
            continue
        allowed = role in WHO_MAY[permission_of(app, rule)]
        where = address(rule, {**examples, "kind": a_kind_of(role)})
        for piece in (False, True):
            with browser.tried():
                answer = go(browser, method, where, piece)
            fits = (answer.status not in {401, 403, 405, 500, 503}) if allowed else answer.status == 403
            if not fits or (is_to_sign_in(answer) and rule.endpoint != "auth.sign_out"):
                wrong.append((method, where, "piece" if piece else "page", answer.status))
    assert not wrong


def test_somebody_with_no_role_opens_only_what_is_public_or_their_own(app, a_person, examples):
    browser, wrong = signed_in(app, a_person("no-role")), []
    for rule, method in routes(app):
        with browser.tried():
            answer = go(browser, method, address(rule, examples))
        own = app.view_functions[rule.endpoint].permission is Permission.USE_OWN_PAGE
        if (answer.status == 403) == (own or rule.endpoint in PUBLIC):
            wrong.append((str(rule), method, answer.status))
    assert not wrong


def test_somebody_who_is_not_signed_in_is_asked_to_sign_in(app, stranger, examples):
    for rule, method in routes(app):
        where = address(rule, examples)
        page, piece = go(stranger, method, where), go(stranger, method, where, piece=True)
        if rule.endpoint in AT_TABLET - {"reception.tablet_start"}:
            assert page.status == piece.status == 303, rule
            assert page.location == piece.location == TABLET, rule
            continue
        if rule.endpoint in PUBLIC:
            fit = {303} if rule.endpoint == "auth.sign_out" else {200, 422}
            assert {page.status, piece.status} <= fit, rule
            continue
        assert page.status == 303, rule
        assert page.location.startswith("/sign-in"), rule
        assert piece.status == 401, rule
        assert piece.headers["HX-Redirect"].startswith("/sign-in"), rule
        assert not piece.body, rule


def test_with_the_cookie_of_a_reception_tablet_nothing_is_opened_but_its_own_pages(app, at_tablet, examples):
    tablet = at_tablet("Side door")
    # A browser sends the cookie to the tablet's own pages alone. Here it is sent to all of them.
    tablet.client.set_cookie("tablet", tablet.client.get_cookie("tablet", path=TABLET).value, path="/")
    for rule, method in routes(app):
        for piece in (False, True):
            if rule.endpoint in AT_TABLET:
                continue
            answer = go(tablet, method, address(rule, examples), piece)
            assert (answer.status, answer.location) == (303, TABLET) or piece, rule
            assert (answer.status, answer.headers.get("HX-Redirect")) == (401, TABLET) or not piece, rule
    own = {rule.endpoint for rule, _ in routes(app) if rule.rule.startswith(TABLET)}
    assert own == AT_TABLET


def test_the_sign_in_page_knows_where_somebody_wanted_to_go(stranger):
    assert stranger.get("/today?date=2026-11-24").location == "/sign-in?next=/today?date%3D2026-11-24"
    assert stranger.get("/").location == "/sign-in"
    assert stranger.post("/exemptions/new/teaching-period", {}).location == "/sign-in?why=gone&sent=1"


def test_every_post_needs_the_token_of_its_own_session(app, sign_in_as, examples):
    head, other, wrong = sign_in_as("head"), sign_in_as("office").token, []
    for rule, method in routes(app):
        if method != "POST":
            continue
        where = address(rule, examples)
        for token in (False, "", "nonsense", other):
            for piece in (False, True):
                answer = head.post(where, {"revision": "1"}, piece, token=token)
                if answer.status != 400 or "out of date" not in answer.text:
                    wrong.append((where, token, "piece" if piece else "page", answer.status))
    assert not wrong


def test_a_token_of_before_signing_in_is_not_good_afterwards(app, stranger, sign_in_as):
    assert sign_in_as("head").post("/account", {}, token=stranger.token).status == 400


def test_head_and_options_change_nothing(app, sign_in_as, stranger, examples):
    looked_at = {address(rule, examples) for rule, method in routes(app) if method == "GET"}
    head, wrong = sign_in_as("head"), []
    for rule, sent_by in routes(app):
        where, permission = address(rule, examples), permission_of(app, rule)
        if sent_by != "GET" and where in looked_at:
            continue  # what only looks is answered by the view that shows the page
        for browser in (head, stranger):
            for method in ("HEAD", "OPTIONS"):
                answer = browser.open(method, where)
                refused = browser is not stranger and permission and Role.HEADTEACHER not in WHO_MAY[permission]
                fits = {403, 405} if refused else {200, 204, 303, 404, 405, 409}
                if answer.status not in (fits | {200} if method == "OPTIONS" else fits):
                    wrong.append((method, where, answer.status))
                if answer.body and method == "HEAD" and answer.status < 300:
                    wrong.append((method, where, "a body"))
    assert not wrong


def test_a_wrong_method_is_answered_with_405(app, sign_in_as, stranger, examples):
    by_address = {}
    for rule, _ in routes(app):
        by_address.setdefault(address(rule, examples), set()).update(rule.methods)
    browsers, wrong = (sign_in_as("head"), stranger), []
    for where, methods in by_address.items():
        for method in {"GET", "POST", "PUT", "PATCH", "DELETE", "PROPFIND"} - methods:
            for browser in browsers:
                for piece in (False, True):
                    answer = browser.open(method, where, piece)
                    if answer.status != 405 or set(answer.headers["Allow"].split(", ")) != methods:
                        wrong.append((method, where, "piece" if piece else "page", answer.status))
    assert not wrong


def test_a_view_without_a_declaration_is_refused(app, school, monkeypatch):
    def forgotten():
        return "everybody's secrets"

    monkeypatch.setitem(app.view_functions, "policy.policy", forgotten)
    answer = Browser(app).get("/policy")
    assert answer.status == 403
    assert "secrets" not in answer.text
