"""What a leaf of the ledger can claim: one class a kind. docs/receipts.md specifies the fields.

Texts that could lead to a household are commitments in hex; times are rounded to the hour.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Keeper:
    """What held the root key, in plain words what its deletion means, and what it cannot do."""

    kind: str
    grade: str
    limits: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Look:
    """A place that was looked at after the erasure, and how much was left: always 0."""

    holder: str
    remaining: int


@dataclass(frozen=True, slots=True)
class Drill:
    """The last restore drill: planted canaries were backed up, erased and restored."""

    at: str
    result: str


@dataclass(frozen=True, slots=True)
class Erasure:
    """That something was forgotten.

    `reopens` is the id of an earlier erasure of which a late copy was found, or None.
    """

    id: str
    reopens: str | None
    subject: str
    items_root: str
    count: str
    scope: str
    asked_at: str
    done_at: str
    epoch_from: int
    epoch_to: int
    keeper: Keeper
    roots_destroyed: tuple[str, ...]
    looked: tuple[Look, ...]
    live_gone_at: str
    horizon_days: int
    backups_unreadable_by: str
    drill: Drill | None
    exceptions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Unlearning:
    """That what was learned of forgotten things is what it would be had they never been there.

    `erasure` is the erasure's id; `items_root` commits to a line of JSON for each subject, with the
    digests of state and model before and after.
    """

    erasure: str
    subject: str
    items_root: str
    count: str
    unlearned_at: str


@dataclass(frozen=True, slots=True)
class ConsentGiven:
    """That a purpose was allowed for a person of the household, by who may decide it.

    `notice` commits to the version of the notice that was shown.
    """

    subject: str
    person: str
    purpose: str
    method: str
    notice: str
    given_at: str


@dataclass(frozen=True, slots=True)
class ConsentRenewed(ConsentGiven):
    """That who had allowed a purpose already allowed it anew, on the notice as it stood then."""


@dataclass(frozen=True, slots=True)
class ConsentRefused:
    """That somebody who may decide said no, where nobody had said yes."""

    subject: str
    person: str
    purpose: str
    refused_at: str


@dataclass(frozen=True, slots=True)
class ConsentWithdrawn:
    """That such a permission was taken back."""

    subject: str
    person: str
    purpose: str
    withdrawn_at: str


@dataclass(frozen=True, slots=True)
class ConsentLapsed:
    """That such a permission counts no more until it is given anew, and why."""

    subject: str
    person: str
    purpose: str
    why: str
    lapsed_at: str


@dataclass(frozen=True, slots=True)
class Looked:
    """That somebody of the household opened kept recordings, or took copies of them.

    `person` commits to who it was, `items_root` to what was looked at; `how` is one of `LOOKS`.
    """

    subject: str
    person: str
    items_root: str
    count: str
    how: str
    looked_at: str


BY_GRANT = "opened by a grant"
BY_STAFF = "opened by staff"

LOOKS = ("opened", "exported", "seen live", BY_GRANT, BY_STAFF)
"""How one can look: open what is kept, take copies of it out of the house, or see by a camera.

By a grant opens who does not live here: `person` then commits to the grant's id. By staff opens who
works for whoever runs the house, as a guardian granted: `person` commits to their id.
"""


@dataclass(frozen=True, slots=True)
class Grant:
    """That a guardian let somebody who does not live here open kept recordings until `expires_at`.

    `person` commits to the grant's id, which stands for them; `items_root` to what they may open.
    """

    subject: str
    person: str
    items_root: str
    count: str
    granted_at: str
    expires_at: str


@dataclass(frozen=True, slots=True)
class Hold:
    """That two people ordered something not to be erased before `expires_at`: a legal hold.

    `scope` and `reason` commit to what is held and why, `asked_by` and `agreed_by` to the people.
    """

    id: str
    subject: str
    scope: str
    reason: str
    asked_by: str
    agreed_by: str
    placed_at: str
    expires_at: str


@dataclass(frozen=True, slots=True)
class HoldEnded:
    """That a legal hold is over: lifted, or expired."""

    id: str
    how: str
    ended_at: str


@dataclass(frozen=True, slots=True)
class LogKey:
    """A public key that signs the log's checkpoints: the first leaf, or the next after it."""

    key: str


Claim = (
    Erasure
    | Unlearning
    | ConsentGiven
    | ConsentRefused
    | ConsentWithdrawn
    | ConsentLapsed
    | Looked
    | Grant
    | Hold
    | HoldEnded
    | LogKey
)
