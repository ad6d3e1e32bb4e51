"""The navigation: the few pages that somebody opens daily in one line, all others in groups under “More”."""

from functools import lru_cache
from typing import NamedTuple

from flask import url_for
from flask_login import current_user

from rules.auth.permissions import Permission

# The first of these that somebody may open stand in the line; as many as fit at 1,280 pixels, whoever it is.
DAILY = (
    (Permission.USE_OWN_PAGE, "home.home", "My page"),
    (Permission.DECIDE_EXEMPTIONS, "decisions.page", "Decisions"),
    (Permission.SEE_TODAY, "today.today", "Today"),
    (Permission.RECEIVE_DEVICES, "lockers.morning", "Lockers"),
    (Permission.SEE_CLASS, "today.my_classes", "My class"),
    (Permission.RECEIVE_VISITORS, "reception.page", "Visitors"),
    (Permission.ANNOUNCE_VISITORS, "reception.mine", "My visitors"),
    (Permission.ASK_EXEMPTION, "exemptions.mine", "My exemptions"),
    (Permission.READ_POLICY, "may_i.page", "May I?"),
    (Permission.READ_POLICY, "policy.policy", "Policy"),
)
IN_LINE = 8
FEW = 6  # so many links stand in the line all together, and there is no “More”
# What else there is, by what it is about. What did not fit into the line comes before it.
FURTHER = (
    (
        "School day",
        (
            (Permission.KEEP_SITE, "site.page", "Pupils on site"),
            (Permission.KEEP_SITE, "site.calendar", "School calendar"),
            (Permission.REPORT_EXAM, "exams.exams", "Exams"),
        ),
    ),
    (
        "Devices",
        (
            (Permission.KEEP_LOCKERS, "lockers.register", "All lockers"),
            (Permission.READ_DEVICES, "devices.register", "School devices"),
        ),
    ),
    (
        "Visitors",
        (
            (Permission.READ_VISITOR_LOG, "reception.log", "Visitors’ log"),
            (Permission.READ_VISITOR_LOG, "reception.roll_call", "Roll call"),
            (Permission.COUNT_VISITORS, "visitors.counts", "Visitor numbers"),
            (Permission.READ_VISITOR_LOG, "visitors.regular_visitors", "Regular visitors"),
            (Permission.KEEP_WATCHLIST, "reception.watchlist_page", "Ask before letting in"),
            (Permission.REPORT_VISITOR_CONCERN, "concerns.page", "Reports about visitors"),
            (Permission.CHECK_SIGNS, "visitors.signs_page", "Signs for visitors"),
            (Permission.KEEP_TABLETS, "reception.tablets_page", "Reception tablet"),
        ),
    ),
    (
        "People and records",
        (
            (Permission.MANAGE_PEOPLE, "people.people", "People"),
            (Permission.READ_CHRONOLOGIES, "exemptions.find_chronology", "Chronology"),
            (Permission.READ_AUDIT, "audit.trail", "Audit"),
        ),
    ),
    (
        "The policy",
        (
            (Permission.USE_OWN_PAGE, "acknowledgements.mine", "My acknowledgements"),
            (Permission.COUNT_ACKNOWLEDGEMENTS, "acknowledgements.who", "Who has acknowledged"),
            (Permission.DRAFT_POLICY, "policy.draft", "The next version"),
            (Permission.KEEP_TEMPLATE, "agreements.template", "The school’s agreement"),
        ),
    ),
)


class Link(NamedTuple):
    """A link of the navigation."""

    address: str
    endpoint: str
    label: str


class Navigation(NamedTuple):
    """The links in the line, and those under “More” as (heading, links). Without groups there is no “More”."""

    line: tuple
    more: tuple

    @property
    def endpoints_of_more(self):
        """The pages under “More”, so that it can say that the page that is open is one of them."""
        return {link.endpoint for _, links in self.more for link in links}


@lru_cache(maxsize=64)
def _of(permissions):
    daily = _links(DAILY, permissions)
    groups = [("Every day", daily[IN_LINE:]), *((name, _links(pages, permissions)) for name, pages in FURTHER)]
    all_links = sum((links for _, links in groups), daily[:IN_LINE])
    if len(all_links) <= FEW:
        return Navigation(all_links, ())
    return Navigation(daily[:IN_LINE], tuple((name, links) for name, links in groups if links))


def _links(pages, permissions):
    return tuple(Link(url_for(endpoint), endpoint, label) for needed, endpoint, label in pages if needed in permissions)


def navigation():
    """The navigation of the signed-in person, or None."""
    return _of(current_user.actor.permissions) if current_user.is_authenticated else None
