"""What is logged of errors."""


def kind(error: BaseException) -> dict[str, str]:
    """Answer what is logged of an error: the rest of it could hold words."""
    return {"error": type(error).__name__}
