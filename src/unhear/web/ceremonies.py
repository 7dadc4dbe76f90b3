"""Passkey ceremonies: WebAuthn registration and authentication (W3C WebAuthn Level 3).

What a passkey signs in with is checked here. What it opens with (its PRF output) stays in the
browser: this side neither asks for it nor takes it.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from webauthn import (
    generate_authentication_options,
    generate_registration_options,
    options_to_json,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from unhear.household.passkeys import Passkey
from unhear.household.words import PersonId
from unhear.web.challenges import Challenges
from unhear.web.problems import Problem

NAME = "unhear"
REFUSED = Problem(401, "passkey-refused", "This passkey was not accepted; try again.")
Fields = dict[str, Any]


@dataclass(frozen=True, slots=True)
class NewPasskey:
    """A passkey that was just made: its id, its public key (COSE), and its counter."""

    id: bytes
    public_key: bytes
    sign_count: int


class Ceremonies:
    """The ceremonies of one console; each challenge is used once, within half an hour."""

    def __init__(self, origin: str, challenges: Challenges) -> None:
        """`origin` is the console's address in browsers, whose host passkeys are made for."""
        self._origin = origin
        self._host = urlsplit(origin).hostname or ""
        self._challenges = challenges

    def begin_registration(
        self, person: PersonId, name: str, known: Sequence[Passkey] = ()
    ) -> Fields:
        """Answer the options to make a passkey with, for somebody called `name`."""
        options = generate_registration_options(
            rp_id=self._host,
            rp_name=NAME,
            user_id=person.encode(),
            user_name=name,
            user_display_name=name,
            challenge=self._challenges.make(),
            authenticator_selection=AuthenticatorSelectionCriteria(
                resident_key=ResidentKeyRequirement.REQUIRED,
                user_verification=UserVerificationRequirement.REQUIRED,
            ),
            exclude_credentials=[PublicKeyCredentialDescriptor(key.id) for key in known],
        )
        return dict(json.loads(options_to_json(options)))

    def finish_registration(self, credential: Mapping[str, Any]) -> NewPasskey:
        """Answer the passkey that was made. Raises `Problem`."""
        challenge = self._answered(credential)
        try:
            made = verify_registration_response(
                credential=dict(credential),
                expected_challenge=challenge,
                expected_rp_id=self._host,
                expected_origin=self._origin,
                require_user_verification=True,
            )
        except (WebAuthnException, ValueError, KeyError, TypeError):
            raise REFUSED from None
        self._use_up(challenge)
        return NewPasskey(made.credential_id, made.credential_public_key, made.sign_count)

    def begin_authentication(self, known: Sequence[Passkey] = ()) -> Fields:
        """Answer the options to sign in with: with one of these passkeys, or with any."""
        options = generate_authentication_options(
            rp_id=self._host,
            challenge=self._challenges.make(),
            allow_credentials=[PublicKeyCredentialDescriptor(key.id) for key in known] or None,
            user_verification=UserVerificationRequirement.REQUIRED,
        )
        return dict(json.loads(options_to_json(options)))

    def finish_authentication(self, credential: Mapping[str, Any], passkey: Passkey) -> int:
        """Answer the passkey's new counter. Raises `Problem` for any other passkey."""
        challenge = self._answered(credential)
        try:
            seen = verify_authentication_response(
                credential=dict(credential),
                expected_challenge=challenge,
                expected_rp_id=self._host,
                expected_origin=self._origin,
                credential_public_key=passkey.public_key,
                credential_current_sign_count=passkey.sign_count,
                require_user_verification=True,
            )
        except (WebAuthnException, ValueError, KeyError, TypeError):
            raise REFUSED from None
        self._use_up(challenge)
        return seen.new_sign_count

    def _answered(self, credential: Mapping[str, Any]) -> bytes:
        """Answer the challenge that a credential answers, if it is ours. Raises `Problem`."""
        try:
            said = json.loads(base64url_to_bytes(credential["response"]["clientDataJSON"]))
            challenge = base64url_to_bytes(said["challenge"])
        except (ValueError, KeyError, TypeError):
            raise REFUSED from None
        if not self._challenges.counts(challenge):
            raise REFUSED
        return challenge

    def _use_up(self, challenge: bytes) -> None:
        if not self._challenges.use(challenge):
            raise REFUSED


def credential_id(credential: Mapping[str, Any]) -> bytes:
    """Answer the id of the passkey that made a credential. Raises `Problem`."""
    try:
        return base64url_to_bytes(credential["rawId"])
    except (ValueError, KeyError, TypeError):
        raise REFUSED from None


def text(content: bytes) -> str:
    """Answer bytes as the console's JSON has them: base64url without padding (RFC 4648)."""
    return bytes_to_base64url(content)
