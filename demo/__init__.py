"""The demo school: invented people and a believable week, made once, and never in a school's own database."""

from database import writing
from demo.people import DEMO_PASSWORD, DEMO_PEOPLE
from models import Counter, Person
from rules.auth import passwords
from rules.core import clock
from rules.people.people import PersonDetails, add_from_the_start
from settings import WrongSetting

MARK = "demo"


def check(settings):
    """Refuse to mix the demo school with a real one, either way round. Raises WrongSetting."""
    marked, peopled = _is_marked(), Person.select().exists()
    if settings.demo and peopled and not marked:
        raise WrongSetting("this database holds real people: the demo school needs one of its own")
    if marked and not settings.demo:
        raise WrongSetting("this database is the demo school: a real school needs one of its own")


def _is_marked():
    return Counter.get_or_none(Counter.name == MARK) is not None


def fill():
    """Make the demo school in an empty database, all of it or nothing."""
    if _is_marked():
        return
    # Only at the first start:
    from demo import acknowledgements, devices, exemptions, lockers, people, policy, reception, site, visitors
    from demo import story as demo_story

    story = demo_story.Story(clock.today())
    kept = passwords.hash_password(DEMO_PASSWORD)
    with writing():
        Counter.insert(name=MARK, value=1).execute()
        with clock.frozen(story.moment(-8, "07:50")):
            for person in DEMO_PEOPLE:
                _add(kept, *person)
            people.add(kept)
        parts = (policy, acknowledgements, exemptions, lockers, devices, site, visitors, reception)
        for days, at, step in sorted((one for part in parts for one in part.WEEK), key=lambda each: each[:2]):
            with clock.frozen(story.moment(days, at)):
                step(story)
        site.today(story)
        lockers.this_morning(story)
        for minutes, step in sorted(reception.TODAY, key=lambda each: -each[0]):
            with clock.frozen(story.minutes_ago(minutes)):
                step(story)


def _add(kept, username, name, team, roles, start, end):
    details = PersonDetails(username, name, team, clock.read_time(start), clock.read_time(end))
    person = add_from_the_start(details, roles)
    Person.update(password_hash=kept, code_hash=None, code_ends_at=None).where(Person.id == person).execute()
