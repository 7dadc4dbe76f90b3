"""One command, one function."""


def main() -> None:
    """Run the command line."""
