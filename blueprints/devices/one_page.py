"""The page of one device, with the forms on it. One of them may come back with what was wrong in it."""

from flask import render_template

from blueprints.core.gate import current_actor
from blueprints.devices.forms import StateForm, lend_form
from rules.auth.permissions import Permission
from rules.devices import lending, loan_problems, register


def one_page(device, state=None):
    """The page of a device and its status. `state` is the form about its state, where it was sent."""
    loans, history = register.history(current_actor(), device)
    page = render_template(
        "devices/one.html",
        device=device,
        kind=register.kind_name(device.kind),
        state=state or StateForm(formdata=None),
        steps=lending.STEPS[device.state],
        form=lend_form(device.tag),
        missing=lending.missing_of_device(device),
        loans=loans,
        troubles=loan_problems.of(device.id),
        history=history,
        keeps=current_actor().may(Permission.KEEP_DEVICES),
    )
    return page, 422 if state and state.errors else 200
