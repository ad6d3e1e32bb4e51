"""Who may what: permissions, and one table from roles to permissions (clause 1.3 and *Who sees what*)."""

from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property, lru_cache

from enums import Role
from rules.core.errors import NotAllowed


class Permission(StrEnum):
    """One thing a person may do, by an id that stays. Each view names one; in the order of the areas."""

    USE_OWN_PAGE = "home:use"
    READ_AUDIT = "audit:read"
    MANAGE_PEOPLE = "people:manage"
    DELEGATE = "people:delegate"
    READ_POLICY = "policy:read"
    DRAFT_POLICY = "policy:draft"
    PUBLISH_POLICY = "policy:publish"
    COUNT_ACKNOWLEDGEMENTS = "acknowledgements:count"
    READ_ACKNOWLEDGEMENTS = "acknowledgements:read"
    REMIND_OF_POLICY = "acknowledgements:remind"
    KEEP_SITE = "site:keep"
    READ_VISITOR_LOG = "visitors:read-log"
    MERGE_VISITORS = "visitors:merge"
    COUNT_VISITORS = "visitors:count"
    KEEP_WATCHLIST = "visitors:keep-watchlist"
    CHECK_SIGNS = "visitors:check-signs"
    MANAGE_EXAMS = "exams:manage"
    REPORT_EXAM = "exams:report"
    SETTLE_EXAM_REPORTS = "exams:settle"
    ASK_EXEMPTION = "exemptions:ask"
    RUN_ACTIVITY = "exemptions:run-activity"
    READ_CHRONOLOGIES = "exemptions:read-chronologies"
    SIGN_AGREEMENT = "agreements:sign"
    RECORD_SIGNATURE = "agreements:record-signature"
    KEEP_TEMPLATE = "agreements:keep-template"
    DECIDE_EXEMPTIONS = "decisions:decide"
    READ_DEVICES = "devices:read"
    KEEP_DEVICES = "devices:keep"
    LET_ROLES_BORROW = "devices:let-roles-borrow"
    KEEP_LOCKERS = "lockers:keep"
    RECEIVE_DEVICES = "lockers:receive-devices"
    USE_OWN_LOCKER = "lockers:use-own"
    SEE_TODAY = "today:see"
    SEE_CLASS = "today:see-class"
    ANNOUNCE_VISITORS = "reception:announce"
    RECEIVE_VISITORS = "reception:receive"
    KEEP_TABLETS = "reception:keep-tablets"
    REPORT_VISITOR_CONCERN = "concerns:report-visitor"
    READ_VISITOR_CONCERNS = "concerns:read-visitor"


# What completes “You can …”.
SENTENCES = {
    Permission.USE_OWN_PAGE: "see my page and change my password",
    Permission.READ_AUDIT: "read the audit trail",
    Permission.MANAGE_PEOPLE: "add and edit people",
    Permission.DELEGATE: "name who decides in my place",
    Permission.READ_POLICY: "read the policy in plain English",
    Permission.DRAFT_POLICY: "write the next version of the policy",
    Permission.PUBLISH_POLICY: "publish a version of the policy",
    Permission.COUNT_ACKNOWLEDGEMENTS: "see how many have acknowledged the policy",
    Permission.READ_ACKNOWLEDGEMENTS: "see who has acknowledged the policy, and what",
    Permission.REMIND_OF_POLICY: "remind those who have not acknowledged the policy",
    Permission.KEEP_SITE: "say whether pupils are on site, and keep the school calendar",
    Permission.READ_VISITOR_LOG: "read the visitors’ log",
    Permission.MERGE_VISITORS: "say that two entries are the same visitor",
    Permission.COUNT_VISITORS: "see how many visitors there were",
    Permission.KEEP_WATCHLIST: "keep the list of who is not let in",
    Permission.CHECK_SIGNS: "check the signs for visitors",
    Permission.MANAGE_EXAMS: "enter exam sittings",
    Permission.REPORT_EXAM: "report a device found in an exam",
    Permission.SETTLE_EXAM_REPORTS: "settle what was reported from exams",
    Permission.ASK_EXEMPTION: "ask for an exemption",
    Permission.RUN_ACTIVITY: "start and end a lesson activity",
    Permission.READ_CHRONOLOGIES: "read anybody’s chronology",
    Permission.SIGN_AGREEMENT: "sign an agreement or withdraw consent",
    Permission.RECORD_SIGNATURE: "record a signature on paper",
    Permission.KEEP_TEMPLATE: "change the agreement that every new one starts from",
    Permission.DECIDE_EXEMPTIONS: "decide exemptions",
    Permission.READ_DEVICES: "see the school’s devices and who has them",
    Permission.KEEP_DEVICES: "keep, lend and take back the school’s devices",
    Permission.LET_ROLES_BORROW: "let everybody with a role borrow school devices",
    Permission.KEEP_LOCKERS: "keep the lockers and see what was handed in",
    Permission.RECEIVE_DEVICES: "take in pupils’ devices and give them back",
    Permission.USE_OWN_LOCKER: "say that my device is in my locker",
    Permission.SEE_TODAY: "see today’s list",
    Permission.SEE_CLASS: "see the list of my classes",
    Permission.ANNOUNCE_VISITORS: "announce visitors",
    Permission.RECEIVE_VISITORS: "sign visitors in and out",
    Permission.KEEP_TABLETS: "switch the reception tablet on and off",
    Permission.REPORT_VISITOR_CONCERN: "report what a visitor did",
    Permission.READ_VISITOR_CONCERNS: "read what was reported of visitors",
}
if SENTENCES.keys() != set(Permission):
    raise AssertionError("every permission needs its sentence")


STAFF = frozenset(
    {
        Role.HEADTEACHER,
        Role.DSL,
        Role.DEPUTY_DSL,
        Role.SLT,
        Role.STAFF_DIRECT,
        Role.STAFF_NONDIRECT,
        Role.OFFICE,
    }
)
EVERYONE = frozenset(Role)
FAMILY = frozenset({Role.PUPIL, Role.PARENT})
LEADERSHIP = frozenset({Role.HEADTEACHER, Role.SLT})
ASKS_FOR_POLICY = frozenset({Role.HEADTEACHER, Role.DSL, Role.OFFICE})
MAY_BE_DELEGATE = frozenset({Role.SLT, Role.DSL, Role.DEPUTY_DSL})

# Roles that carry decisions or other people's confidence: only the headteacher gives them.
GIVEN_BY_HEADTEACHER = frozenset(
    {Role.HEADTEACHER, Role.DSL, Role.DEPUTY_DSL, Role.SLT, Role.GOVERNOR, Role.REGIONAL_DIRECTOR}
)
# Sessions of these roles end sooner: their pages hold the most.
STRICT_SESSION = frozenset({Role.HEADTEACHER, Role.DSL, Role.DEPUTY_DSL, Role.OFFICE})

WHO_MAY = {
    Permission.USE_OWN_PAGE: EVERYONE,
    Permission.READ_AUDIT: frozenset({Role.HEADTEACHER, Role.DSL}),
    Permission.MANAGE_PEOPLE: frozenset({Role.OFFICE, Role.HEADTEACHER}),
    Permission.DELEGATE: frozenset({Role.HEADTEACHER}),
    Permission.READ_POLICY: EVERYONE,
    Permission.DRAFT_POLICY: frozenset({Role.HEADTEACHER, Role.DSL}),
    Permission.PUBLISH_POLICY: frozenset({Role.HEADTEACHER}),
    Permission.COUNT_ACKNOWLEDGEMENTS: ASKS_FOR_POLICY | {Role.GOVERNOR, Role.REGIONAL_DIRECTOR},
    Permission.READ_ACKNOWLEDGEMENTS: ASKS_FOR_POLICY,
    Permission.REMIND_OF_POLICY: ASKS_FOR_POLICY,
    Permission.KEEP_SITE: frozenset({Role.OFFICE, Role.HEADTEACHER}),
    Permission.READ_VISITOR_LOG: frozenset({Role.OFFICE, Role.HEADTEACHER, Role.DSL}),
    Permission.MERGE_VISITORS: frozenset({Role.OFFICE, Role.HEADTEACHER, Role.DSL}),
    Permission.COUNT_VISITORS: frozenset(
        {Role.GOVERNOR, Role.REGIONAL_DIRECTOR, Role.HEADTEACHER, Role.DSL, Role.OFFICE}
    ),
    Permission.KEEP_WATCHLIST: frozenset({Role.HEADTEACHER, Role.DSL}),
    Permission.CHECK_SIGNS: frozenset({Role.OFFICE, Role.HEADTEACHER, Role.SLT}),
    Permission.MANAGE_EXAMS: frozenset({Role.OFFICE, Role.HEADTEACHER}),
    Permission.REPORT_EXAM: STAFF,
    Permission.SETTLE_EXAM_REPORTS: frozenset({Role.HEADTEACHER}),
    Permission.ASK_EXEMPTION: STAFF | FAMILY,
    Permission.RUN_ACTIVITY: frozenset({Role.STAFF_DIRECT}),
    Permission.READ_CHRONOLOGIES: frozenset({Role.HEADTEACHER, Role.DSL, Role.DEPUTY_DSL, Role.SLT}),
    Permission.SIGN_AGREEMENT: FAMILY,
    Permission.RECORD_SIGNATURE: frozenset({Role.OFFICE, Role.HEADTEACHER}),
    Permission.KEEP_TEMPLATE: frozenset({Role.HEADTEACHER}),
    Permission.DECIDE_EXEMPTIONS: frozenset({Role.HEADTEACHER, Role.SLT, Role.REGIONAL_DIRECTOR}),
    Permission.READ_DEVICES: LEADERSHIP | {Role.OFFICE},
    Permission.KEEP_DEVICES: frozenset({Role.OFFICE, Role.HEADTEACHER}),
    Permission.LET_ROLES_BORROW: frozenset({Role.HEADTEACHER}),
    Permission.KEEP_LOCKERS: frozenset({Role.OFFICE, Role.HEADTEACHER}),
    Permission.RECEIVE_DEVICES: frozenset({Role.OFFICE}),
    Permission.USE_OWN_LOCKER: frozenset({Role.STAFF_DIRECT}),
    Permission.SEE_TODAY: frozenset({Role.OFFICE, Role.HEADTEACHER, Role.DSL, Role.DEPUTY_DSL, Role.SLT}),
    Permission.SEE_CLASS: frozenset({Role.STAFF_DIRECT}),
    Permission.ANNOUNCE_VISITORS: STAFF,
    Permission.RECEIVE_VISITORS: frozenset({Role.OFFICE, Role.HEADTEACHER}),
    Permission.KEEP_TABLETS: frozenset({Role.OFFICE, Role.HEADTEACHER}),
    Permission.REPORT_VISITOR_CONCERN: STAFF,
    Permission.READ_VISITOR_CONCERNS: frozenset({Role.HEADTEACHER, Role.DSL}),
}
if WHO_MAY.keys() != set(Permission):
    raise AssertionError("every permission needs its row in WHO_MAY")

ROLE_NAMES = {
    Role.HEADTEACHER: "Headteacher",
    Role.DSL: "Designated safeguarding lead (DSL)",
    Role.DEPUTY_DSL: "Deputy DSL",
    Role.SLT: "Senior leadership team (SLT)",
    Role.STAFF_DIRECT: "Staff working directly with children",
    Role.STAFF_NONDIRECT: "Staff not working directly with children",
    Role.OFFICE: "Office",
    Role.PUPIL: "Pupil",
    Role.PARENT: "Parent or carer",
    Role.GOVERNOR: "Safeguarding governor",
    Role.REGIONAL_DIRECTOR: "Regional director",
    Role.REGULAR_VISITOR: "Regular visitor (volunteer or contractor)",
}
if ROLE_NAMES.keys() != set(Role):
    raise AssertionError("every role needs its name")


@lru_cache(maxsize=512)
def permissions_of(roles, is_delegate=False):
    """The permissions a set of roles adds up to; the headteacher's delegate may decide and settle as well.

    Somebody whose roles have all ended still has a page: it says so, and lets them sign out.
    """
    allowed = {Permission.USE_OWN_PAGE}
    allowed |= {permission for permission, holders in WHO_MAY.items() if holders & roles}
    if is_delegate:
        allowed |= {Permission.DECIDE_EXEMPTIONS, Permission.SETTLE_EXAM_REPORTS}
    return frozenset(allowed)


@dataclass(frozen=True)
class Actor:
    """Somebody who does something: the signed-in person with the roles they hold today.

    `delegate_of` is the id of the headteacher who has named them to decide in their place today.
    """

    id: int
    username: str
    name: str
    team: str
    roles: frozenset
    delegate_of: int | None = None

    @cached_property
    def permissions(self):
        return permissions_of(self.roles, self.delegate_of is not None)

    def may(self, permission):
        """Whether this person has the permission today."""
        return permission in self.permissions

    def must(self, permission):
        """Raise NotAllowed unless this person has the permission."""
        if not self.may(permission):
            raise NotAllowed("You do not have permission to do this.")

    def holds(self, *roles):
        """Whether this person holds at least one of the roles today."""
        return not self.roles.isdisjoint(roles)


def matrix():
    """The table of permissions as rows of text, for `flask roles`."""
    width = max(map(len, SENTENCES.values()))
    return "\n".join(
        f"{SENTENCES[permission]:<{width}}  {', '.join(sorted(WHO_MAY[permission]))}" for permission in Permission
    )
