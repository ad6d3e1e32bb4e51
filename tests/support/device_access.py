"""A device that was asked for on a visit, kept as it stands at its end: what the log and the numbers are made of."""

import datetime as dt

from enums import ExemptionState, Verdict
from models import Decision, Exemption
from rules.core import clock

SECRET = "Zebra-reason-4711"


def a_device(visit, asker, state=ExemptionState.APPROVED, decider=None, for_head=None, **changed):
    """A tablet for teaching areas from 10 to 2 today, asked for and decided by somebody (actors); its id."""
    decided = state in {
        ExemptionState.APPROVED,
        ExemptionState.DECLINED,
        ExemptionState.RETURNED,
        ExemptionState.REVOKED,
    }
    columns = {
        "kind": "visitor-access",
        "state": state.value,
        "asker": asker.id,
        "subject": asker.id,
        "visit": visit,
        "pupil_handles": False,
        "device_kind": "tablet",
        "device": "Of the health trust",
        "device_key": f"visit {visit}:tablet",
        "purpose": "x",
        "reason": SECRET,
        "zones": ["teaching-areas"],
        "starts_on": clock.today(),
        "ends_on": clock.today(),
        "starts_at": dt.time(10),
        "ends_at": dt.time(14),
        "approved_by": decider.name if state in {ExemptionState.APPROVED, ExemptionState.REVOKED} else None,
        "asked_at": clock.now(),
        "decided_at": clock.now() if decided else None,
        "stopped_at": clock.now() if state is ExemptionState.REVOKED else None,
        **changed,
    }
    exemption = Exemption.insert(columns).execute()
    if decided:
        Decision.insert(
            exemption=exemption,
            verdict=Verdict(state.value).value,
            decided_by=decider.id,
            for_person=for_head and for_head.id,
            decided_at=clock.now(),
            text=f"{SECRET} words",
            frozen={},
            frozen_digest="x",
        ).execute()
    return exemption
