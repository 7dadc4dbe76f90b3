"""Which errors are told as a sentence, and with which exit code; any other is a fault of ours."""

from unhear.cameras.soap import OnvifAway, OnvifRefused
from unhear.engines.errors import EngineError
from unhear.fleet.fleet import AlreadyMade
from unhear.forget.errors import ForgetError
from unhear.house.controls import ControlsMissing
from unhear.house.family import FamilyError
from unhear.house.grants import GrantRefused
from unhear.house.moving import MoveRefused
from unhear.house.own_household import NotSetUp
from unhear.house.restore import RestoreRefused
from unhear.house.setup import AlreadySetUp
from unhear.household.methods import NotVerified
from unhear.keep.age import AgeError
from unhear.keep.identity import IdentityError, WrongPassphrase
from unhear.prove.errors import ProofError
from unhear.settings import SettingsWrong
from unhear.stores.errors import StoreError
from unhear.stores.fleet_client import FleetAway
from unhear.web.problems import Problem
from unhear.web.serving import AddressWrong

FAILED, USAGE, REFUSED, NO_HOUSE, WRONG_KEY = 1, 2, 3, 4, 5

_CODES: tuple[tuple[int, tuple[type[Exception], ...]], ...] = (
    (USAGE, (SettingsWrong,)),
    (NO_HOUSE, (NotSetUp,)),
    (WRONG_KEY, (WrongPassphrase,)),
    (FAILED, (ProofError,)),
    (
        REFUSED,
        (
            ForgetError,
            StoreError,
            EngineError,
            IdentityError,
            AgeError,
            AlreadySetUp,
            AlreadyMade,
            FleetAway,
            FamilyError,
            GrantRefused,
            NotVerified,
            ControlsMissing,
            RestoreRefused,
            MoveRefused,
            AddressWrong,
            Problem,
            OnvifAway,
            OnvifRefused,
        ),
    ),
)


def code_of(error: Exception) -> int | None:
    """Answer the exit code of an error that is told to people; None for a fault of the program."""
    for code, kinds in _CODES:
        if isinstance(error, kinds):
            return code
    return None
