"""Ways to make sure that it is really a guardian who consents, as plug-ins.

What is kept of one is its name, the time and the result; never the evidence. The clauses are those
of 16 CFR 312.5(b), the children's rule of the United States, which binds operators and not homes.
"""

from dataclasses import dataclass
from typing import Protocol


class NotVerified(Exception):
    """It was not made sure who consents; the message says what is needed."""


@dataclass(frozen=True, slots=True)
class Asking:
    """Who is to consent, and how they can be reached; `reference` names the request."""

    reference: str
    guardian: str
    contact: str


@dataclass(frozen=True, slots=True)
class Verified:
    """That a method made sure of it, and its result in a word or two."""

    method: str
    result: str = "verified"


class ConsentMethod(Protocol):
    """One way. It must forget its evidence (documents, answers, card numbers) when it is done."""

    @property
    def name(self) -> str:
        """What it is called, as in `signed form`."""

    @property
    def clause(self) -> str:
        """Where the law names it."""

    @property
    def withstands_disclosure(self) -> bool:
        """Whether it is enough where something of a child is disclosed to others."""

    @property
    def for_operators(self) -> bool:
        """Whether an operator may rely on it for a child; a home may rely on any."""

    @property
    def ready(self) -> bool:
        """Whether it can be used here."""

    def begin(self, asking: Asking) -> None:
        """Send or ask what the guardian is to answer. Raises `NotVerified`."""

    def finish(self, asking: Asking, answer: str) -> str:
        """Answer the result once `answer` proves it. Raises `NotVerified`."""


@dataclass(frozen=True, slots=True)
class AtTheMachine:
    """Whoever can command the machine itself decides for the home."""

    name: str = "terminal"
    clause: str = "none: a home is no operator"
    withstands_disclosure: bool = True
    for_operators: bool = False
    ready: bool = True

    def begin(self, asking: Asking) -> None:
        """Do nothing."""

    def finish(self, asking: Asking, answer: str) -> str:  # noqa: ARG002 - being there is the proof
        """Answer that the guardian was there."""
        return "verified"


@dataclass(frozen=True, slots=True)
class InTheConsole:
    """A guardian proved in the console who they are; nothing here can."""

    name: str
    clause: str = "none: a home is no operator"
    withstands_disclosure: bool = True
    for_operators: bool = False
    ready: bool = True

    def begin(self, asking: Asking) -> None:  # noqa: ARG002 - nobody is asked
        """Refuse: the console asks for it."""
        raise NotVerified(
            f"a {self.name} is proved in the console; sign in there and consent there"
        )

    def finish(self, asking: Asking, answer: str) -> str:
        """Refuse, as `begin` does."""
        self.begin(asking)
        return answer


@dataclass(frozen=True, slots=True)
class AttestedByStaff:
    """The operator's staff saw or heard the guardian, and one of them answers for it by name."""

    name: str
    clause: str
    withstands_disclosure: bool = True
    for_operators: bool = True
    ready: bool = True

    def begin(self, asking: Asking) -> None:
        """Do nothing: staff begin it, outside."""

    def finish(self, asking: Asking, answer: str) -> str:  # noqa: ARG002 - staff know whom they saw
        """Answer who attests it: `answer` is their name."""
        if not answer.strip():
            raise NotVerified(f"say who of the staff answers for the {self.name}, by name")
        return f"attested by {answer.strip()}"


@dataclass(frozen=True, slots=True)
class NeedsService:
    """A method that needs somebody outside; a plug-in of the same name brings them."""

    name: str
    clause: str
    service: str
    withstands_disclosure: bool = True
    for_operators: bool = True
    ready: bool = False

    def begin(self, asking: Asking) -> None:  # noqa: ARG002 - nobody is asked
        """Refuse, and say what is missing."""
        raise NotVerified(
            f"{self.name} needs {self.service}, which unhear does not bring; use another, or "
            f"install a plug-in (entry point {self.name!r} of the group unhear.consent_methods)"
        )

    def finish(self, asking: Asking, answer: str) -> str:
        """Refuse, as `begin` does."""
        self.begin(asking)
        return answer


BUILT_IN: tuple[ConsentMethod, ...] = (
    InTheConsole("passkey"),
    InTheConsole("passphrase"),
    AtTheMachine(),
    AttestedByStaff("signed form", "16 CFR 312.5(b)(2)(i)"),
    NeedsService("card", "16 CFR 312.5(b)(2)(ii)", "a payment service"),
    AttestedByStaff("phone call", "16 CFR 312.5(b)(2)(iii)"),
    AttestedByStaff("video call", "16 CFR 312.5(b)(2)(iv)"),
    NeedsService("government id", "16 CFR 312.5(b)(2)(v)", "a service that checks documents"),
    NeedsService("knowledge questions", "16 CFR 312.5(b)(2)(vi)", "a service that asks them"),
    NeedsService(
        "email-plus",
        "16 CFR 312.5(b)(2)(viii)",
        "a service that sends e-mail",
        withstands_disclosure=False,
    ),
    NeedsService(
        "text-plus",
        "16 CFR 312.5(b)(2)(ix)",
        "a service that sends text messages",
        withstands_disclosure=False,
    ),
)
"""What comes with unhear, in the order of the clauses.

Left out on purpose: 312.5(b)(2)(vii), a picture of a document compared with a face.
"""
