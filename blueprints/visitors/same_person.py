"""Pages of one visitor: every stay of that person, and making two entries of one person into one."""

from flask import flash, redirect, render_template, request, url_for

from blueprints.errors import conflict_page
from blueprints.gate import allow, me
from blueprints.posted import only_fields
from blueprints.visitors.routes import blueprint
from rules import regulars_list, stay_facts, visitor_log, visitor_matches, visitor_merges
from rules.errors import Conflict
from rules.roles import Permission

LONGEST_SEARCH = 200


def _page_of(visitor):
    return url_for("visitors.one", visitor=visitor)


@blueprint.get("/<record:visitor>")
@allow(Permission.READ_VISITOR_LOG)
def one(visitor):
    """One visitor and every stay of that person. An entry that counts as another one leads there."""
    before, text = request.args.get("before", ""), request.args.get("text", "")[:LONGEST_SEARCH]
    number = int(before) if before.isascii() and before.isdigit() and len(before) <= 18 else None
    known, entries, older = visitor_log.of_visitor(me, visitor, number)
    if known.id != visitor:
        return redirect(_page_of(known.id), 303)
    told = {"entries": entries, "facts": stay_facts.of(me, entries), "older": older}
    told["regular"] = regulars_list.of_visitor(me, known.id)
    also, same = visitor_matches.counting_as(me, known), _same(known, text)
    return render_template("visitors/one.html", visitor=known, also=also, same=same, text=text, **told)


def _same(known, text):
    """What is needed to merge entries, for those who may: merges that can be undone, likely entries, those found."""
    if not me.may(Permission.MERGE_VISITORS):
        return None
    return {
        "merges": visitor_merges.standing(me, known.id),
        "likely": visitor_matches.likely(me, known),
        "found": visitor_matches.search(me, known, text),
    }


@blueprint.route("/<record:visitor>/same/<record:other>", methods=["GET", "POST"])
@allow(Permission.MERGE_VISITORS)
def merge(visitor, other):
    """Both entries side by side; one click makes them one person, of whom `visitor` is the entry that counts."""
    try:
        if request.method == "POST":
            only_fields()
            visitor_merges.merge(me, visitor, other)
            flash("The two entries are one person now. You can undo this here.")
            return redirect(_page_of(visitor), 303)
        visitor_merges.pair(me, visitor, other)
    except Conflict as conflict:
        return conflict_page(str(conflict), _page_of(visitor))
    kept, gone = (visitor_matches.entry(me, entry) for entry in (visitor, other))
    return render_template("visitors/merge.html", kept=kept, gone=gone)


@blueprint.post("/merges/<record:merge>/undo")
@allow(Permission.MERGE_VISITORS)
def undo(merge):
    """Part two entries that are not one person after all."""
    only_fields()
    try:
        made = visitor_merges.undo(me, merge)
    except Conflict as conflict:
        return conflict_page(str(conflict), _page_of(visitor_merges.find(me, merge).into))
    flash(f"{made.name} is an entry of its own again.")
    return redirect(_page_of(made.into), 303)
