"""Labels for school devices: an A4 sheet to print, each with a code that leads to the device's page."""

from flask import Response, abort, render_template, url_for

from blueprints.core.gate import allow, current_actor
from blueprints.devices.routes import blueprint, find_form
from rules.auth.permissions import Permission
from rules.devices import register
from rules.visitors import expectations

ON_A_SHEET = 21  # three beside each other, seven below


@blueprint.get("/labels")
@allow(Permission.READ_DEVICES)
def labels():
    """Labels for the devices that a list shows, on sheets of A4."""
    _, wanted, filters = find_form()
    devices = register.register(current_actor(), wanted)
    sheets = [devices[start : start + ON_A_SHEET] for start in range(0, len(devices), ON_A_SHEET)]
    return render_template(
        "devices/labels.html", sheets=sheets, count=len(devices), filters=filters, kind_name=register.kind_names()
    )


@blueprint.get("/<record:device>/qr.svg")
@allow(Permission.READ_DEVICES)
def code(device):
    """The code on the label of a device: the address of its page, as the one who prints it reached it."""
    current = register.find(current_actor(), device)
    try:
        drawn = expectations.code_for(url_for("devices.one", device=current.id, _external=True))
    except expectations.TooLong:
        abort(400)
    return Response(drawn, mimetype="image/svg+xml")
