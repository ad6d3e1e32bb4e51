"""Pages of one visitor: every stay of that person, and making two entries of one person into one."""

from flask import Blueprint, flash, redirect, render_template, request, url_for

from blueprints.core.errors import conflict_page
from blueprints.core.forms import only_fields
from blueprints.core.gate import allow, current_actor
from rules.auth.permissions import Permission
from rules.core.errors import Conflict
from rules.reception import log
from rules.visitors import duplicates, regulars

blueprint = Blueprint("visitors", __name__, url_prefix="/visitors")


LONGEST_SEARCH = 200


def _page_of(visitor):
    return url_for("visitors.visitor", visitor=visitor)


@blueprint.get("/<record:visitor>")
@allow(Permission.READ_VISITOR_LOG)
def visitor(visitor):
    """One visitor and every stay of that person. An entry that counts as another one leads there."""
    before, text = request.args.get("before", ""), request.args.get("text", "")[:LONGEST_SEARCH]
    number = int(before) if before.isascii() and before.isdigit() and len(before) <= 18 else None
    known, entries, older = log.of_visitor(current_actor(), visitor, number)
    if known.id != visitor:
        return redirect(_page_of(known.id), 303)
    context = {"entries": entries, "facts": log.of(current_actor(), entries), "older": older}
    context["regular"] = regulars.of_visitor(current_actor(), known.id)
    also, same = duplicates.counting_as(current_actor(), known), _same(known, text)
    return render_template("visitors/one.html", visitor=known, also=also, same=same, text=text, **context)


def _same(known, text):
    """What is needed to merge entries, for those who may: merges that can be undone, likely entries, those found."""
    if not current_actor().may(Permission.MERGE_VISITORS):
        return None
    return {
        "merges": duplicates.standing(current_actor(), known.id),
        "likely": duplicates.likely(current_actor(), known),
        "found": duplicates.search(current_actor(), known, text),
    }


@blueprint.route("/<record:visitor>/same/<record:other>", methods=["GET", "POST"])
@allow(Permission.MERGE_VISITORS)
def merge(visitor, other):
    """Both entries side by side; one click makes them one person, of whom `visitor` is the entry that counts."""
    try:
        if request.method == "POST":
            only_fields()
            duplicates.merge(current_actor(), visitor, other)
            flash("The two entries are one person now. You can undo this here.")
            return redirect(_page_of(visitor), 303)
        duplicates.pair(current_actor(), visitor, other)
    except Conflict as conflict:
        return conflict_page(str(conflict), _page_of(visitor))
    staying, gone = (duplicates.entry(current_actor(), entry) for entry in (visitor, other))
    return render_template("visitors/merge.html", staying=staying, gone=gone)


@blueprint.post("/merges/<record:merge>/undo")
@allow(Permission.MERGE_VISITORS)
def undo_merge(merge):
    """Part two entries that are not one person after all."""
    only_fields()
    try:
        made = duplicates.undo(current_actor(), merge)
    except Conflict as conflict:
        return conflict_page(str(conflict), _page_of(duplicates.find(current_actor(), merge).into))
    flash(f"{made.name} is an entry of its own again.")
    return redirect(_page_of(made.into), 303)
