"""What the school expects of every visitor, as the policy in force says it, and the code that leads there (6.3)."""

import io
from collections import namedtuple

from rules.policy.in_force import policy_in_force

LONGEST_ADDRESS = 500  # a code for more than this is too fine for a phone to read from a wall

Line = namedtuple("Line", "clause says picture easy")


class TooLong(ValueError):
    """The address is too long for a code."""


def lines():
    """The lines of the sign: clause, sentence, and picture and sentence of easy-read. [] before they are loaded."""
    return [Line(**line) for line in policy_in_force().visitors.get("expects", ())]


def code_for(address):
    """A QR code with an address, as SVG without a size, so that the page gives it one. Raises TooLong."""
    import segno  # only when a code is drawn, not at each start

    if len(address) > LONGEST_ADDRESS:
        raise TooLong("the address is too long for a code")
    drawn = io.BytesIO()
    code = segno.make_qr(address, error="m")
    code.save(drawn, kind="svg", xmldecl=False, svgclass=None, lineclass=None, omitsize=True, light="#fff")
    return drawn.getvalue()
