"""Text that looks like a program is shown as what was typed, to everybody who sees it."""

from urllib.parse import quote_plus

import pytest

from models import AuditEvent, Decision
from rules.exemptions import queries
from tests.conftest import DISCUSSION, PASSWORD, TEACHING_PERIOD, a_request
from tests.pages.conftest import kind_form
from tests.pages.core.test_bad_input import ANSWERS, DETAILS, PAPER, TERMS
from tests.pages.exemptions.test_exemptions import remote_form

MARKUP = (
    "<script>alert(1)</script>",
    "{{7*7}}",
    '"><img src=x onerror=alert(1)>',
    '<p hx-get="/sign-out" hx-trigger="load">',
    "</textarea></title><script>",
    "javascript:alert(1)",
    "&lt;b&gt; &amp;",
)


def is_shown_as_text(answer, text):
    """The page has it as it was typed, and nothing came of it."""
    values = [value for each in answer.page.all() for value in each.attrs.values()]
    texts = [*values, *(part for each in answer.page.all() for part in each.parts if isinstance(part, str))]
    assert any(text in each for each in texts), "it is there, as it was typed"
    assert not answer.page.all("img")
    assert all(script["src"].startswith("/static/") for script in answer.page.all("script"))
    assert not any(each["hx-trigger"] == "load" or each["onerror"] is not None for each in answer.page.all())


@pytest.mark.parametrize("text", MARKUP)
def test_markup_in_every_field_is_shown_as_text_to_everybody_who_sees_it(sign_in_as, cast, ask, text, a_person):
    person = a_person("markup", *cast.teacher.roles, *cast.finance.roles, name=f"Name {text}")
    form = remote_form(reason=f"Reason {text}", device=f"Device {text}", purpose="remote-lesson")
    form |= {f"risk-assessment-{answer}": f"{answer} {text}" for answer in ANSWERS}
    form |= {"no-school-equipment-asked": f"Asked {text}"}
    asker, head = sign_in_as(person), sign_in_as("head")
    where = asker.post("/exemptions/new/remote-learning", form).location
    exemption = where.rpartition("/")[2]
    seen = [
        asker.get("/"),
        asker.get("/exemptions"),
        asker.get(f"{where}/change"),
        asker.get(f"{where}/needs/risk-assessment"),
    ]
    seen += [asker.get(where), head.get("/decisions"), head.get(where)]
    seen.append(head.post(f"/decisions/{exemption}/return", {"revision": "1", "text": f"{text}" + "x" * 1000}))
    seen.append(
        head.post(f"/decisions/{exemption}/approve", {"revision": "1", "text": f"Conditions {text}"}, piece=True)
    )
    seen += [asker.get(f"{where}/slip"), asker.get(f"{where}/slip", piece=True), asker.get("/"), head.get("/decisions")]
    office, dsl = sign_in_as("office"), sign_in_as("dsl")
    seen += [
        browser.get(address)
        for browser in (office, dsl, head)
        for address in ("/today", f"/today?name={quote_plus(text)}", "/today/changes?seen=")
    ]
    seen += [
        dsl.get("/audit"),
        head.get("/people"),
        office.get(f"/people/{person.id}"),
        office.get(f"/people?name={quote_plus(text)}"),
    ]
    seen.append(office.post(f"/people/{person.id}", {**DETAILS, "name": text, "team": f"Team {text}", "username": ""}))
    seen.append(head.post(f"/decisions/{exemption}/revoke", {"revision": "1", "text": f"Revoked {text}"}, piece=True))
    seen += [asker.get(where), head.get(where)]
    for answer in seen:
        assert answer.status in {200, 422}
        is_shown_as_text(answer, text)
        assert (
            "49" not in answer.text.replace("7*7", "") or text != "{{7*7}}" or "49" not in answer.page.one("main").text
            if answer.whole
            else True
        )


@pytest.mark.parametrize("text", MARKUP)
def test_markup_in_an_agreement_is_shown_as_text_to_the_family_and_the_office(sign_in_as, cast, text):
    form = kind_form("exceptional-access", cast.pupil.id, device=f"Device {text}", reason=f"Reason {text}")
    parent, head, pupil, office = (sign_in_as(who) for who in ("parent", "head", "pupil", "office"))
    where = parent.post("/exemptions/new/exceptional-access", form).location
    exemption = where.rpartition("/")[2]
    note = {**DISCUSSION, "who": f"We {text}", "outcome": f"Outcome {text}"}
    assert head.post(f"{where}/needs/discussion", note).status == 303
    terms = {**TERMS, "expectations": f"Expect {text}", "sanctions": f"Sanction {text}", "easy": f"I {text}"[:120]}
    terms |= {"signers": "parent", "signers_reason": f"Because {text}", "conditions": f"Only {text}"}
    assert head.post(f"/agreements/for/{exemption}", {**terms, "revision": "2", "version": "0"}).status == 303
    agreed = parent.get(f"/agreements/of/{exemption}").location
    pupil.post("/easy-read", {"easy": "1", "back": agreed})
    paper = {**PAPER, "person": str(cast.parent.id), "witnessed_by": f"W {text}", "kept_at": f"K {text}"}
    assert office.post(f"{agreed}/paper", paper).status == 303
    decision = f"/decisions/{Decision.get(Decision.exemption == int(exemption)).id}"
    seen = [browser.get(agreed) for browser in (parent, pupil, office, head, sign_in_as("teacher"))]
    seen += [browser.get(where) for browser in (parent, pupil, head)]
    seen += [parent.get(f"{where}/slip"), head.get(f"/agreements/for/{exemption}"), head.get(decision)]
    seen += [parent.get(f"/exemptions/new/exceptional-access?again={exemption}"), office.get("/today"), pupil.get("/")]
    seen += [sign_in_as("teacher").get("/my-class")]
    for answer in seen:
        assert answer.status == 200
        is_shown_as_text(answer, text)


def test_a_password_may_hold_anything(sign_in_as, stranger):
    odd = "otter lantern copper 🦦 <b>{{7*7}}</b> ' OR 1=1 --"
    assert sign_in_as("teacher").post("/account", {"old": PASSWORD, "new": odd, "again": odd}).status == 303
    assert stranger.post("/sign-in", {"username": "teacher", "password": odd, "next": ""}).status == 303


def test_nothing_that_is_refused_reaches_the_trail_in_words(sign_in_as, cast, ask):
    exemption = ask()
    sign_in_as("teacher").post(f"/decisions/{exemption}/approve", {"revision": "1", "text": "typed-4711"})
    sign_in_as("office").post("/people/new", {**DETAILS, "name": "typed-4712", "roles": ["headteacher"]})
    assert "typed-" not in str([row["payload"] for row in AuditEvent.select().dicts()])
    view = queries.find(exemption)
    assert view.request == a_request(reason=view.request.reason).cleaned(TEACHING_PERIOD)
