"""Written agreements: read, sign, record a signature on paper, withdraw consent (clause 5.7d)."""

from flask import Blueprint, flash, redirect, render_template, request, url_for

from blueprints.agreements.forms import PaperForm, SignForm
from blueprints.core.errors import conflict_page, exemption_changed
from blueprints.core.forms import only_fields
from blueprints.core.gate import allow, current_actor, slow
from rules.agreements import agreements, signing
from rules.auth.permissions import Permission
from rules.auth.sessions import WrongPassword
from rules.core import clock
from rules.core.errors import Changed, Conflict, Invalid
from rules.people import people as people_people

blueprint = Blueprint("agreements", __name__, url_prefix="/agreements")


@blueprint.get("/<record:agreement>")
@allow(Permission.USE_OWN_PAGE)
def one(agreement):
    """One version of an agreement, for the family, who decides, who asked, and the office."""
    return _one(agreement, SignForm())


def _one(agreement, form, paper=None, reference=None):
    view, agreed = signing.read(current_actor(), agreement)
    newest = agreements.newest_of(view)
    open_to_record = view.holds and signing.is_outside(current_actor(), view)
    waits = newest.id == agreed.id and bool(newest.missing)
    records = open_to_record and waits and current_actor().may(Permission.RECORD_SIGNATURE)
    page = render_template(
        "agreements/page.html",
        exemption=view,
        agreed=agreed,
        newest=newest,
        form=form if newest.id == agreed.id and signing.may_sign(current_actor(), view, agreed) else None,
        paper=(paper or _paper_form(view, agreed)) if records else None,
        party=signing.party_of(current_actor(), view),
        easy=people_people.likes_easy_read(current_actor()) and bool(agreed.terms.easy),
        records_exams=open_to_record and current_actor().may(Permission.MANAGE_EXAMS),
        reference_error=reference,
        errors=form.errors or (paper.errors if paper else {}),
    )
    return page, 422 if form.errors or (paper and paper.errors) or reference else 200


@blueprint.get("/of/<record:exemption>")
@allow(Permission.USE_OWN_PAGE)
def newest(exemption):
    """On to the version that counts of the agreement about an exemption."""
    return redirect(url_for("agreements.one", agreement=signing.newest_for(current_actor(), exemption)), 303)


@blueprint.post("/<record:agreement>/sign")
@allow(Permission.SIGN_AGREEMENT)
@slow
def sign(agreement):
    """Sign on one's own page: the name, the tick, the password again."""
    form = SignForm()
    signing.read(current_actor(), agreement)
    if form.sent():
        try:
            typed = (form.name.data or "", form.agrees.data, form.password.data or "")
            signing.sign(current_actor(), agreement, *typed)
        except Invalid as invalid:
            form.add_errors(invalid.errors)
        except WrongPassword:
            form.add_errors({"password": "That is not your password. Write it again"})
        except Conflict as conflict:
            return _conflict(agreement, conflict)
        else:
            flash("You have signed the agreement.")
            return redirect(url_for("agreements.one", agreement=agreement), 303)
    return _one(agreement, form)


def _conflict(agreement, conflict):
    """Somebody was first, or the agreement is not the one that counts any more."""
    view, _ = signing.read(current_actor(), agreement)
    where = url_for("agreements.one", agreement=agreements.newest_of(view).id)
    if not isinstance(conflict, Changed):
        return conflict_page(str(conflict), where)
    if not view.people.subject_active:
        return conflict_page(f"{view.name} is no longer at the school, so there is nothing to sign.", where)
    return exemption_changed(view, where)


def _paper_form(view, agreed, **data):
    form = PaperForm(formdata=None, data={"signed_on": clock.today(), **data})
    form.person.choices = _signers(view, agreed)
    return form


def _signers(view, agreed):
    people = signing.possible_signers(view, agreed)
    return [("", "Choose one"), *((str(key), name) for key, (_, name) in people.items())]


@blueprint.post("/<record:agreement>/paper")
@allow(Permission.RECORD_SIGNATURE)
def record_paper(agreement):
    """Record that somebody has signed on paper."""
    view, agreed = signing.read(current_actor(), agreement)
    form = PaperForm()
    form.person.choices = _signers(view, agreed)
    if form.sent():
        chosen = form.person.data or ""
        person = int(chosen) if chosen in dict(form.person.choices) and chosen else None
        try:
            details = (form.witnessed_by.data or "", form.kept_at.data or "")
            signing.record_paper(current_actor(), agreement, signing.Paper(person, form.signed_on.data, *details))
        except Invalid as invalid:
            form.add_errors(invalid.errors)
        except Conflict as conflict:
            return _conflict(agreement, conflict)
        else:
            flash("The signature has been recorded.")
            return redirect(url_for("agreements.one", agreement=agreement), 303)
    return _one(agreement, SignForm(formdata=None), form)


@blueprint.post("/<record:agreement>/withdraw")
@allow(Permission.SIGN_AGREEMENT)
def withdraw_consent(agreement):
    """Withdraw one's consent: the exemption stops at once."""
    only_fields()
    view, _ = signing.read(current_actor(), agreement)
    try:
        signing.withdraw_consent(current_actor(), view.id)
    except Conflict as conflict:
        return _conflict(agreement, conflict)
    flash("You no longer agree. The permission has stopped.")
    return redirect(url_for("agreements.one", agreement=agreement), 303)


@blueprint.post("/<record:agreement>/exam-permission")
@allow(Permission.MANAGE_EXAMS)
def record_exam_permission(agreement):
    """Write down the examining body's permission, so that exams do not suspend this."""
    only_fields("reference")
    signing.read(current_actor(), agreement)
    try:
        signing.record(current_actor(), agreement, request.form.get("reference", ""))
    except Invalid as invalid:
        return _one(agreement, SignForm(formdata=None), reference=invalid.errors["reference"])
    except Conflict as conflict:
        return _conflict(agreement, conflict)
    flash("Saved.")
    return redirect(url_for("agreements.one", agreement=agreement), 303)
