"""What can be wrong with an age file or key; no message holds any part of a key."""


class AgeError(Exception):
    """An age file or key cannot be used."""


class KeyMistyped(AgeError):
    """A recipient or identity is not written as age writes it, or is no usable key."""


class NoRecipients(AgeError):
    """A file was to be sealed to nobody, so that nobody could ever open it."""


class HeaderDamaged(AgeError):
    """The header is not one that age writes, or was changed."""


class NotForThisIdentity(AgeError):
    """The file was made for other recipients."""


class PayloadDamaged(AgeError):
    """The payload was changed, cut short or added to."""
