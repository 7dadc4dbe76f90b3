"""What unhear says of itself to programs that ask over Wyoming."""

from typing import Any

from wyoming.info import Attribution

from unhear import __version__

NAME = "unhear"


def program() -> dict[str, Any]:
    """Answer what each program that it offers is called, whoever asks."""
    return {
        "name": NAME,
        "attribution": Attribution(name=NAME, url=""),
        "installed": True,
        "description": "unhear",
        "version": __version__,
    }


def model(language: str) -> dict[str, Any]:
    """Answer the same of a model that knows a language."""
    return {**program(), "languages": [language]}
