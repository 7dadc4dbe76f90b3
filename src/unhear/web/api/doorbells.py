"""Where a doorbell, or whatever stands between, says that its button was pressed: a web hook.

No person is signed in there: a doorbell brings the `press_token` that the settings name for it.
Whoever has none learns nothing, not even which doorbells there are.
"""

from hmac import compare_digest
from typing import Annotated

from fastapi import APIRouter, Header

from unhear.house.watched import CameraElsewhere
from unhear.household.words import DeviceId
from unhear.settings import CameraSettings
from unhear.web.api.asking import NOT_AT_WORK
from unhear.web.home import ELSEWHERE
from unhear.web.problems import Problem
from unhear.web.signed_in import TheHome

router = APIRouter(prefix="/doorbells", tags=["doorbells"])

SCHEME = "bearer"
WRONG_TOKEN = Problem(
    401,
    "wrong-press-token",
    "Send the doorbell's press_token from the settings as `Authorization: Bearer TOKEN`.",
)


@router.post("/{camera}/press", status_code=204)
def press(home: TheHome, camera: str, authorization: Annotated[str, Header()] = "") -> None:
    """Say that a doorbell's button was pressed, with its token."""
    scheme, _, token = authorization.partition(" ")
    known = next((one for one in home.settings.cameras if one.name == camera), None)
    if not _is_its(known, token.strip()) or scheme.casefold() != SCHEME:
        raise WRONG_TOKEN
    if home.bell is None:
        raise NOT_AT_WORK
    device = DeviceId(camera)
    try:
        told = home.house.cameras.pressed(device)
    except CameraElsewhere:
        raise ELSEWHERE from None
    if not told:
        home.bell.rang(device)


def _is_its(camera: CameraSettings | None, token: str) -> bool:
    """Whether it is this camera's token; as long in coming where there is none."""
    key = None if camera is None else camera.press_token
    expected = "" if key is None else key.get_secret_value()
    # Headers are read as Latin-1 whatever was sent: these are its bytes again.
    return compare_digest(token.encode("latin-1"), expected.encode()) and bool(expected)
