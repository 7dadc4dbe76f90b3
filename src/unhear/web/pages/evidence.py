"""What this house did in the last year, as an auditor would see it: a page that stands alone."""

from base64 import b64encode
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256

from fastapi import APIRouter, Response
from fastapi.responses import HTMLResponse

from unhear.house.evidence.account import account
from unhear.house.evidence.facts import Period
from unhear.house.evidence.page import STYLE
from unhear.house.evidence.page import page as evidence_page
from unhear.house.evidence.reading import facts_of
from unhear.house.evidence.report import report
from unhear.web.pages.views import Guardian

router = APIRouter(include_in_schema=False)

A_YEAR = timedelta(days=365)
POLICY = (
    f"default-src 'none'; style-src 'sha256-{b64encode(sha256(STYLE.encode()).digest()).decode()}';"
    " base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
"""The page has no script and fetches nothing; its style stands in it."""


@router.get("/evidence")
def evidence(signed: Guardian) -> Response:
    """Show it; a legal hold that an authority ordered to be kept from guardians is not in it."""
    house, now = signed.house, signed.house.clock()
    facts = facts_of(house.settings, house.database, house.keeper, house.clock)
    told = replace(facts, holds=tuple(one for one in facts.holds if not one.sealed))
    period = Period(now - A_YEAR, now)
    shown = evidence_page(report([account(told, period)], period))
    return HTMLResponse(shown, headers={"content-security-policy": POLICY})
