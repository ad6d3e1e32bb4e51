"""Easy-read: short sentences, one idea a line, each with a simple picture. How somebody likes to read is remembered."""

from database import prepared_raw as prepared
from database import writing
from fields import Parameter
from models import Person

# The names of the pictures there are; each is drawn in templates/components/pictures.html.
PICTURES = (
    "phone",
    "watch",
    "quiet",
    "locker",
    "lock",
    "allowed",
    "forbidden",
    "ask",
    "talk",
    "sign",
    "clock",
    "calendar",
    "place",
    "school",
    "home",
    "exam",
    "heart",
    "camera",
    "stop",
    "help",
    "people",
    "look",
)


@prepared
def _likes():
    return Person.select(Person.easy_read).where(Person.id == Parameter("person"))


def likes_it(actor):
    """Whether this person reads in easy-read."""
    row = _likes.one(person=actor.id)
    return bool(row and row.easy_read)


def prefer(actor, easy):
    """Remember whether this person reads in easy-read. It is nobody else's business, so it is not on the trail."""
    with writing():
        Person.update(easy_read=easy).where(Person.id == actor.id).execute()
