"""The forms of agreements: signing, a signature on paper, and the terms."""

from wtforms.fields import BooleanField, HiddenField, PasswordField, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import ValidationError

from blueprints.core.fields import DayField
from blueprints.core.forms import StrictForm
from enums import RequiredSigners
from rules.agreements.terms import SIGNER_WORDS, Terms, easy_lines, easy_text


class SignForm(StrictForm):
    agrees = BooleanField("I have read this agreement, or somebody has read it to me. I agree to it")
    name = StringField("Type your name")
    password = PasswordField("Your password")


class PaperForm(StrictForm):
    person = SelectField("Who signed?", validate_choice=False)
    signed_on = DayField("When was it signed?")
    witnessed_by = StringField("Who watched it being signed?")
    kept_at = StringField("Where is the paper kept?")


class TermsForm(StrictForm):
    """What is agreed. With `conditions` and `revision` it goes with an approval, with `version` it changes one."""

    expectations = TextAreaField("What is expected")
    sanctions = TextAreaField("What happens if the rules are broken")
    easy = TextAreaField("The same in easy-read")

    def terms(self):
        """What the form says is agreed."""
        signers = (
            RequiredSigners(self.signers.data)
            if "signers" in self._fields and self.signers.data
            else RequiredSigners.BOTH
        )
        reason = self.signers_reason.data or "" if "signers_reason" in self._fields else ""
        texts = (self.expectations.data or "", self.sanctions.data or "", easy_lines(self.easy.data or ""))
        return Terms(*texts, signers, reason)


class TemplateForm(TermsForm):
    seen = HiddenField()


class IssueForm(TermsForm):
    signers = RadioField("Who signs?", validate_choice=False)
    signers_reason = TextAreaField("If only one of them signs: why?")
    conditions = TextAreaField("Conditions")
    revision = HiddenField()
    version = HiddenField()

    def validate_signers(self, field):
        if field.data not in set(RequiredSigners):
            raise ValidationError("Choose who signs")


def terms_form(form_class, terms, **more):
    """A form that begins with these terms."""
    begun = {"expectations": terms.expectations, "sanctions": terms.sanctions, "easy": easy_text(terms.easy)}
    form = form_class(data={**begun, "signers": terms.signers.value, "signers_reason": terms.signers_reason, **more})
    if "signers" in form:
        form.signers.choices = [(key.value, words) for key, words in SIGNER_WORDS.items()]
    return form
