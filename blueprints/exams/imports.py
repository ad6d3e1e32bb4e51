"""Pages of `/exams/import`: a file of sittings."""

from blueprints.exams.routes import blueprint
from blueprints.imports.flow import EXAMPLE, ImportPages, Looking, Sending, register_import
from rules.auth.permissions import Permission
from rules.exams.sitting_import import COLUMNS, SITTINGS
from rules.imports.plan import LineOutcome
from rules.policy.in_force import policy_in_force

A_LINE = "Biology paper 1,AQA,14/05/2027,9:00,11:00,Exam room,sam.hart"


def _sending():
    policy = policy_in_force()
    return Sending(
        title="Import sittings",
        back=("/exams", "Back to exams"),
        template=("sittings", f"{','.join(COLUMNS)}\r\n{A_LINE}\r\n"),
        after=f"{EXAMPLE} You see first what would be entered, and nothing is entered until you say so.",
        columns=(
            ("exam", "Which exam it is"),
            ("body", "Who sets it, for example AQA"),
            ("date", "Like 14/05/2027 or 2027-05-14"),
            ("from", "Like 9:00 or 9am"),
            ("to", "Like 11:30 or 11.30am"),
            ("place", f"One of: {policy.zone_names(policy.zones)}"),
            ("candidate", "A pupil’s username. Write one line for each candidate"),
        ),
    )


register_import(
    blueprint,
    ImportPages(
        rules=SITTINGS,
        permission=Permission.MANAGE_EXAMS,
        address="/import",
        sending=_sending,
        looking=Looking(
            headings={"refused": "Cannot be entered", "new": "New sittings", "unchanged": "Here already"},
            who="Sitting",
            what="Candidates",
            apply="Enter all of them",
            cancel="Do not enter them",
            nothing="enter: every sitting is here already as the file says.",
        ),
        home="exams.exams",
        says=lambda n: f"Entered: {n[LineOutcome.NEW]:,} new, {n[LineOutcome.UNCHANGED]:,} were here before.",
    ),
)
