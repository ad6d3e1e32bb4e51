"""Whether the visitor of an exemption is in the building, or has gone: parts of queries of exemptions (clause 6.5)."""

from fields import Parameter
from models import Exemption, Stay


def here():
    """A stay of today that has not ended; none where nobody is here. It takes the parameter `day`.

    Somebody who was not signed out on an earlier day is not known to be here.
    """
    return (
        Stay.select(Stay.id)
        .where(Stay.visit == Exemption.visit, Stay.left_at.is_null(), Stay.day == Parameter("day"))
        .limit(1)
    )


def came():
    """A stay on the day asked about (`day`), ended or not; none where they did not come on that day."""
    return Stay.select(Stay.id).where(Stay.visit == Exemption.visit, Stay.day == Parameter("day")).limit(1)


def left(exemption=Exemption):
    """A stay on the last day of the exemption that has ended since it was asked for; none while there is none.

    Who signs out has no permission any more: whoever comes back on that day asks anew.
    """
    return (
        Stay.select(Stay.id)
        .where(Stay.visit == exemption.visit, Stay.day >= exemption.ends_on, Stay.left_at >= exemption.asked_at)
        .limit(1)
    )
