"""What can go wrong while forgetting; every message says what to do."""


class ForgetError(Exception):
    """Something stood in the way of forgetting."""


class RootGone(ForgetError):
    """The root key the database points at is not in the keeper: nothing kept opens any more."""


class CommitUnknown(ForgetError):
    """The database was lost while it committed: what was to be changed may be, or not at all."""


class KeyPageDamaged(ForgetError):
    """A page of the key tree does not open under its key: it was changed outside unhear."""


class TreeFull(ForgetError):
    """Every leaf page of the key tree belongs to a household and is full."""


class TraceRemains(ForgetError):
    """A second look still found what should be gone. Retrying will not help."""


class Barred(ForgetError):
    """What was about to be kept is named by an erasure that has been asked for since."""


class KeeperFailed(ForgetError):
    """The root keeper could not do what it was asked; nothing was changed."""


class CapsuleClosed(ForgetError):
    """A capsule does not open under the key in its slot."""


class NoSuchTrace(ForgetError):
    """Nothing of that name is kept."""


class HolderUnanswered(ForgetError):
    """A kind of trace has nobody who answers for it; the house must not start."""


class Unfinished(ForgetError):
    """The erasure is under way and something stands in the way; it is finished later."""


class HolderAway(Unfinished):
    """A holder cannot be asked now; the others are swept and the rest is done later."""


class MirrorAway(Unfinished):
    """The second place of the database cannot be reached; no root key is destroyed until it is."""


class RootRemains(Unfinished):
    """The keys are replaced, but the keeper cannot destroy the old root key now."""


class HeldBack(Unfinished):
    """A legal hold keeps some of what was named; the rest is erased."""


class ClockDoubted(ForgetError):
    """The clock has jumped: nothing is deleted for its age until it is trusted again."""


class HoldWrong(ForgetError):
    """A legal hold cannot be placed, agreed to or lifted like this."""
