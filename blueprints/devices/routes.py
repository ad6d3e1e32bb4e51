"""Pages of `/school-devices`: the register, adding and changing a device, its PIN and its state."""

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for

from blueprints.core.csv_response import csv_file
from blueprints.core.forms import only_fields, whole_number
from blueprints.core.gate import allow, current_actor, stands_on
from blueprints.devices.forms import ChangeForm, DeviceForm, FindForm, StateForm, lend_form
from blueprints.devices.one_page import one_page
from rules.auth.permissions import Permission
from rules.core import clock
from rules.core.errors import Invalid
from rules.devices import lending
from rules.devices import register as device_register

blueprint = Blueprint("devices", __name__, url_prefix="/school-devices")

CSV_HEAD = (
    *("Asset tag", "Kind", "Model", "Phone number", "PIN set on", "PIN set by", "State", "Note"),
    *("Lent to", "For pupil", "Lent on", "Due back"),
)


def find_form():
    """The filter that stands in the address, and what of it is not empty."""
    form = FindForm(formdata=request.args)
    wanted = form.wanted()
    return form, wanted, {name: value for name, value in wanted._asdict().items() if value}


@blueprint.get("/")
@allow(Permission.READ_DEVICES)
def register():
    """The devices of the school, narrowed down, a page of them."""
    find, wanted, filters = find_form()
    after = whole_number(request.args["after"]) if request.args.get("after") else None
    devices = device_register.register(current_actor(), wanted)
    shown, more = device_register.page_of(devices, after)
    return render_template(
        "devices/page.html",
        find=find,
        filters=filters,
        count=len(devices),
        devices=shown,
        after=after,
        more=more,
        kind_name=device_register.kind_names(),
        form=lend_form(),
        keeps=current_actor().may(Permission.KEEP_DEVICES),
    )


@blueprint.get("/list.csv")
@allow(Permission.READ_DEVICES)
def as_csv():
    """The devices of the list as a file for a spreadsheet."""
    devices, name = device_register.register(current_actor(), find_form()[1]), device_register.kind_names()
    rows = [_cells(device, name(device.kind)) for device in devices]
    return csv_file(f"school-devices-{clock.today()}", CSV_HEAD, rows)


def _cells(device, kind):
    loan, pin = device.loan, device.pin_set_on
    return (
        *(device.tag, kind, device.model, device.phone_number),
        *(pin.isoformat() if pin else "", device.pin_set_by or "", device.state.value, device.state_note),
        *((loan.borrower_name, loan.pupil_name or "") if loan else ("", "")),
        clock.local(loan.lent_at).date().isoformat() if loan else "",
        (loan.due_on.isoformat() if loan.due_on else loan.due) if loan else "",
    )


@blueprint.route("/new", methods=["GET", "POST"])
@allow(Permission.KEEP_DEVICES)
def new():
    """Add a device."""
    form = DeviceForm()
    if form.sent():
        try:
            device = device_register.add(current_actor(), form.details())
        except Invalid as invalid:
            form.add_errors(invalid.errors)
        else:
            flash("The device has been added.")
            return redirect(url_for("devices.one", device=device), 303)
    return render_template("devices/device.html", form=form, device=None), 422 if form.errors else 200


@blueprint.get("/<record:device>")
@allow(Permission.READ_DEVICES)
def one(device):
    """One device with its history. The code on its label leads here."""
    return one_page(device_register.find(current_actor(), device))


@blueprint.route("/<record:device>/change", methods=["GET", "POST"])
@allow(Permission.KEEP_DEVICES)
@stands_on("devices.one")
def change(device):
    """Change what is kept of a device."""
    current = device_register.find(current_actor(), device)
    form = ChangeForm(data={**current._asdict(), "asset_tag": current.tag})
    if form.sent():
        try:
            device_register.change(current_actor(), device, whole_number(request.form.get("revision")), form.details())
        except Invalid as invalid:
            form.add_errors(invalid.errors)
        else:
            flash("The device has been changed.")
            return redirect(url_for("devices.one", device=device), 303)
    return render_template("devices/device.html", form=form, device=current), 422 if form.errors else 200


@blueprint.post("/<record:device>/pin")
@allow(Permission.KEEP_DEVICES)
@stands_on("devices.one")
def pin(device):
    """Write down that a PIN is set on a device, or that none is."""
    only_fields("there")
    there = request.form.get("there")
    if there not in {"0", "1"}:
        abort(400)
    device_register.set_pin(current_actor(), device, there == "1")
    flash("Written down: a PIN is set." if there == "1" else "Written down: no PIN is set.")
    return redirect(url_for("devices.one", device=device), 303)


@blueprint.post("/<record:device>/state")
@allow(Permission.KEEP_DEVICES)
@stands_on("devices.one")
def state(device):
    """Write down that a device is lost, damaged, in use again or retired."""
    form = StateForm()
    if not form.sent() or form.state.data not in lending.STEPS:
        abort(400)
    try:
        lending.set_state(
            current_actor(), device, whole_number(form.revision.data), form.state.data, form.note.data or ""
        )
    except Invalid as invalid:
        form.add_errors(invalid.errors)
        return one_page(device_register.find(current_actor(), device), form)
    flash(f"Written down: the device is {form.state.data}.")
    return redirect(url_for("devices.one", device=device), 303)
