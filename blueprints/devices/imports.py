"""Pages of `/school-devices/import`: a file of devices."""

from blueprints.devices.routes import blueprint
from blueprints.imports.flow import EXAMPLE, ImportPages, Looking, Sending, register_import
from rules.auth.permissions import Permission
from rules.devices.register_import import COLUMNS, DEVICES
from rules.imports.plan import LineOutcome
from rules.policy.in_force import policy_in_force

A_LINE = "T-07,Tablet,Larch Pad 2,,01/09/2026"


def _sending():
    kinds = ", ".join(kind["name"] for kind in policy_in_force().devices.values())
    return Sending(
        title="Import school devices",
        back=("/school-devices/", "Back to school devices"),
        template=("school-devices", f"{','.join(COLUMNS)}\r\n{A_LINE}\r\n"),
        after=f"{EXAMPLE} You see first what would be imported, and nothing is imported until you say so.",
        about="A device that is here already is known by its tag. An empty cell leaves what is there. Loans and states "
        "are not imported: change them on the page of the device.",
        columns=(
            ("asset_tag", "What stands on its label, for example T-07. Capitals and spaces make no difference"),
            ("kind", f"One of: {kinds}"),
            ("model", "You can leave this column out"),
            ("phone_number", "You can leave this column out"),
            ("pin_set_on", "The day on which its PIN was set, like 01/09/2026. You can leave this column out"),
        ),
        button="Look at what it would do",
    )


register_import(
    blueprint,
    ImportPages(
        rules=DEVICES,
        permission=Permission.KEEP_DEVICES,
        address="/import",
        sending=_sending,
        looking=Looking(
            title="What this file would import",
            headings={
                "refused": "Cannot be imported",
                "new": "New devices",
                "changed": "Devices that change",
                "unchanged": "Here already",
            },
            who="Device",
            apply="Import all of them",
            cancel="Do not import them",
            nothing="import: every device is here already as the file says.",
            done="imported",
        ),
        home="devices.register",
        says=lambda n: f"Imported: {n[LineOutcome.NEW]:,} new, {n[LineOutcome.CHANGED]:,} changed.",
    ),
)
