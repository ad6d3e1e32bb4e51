"""Writing the next version of the policy on the page, line by line."""

from flask import abort, flash, redirect, render_template, request, url_for

from blueprints.core.forms import only_fields
from blueprints.core.gate import allow, current_actor
from blueprints.policy.forms.sections import FORMS
from blueprints.policy.routes import asked_role, blueprint, for_role
from rules.auth.permissions import Permission
from rules.core.errors import AlreadyDone, Changed, Invalid, NotFound
from rules.policy import draft as policy_draft
from rules.policy import publishing, sections, versions
from rules.policy.sections import ALONE, GROUPS, SECTIONS

ONE_SECTION = f"<any({', '.join(SECTIONS)}):section>"


@blueprint.get("/draft")
@allow(Permission.DRAFT_POLICY)
def draft():
    """The draft, section by section, or the way to begin one."""
    current = policy_draft.find()
    if current is None:
        return render_template("policy/draft.html", draft=None)
    old = publishing.before(current.content)
    return render_template(
        "policy/draft.html",
        draft=current,
        changes=publishing.changes_of(current),
        cautions=publishing.cautions(current),
        groups=GROUPS,
        counts={key: sections.count(current.content, old, section) for key, section in SECTIONS.items()},
    )


@blueprint.post("/draft/begin")
@allow(Permission.DRAFT_POLICY)
def begin():
    """Begin a draft from the newest version."""
    only_fields()
    try:
        policy_draft.begin(current_actor())
    except AlreadyDone as done:
        flash(f"{done} Here it is.")
    else:
        flash("This is your draft. Nothing changes for anybody before it is published.")
    return redirect(url_for("policy.draft"), 303)


@blueprint.post("/draft/drop")
@allow(Permission.DRAFT_POLICY)
def drop():
    only_fields()
    policy_draft.drop(current_actor())
    flash("The draft has been dropped. The policy stays as it is.")
    return redirect(url_for("policy.draft"), 303)


@blueprint.get("/draft/differences")
@allow(Permission.DRAFT_POLICY)
def draft_differences():
    """What the draft would change."""
    draft, role = policy_draft.load(current_actor()), asked_role()
    changes = for_role(publishing.changes_of(draft), role)
    return render_template("policy/draft_differences.html", draft=draft, changes=changes, role=role)


@blueprint.get(f"/draft/{ONE_SECTION}")
@allow(Permission.DRAFT_POLICY)
def section(section):
    """The entries of a section, with those that are new or changed marked; of the lines, perhaps one role's only."""
    chosen, draft = SECTIONS[section], policy_draft.load(current_actor())
    if not chosen.listed:
        return redirect(url_for("policy.edit", section=section, line=ALONE), 303)
    entries, role = sections.entries(draft.content, chosen), asked_role()
    return render_template(
        "policy/section.html",
        section=chosen,
        role=role,
        entries=[(key, entry) for key, entry in entries if not role or role in entry.get("for", ())],
        standing=sections.standing(draft.content, publishing.before(draft.content), chosen),
    )


@blueprint.route(f"/draft/add/{ONE_SECTION}", methods=["GET", "POST"])
@allow(Permission.DRAFT_POLICY)
def add(section):
    """Add an entry to a section, behind the one that `after` names."""
    try:
        return _add(SECTIONS[section])
    except NotFound:
        return _gone(SECTIONS[section])


def _add(section):
    policy_draft.must_take(section)
    form = FORMS[section.id](policy_draft.load(current_actor()).content, data={"after": request.args.get("after", "")})
    if form.sent():
        try:
            policy_draft.add(current_actor(), section, form.entry(), form.after.data or "")
        except Invalid as invalid:
            form.add_entry_errors(invalid.errors)
        else:
            return _saved(section)
    return render_template("policy/edit.html", form=form, section=section), 422 if form.errors else 200


@blueprint.route(f"/draft/{ONE_SECTION}/<line>", methods=["GET", "POST"])
@allow(Permission.DRAFT_POLICY)
def edit(section, line):
    """One entry, changed and saved at once."""
    try:
        return _edit(SECTIONS[section], line)
    except NotFound:
        return _gone(SECTIONS[section])


def _edit(section, line):
    draft = policy_draft.load(current_actor())
    form = FORMS[section.id].of(draft.content, sections.entry_of(draft.content, section, line))
    if form.sent():
        try:
            policy_draft.save(current_actor(), section, line, form.seen.data or abort(400), form.entry())
        except Invalid as invalid:
            form.add_entry_errors(invalid.errors)
        except Changed as conflict:
            return _edit_page(form, section, conflict.current, line, conflict), 409
        else:
            return _saved(section)
    return _edit_page(form, section, draft, line), 422 if form.errors else 200


def _gone(section):
    """The draft, or the entry, is gone: what was typed for it is shown once more. Raises NotFound where nothing was."""
    form = FORMS[section.id](versions.content_of(versions.newest()))
    if request.method != "POST":
        raise NotFound
    form.sent()
    return render_template("policy/gone.html", written=form.written(), draft=policy_draft.find()), 409


def _edit_page(form, section, draft, line, conflict=None):
    """The page of an entry. `conflict` says who changed it meanwhile: how it is now stands above what was typed."""
    entry = sections.entry_of(draft.content, section, line)
    seen = sections.fingerprint(entry)
    others = sections.entries(draft.content, section) if section.listed and not section.fixed else []
    keys = [key for key, _ in others]
    return render_template(
        "policy/edit.html",
        form=form,
        section=section,
        line=line,
        seen=seen if conflict or not form.seen.data else form.seen.data,
        seen_now=seen,
        conflict=conflict,
        now=FORMS[section.id].of(draft.content, entry, formdata=None) if conflict else None,
        others=others,
        before=keys[keys.index(line) - 1] if line in keys[1:] else "",
        may_remove=policy_draft.may_remove(draft, section, line),
    )


@blueprint.post(f"/draft/{ONE_SECTION}/<line>/delete")
@allow(Permission.DRAFT_POLICY)
def remove(section, line):
    """Delete an entry."""
    only_fields("seen")
    chosen = SECTIONS[section]
    try:
        policy_draft.remove(current_actor(), chosen, line, request.form.get("seen") or abort(400))
    except Invalid as invalid:
        abort(422, f"It cannot be deleted. {'. '.join(invalid.errors.values())}.")
    except Changed as conflict:
        return _as_it_is(chosen, line, conflict), 409
    return _saved(chosen, "Deleted from the draft.")


@blueprint.post(f"/draft/{ONE_SECTION}/<line>/move")
@allow(Permission.DRAFT_POLICY)
def move(section, line):
    """Put an entry behind another one."""
    only_fields("seen", "after")
    if "after" not in request.form:
        abort(400)
    chosen = SECTIONS[section]
    try:
        policy_draft.move(current_actor(), chosen, line, request.form.get("seen") or abort(400), request.form["after"])
    except Invalid as invalid:
        abort(422, invalid.errors["after"])
    except Changed as conflict:
        return _as_it_is(chosen, line, conflict), 409
    return _saved(chosen, "Moved.")


def _as_it_is(section, line, conflict):
    """The page of an entry that somebody else has changed, for who had typed nothing."""
    entry = sections.entry_of(conflict.current.content, section, line)
    form = FORMS[section.id].of(conflict.current.content, entry, formdata=None)
    return _edit_page(form, section, conflict.current, line, conflict)


def _saved(section, words="Saved in the draft."):
    flash(words)
    where = url_for("policy.section", section=section.id) if section.listed else url_for("policy.draft")
    return redirect(where, 303)
