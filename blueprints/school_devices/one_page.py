"""The page of one device, with the forms on it. One of them may come back with what was wrong in it."""

from flask import render_template

from blueprints.gate import me
from blueprints.school_devices.forms import StateForm, lend_form
from rules import device_states, lending, loan_troubles, school_devices
from rules.roles import Permission


def one_page(device, state=None):
    """The page of a device and its status. `state` is the form about its state, where it was sent."""
    loans, history = school_devices.history(me, device)
    page = render_template(
        "school_devices/one.html",
        device=device,
        kind=school_devices.kind_name(device.kind),
        state=state or StateForm(formdata=None),
        steps=device_states.STEPS[device.state],
        form=lend_form(device.tag),
        missing=lending.missing_of_device(device),
        loans=loans,
        troubles=loan_troubles.of(device.id),
        history=history,
        keeps=me.may(Permission.KEEP_DEVICES),
    )
    return page, 422 if state and state.errors else 200
