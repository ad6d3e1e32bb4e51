"""What the pages of every import share: the file that is sent, and the lines of the plan that are shown."""

from flask_wtf.file import FileField
from wtforms.fields import TextAreaField

from blueprints.core.forms import StrictForm
from rules.imports.csv_files import CsvFault
from rules.imports.plan import Standing

# How many lines of each standing a page shows. The counts are of all.
MOST_SHOWN = {Standing.REFUSED: 500, Standing.NEW: 200, Standing.CHANGED: 200, Standing.UNCHANGED: 200}


class FileForm(StrictForm):
    """A file, or the same pasted. A file counts before what is pasted."""

    file = FileField("The file")
    pasted = TextAreaField("Or paste it here")

    def content(self):
        """What was sent, as bytes. Raises CsvFault where nothing was."""
        sent = self.file.data.read() if self.file.data else b""
        sent = sent or (self.pasted.data or "").encode("utf-8", "surrogatepass")
        if not sent.strip():
            raise CsvFault("Choose a file, or paste its lines below")
        return sent


def shown_of(plan):
    """The lines of a plan that a page shows, by standing."""
    return [(standing, plan.of(standing)[:most]) for standing, most in MOST_SHOWN.items()]
