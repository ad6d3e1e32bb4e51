"""The forms of school devices: one device, its state, lending and taking back, and looking for one."""

from wtforms.fields import BooleanField, HiddenField, SelectField, StringField

from blueprints.core.fields import DayField
from blueprints.core.forms import StrictForm
from rules.core import clock
from rules.devices import lending
from rules.devices.lending import LoanRequest
from rules.devices.register import DeviceDetails, DeviceFilter
from rules.people import classes, people, staff
from rules.policy.in_force import policy_in_force

OUT = {"lent": "Lent", "here": "Not lent", "overdue": "Overdue", "trouble": "To see to"}


def _kinds():
    return [(key, kind["name"]) for key, kind in policy_in_force().devices.items()]


class DeviceForm(StrictForm):
    """What the register keeps of a device."""

    asset_tag = StringField("Asset tag")
    kind = SelectField("What is it?", validate_choice=False)
    model = StringField("Model")
    phone_number = StringField("Phone number")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.kind.choices = [("", "Choose one"), *_kinds()]

    def details(self):
        """What was typed, as the rules take it."""
        return DeviceDetails(*(self[name].data or "" for name in ("asset_tag", "kind", "model", "phone_number")))


class ChangeForm(DeviceForm):
    """The changes to a device."""

    revision = HiddenField()


class StateForm(StrictForm):
    """What became of a device. The buttons of the form are its states."""

    revision = HiddenField()
    state = HiddenField()
    note = StringField("Anything to add?")


class LendForm(StrictForm):
    """Which device is lent, to whom, and until when."""

    asset_tag = StringField("Asset tag")
    borrower = SelectField("Who borrows it?", validate_choice=False)
    pupil = SelectField("For which pupil?", validate_choice=False)
    due_on = DayField("Due back")
    for_good = BooleanField("For good, such as a work phone. Then the day does not count")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.borrower.choices = [("", "Choose one"), *((str(key), name) for key, name in staff.current().items())]
        pupils = classes.labels(classes.pupils())
        self.pupil.choices = [("", "For no pupil"), *((str(key), name) for key, name in pupils.items())]

    def wish(self):
        """What was asked for, as the rules take it. What is on no list is nobody."""
        chosen = {name: _number(self[name]) for name in ("borrower", "pupil")}
        return LoanRequest(self.asset_tag.data or "", **chosen, due_on=self.due_on.data, for_good=self.for_good.data)


NOBODY = 0  # the id of nobody, for a choice that is not on the list


def _number(field):
    """The id that was chosen, None where nothing was."""
    known = {key: int(key) for key, _ in field.choices if key}
    return known.get(field.data, NOBODY) if field.data else None


def lend_form(tag=""):
    """The form that lends, begun with a tag and with today, until when most are lent."""
    return LendForm(formdata=None, data={"asset_tag": tag, "due_on": clock.today()})


class ReturnForm(StrictForm):
    """Who brought a device back. Without an answer it is who borrowed it."""

    bringer = SelectField("Who brought it back?", validate_choice=False)
    note = StringField("Anything to add?")
    back = HiddenField()

    def bringer_id(self):
        """The id of who brought it, None for who borrowed it."""
        return _number(self.bringer)


def return_form(loan):
    """The form that takes a loan back, with everybody who could have brought it."""
    form = ReturnForm()
    everybody = ((str(key), name) for key, name in people.everyones_names() if key != loan.borrower)
    form.bringer.choices = [("", f"{loan.borrower_name}, who borrowed it"), *everybody]
    return form


class FindForm(StrictForm):
    """Which devices to show. It is read from the address, so that a view can be kept as a bookmark."""

    text = StringField("Tag, model, number or name")
    kind = SelectField("Kind", validate_choice=False)
    state = SelectField("State", validate_choice=False)
    out = SelectField("Lent", validate_choice=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        states = [(state.value, state.value.capitalize()) for state in lending.STEPS]
        self.kind.choices = [("", "Any"), *_kinds()]
        self.state.choices = [("", "All but retired"), *states]
        self.out.choices = [("", "Either"), *OUT.items()]

    def wanted(self):
        """What is looked for, as the rules take it. A choice that there is not is none."""
        chosen = {
            name: self[name].data if self[name].data in dict(self[name].choices) else ""
            for name in ("kind", "state", "out")
        }
        return DeviceFilter((self.text.data or "")[:100], **chosen)
