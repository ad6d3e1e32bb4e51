"""Written agreements: read, sign, record a signature on paper, withdraw consent (clause 5.7d)."""

from flask import Blueprint, flash, redirect, render_template, request, url_for

from blueprints.agreements.forms import PaperForm, SignForm
from blueprints.errors import conflict_page, exemption_changed
from blueprints.gate import allow, me, slow
from blueprints.posted import only_fields
from rules import agreements, clock, exam_permission, people, signing
from rules.errors import Changed, Conflict, Invalid
from rules.roles import Permission
from rules.sessions import WrongPassword

blueprint = Blueprint("agreements", __name__, url_prefix="/agreements")


@blueprint.get("/<record:agreement>")
@allow(Permission.USE_OWN_PAGE)
def one(agreement):
    """One version of an agreement, for the family, who decides, who asked, and the office."""
    return _one(agreement, SignForm())


def _one(agreement, form, paper=None, reference=None):
    view, agreed = signing.read(me, agreement)
    newest = agreements.newest_of(view)
    open_to_record = view.holds and signing.is_outside(me, view)
    waits = newest.id == agreed.id and bool(newest.missing)
    records = open_to_record and waits and me.may(Permission.RECORD_SIGNATURE)
    page = render_template(
        "agreements/page.html",
        exemption=view,
        agreed=agreed,
        newest=newest,
        form=form if newest.id == agreed.id and signing.may_sign(me, view, agreed) else None,
        paper=(paper or _paper_form(view, agreed)) if records else None,
        party=signing.party_of(me, view),
        easy=people.likes_easy_read(me) and bool(agreed.terms.easy),
        records_exams=open_to_record and me.may(Permission.MANAGE_EXAMS),
        reference_error=reference,
        errors=form.errors or (paper.errors if paper else {}),
    )
    return page, 422 if form.errors or (paper and paper.errors) or reference else 200


@blueprint.get("/of/<record:exemption>")
@allow(Permission.USE_OWN_PAGE)
def newest(exemption):
    """On to the version that counts of the agreement about an exemption."""
    return redirect(url_for("agreements.one", agreement=signing.newest_for(me, exemption)), 303)


@blueprint.post("/<record:agreement>/sign")
@allow(Permission.SIGN_AGREEMENT)
@slow
def sign(agreement):
    """Sign on one's own page: the name, the tick, the password again."""
    form = SignForm()
    signing.read(me, agreement)
    if form.sent():
        try:
            typed = (form.name.data or "", form.agrees.data, form.password.data or "")
            signing.sign(me._get_current_object(), agreement, *typed)
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
    view, _ = signing.read(me, agreement)
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
    view, agreed = signing.read(me, agreement)
    form = PaperForm()
    form.person.choices = _signers(view, agreed)
    if form.sent():
        chosen = form.person.data or ""
        person = int(chosen) if chosen in dict(form.person.choices) and chosen else None
        try:
            told = (form.witnessed_by.data or "", form.kept_at.data or "")
            signing.record_paper(me, agreement, signing.Paper(person, form.signed_on.data, *told))
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
    """No longer agree: it stops at once."""
    only_fields()
    view, _ = signing.read(me, agreement)
    try:
        signing.withdraw_consent(me, view.id)
    except Conflict as conflict:
        return _conflict(agreement, conflict)
    flash("You no longer agree. The permission has stopped.")
    return redirect(url_for("agreements.one", agreement=agreement), 303)


@blueprint.post("/<record:agreement>/exam-permission")
@allow(Permission.MANAGE_EXAMS)
def record_exam_permission(agreement):
    """Write down the examining body's permission, so that exams do not suspend this."""
    only_fields("reference")
    signing.read(me, agreement)
    try:
        exam_permission.record(me, agreement, request.form.get("reference", ""))
    except Invalid as invalid:
        return _one(agreement, SignForm(formdata=None), reference=invalid.errors["reference"])
    except Conflict as conflict:
        return _conflict(agreement, conflict)
    flash("Saved.")
    return redirect(url_for("agreements.one", agreement=agreement), 303)
