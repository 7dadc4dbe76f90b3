"""The command line: one command, one function."""

from unhear.cli.app import main

__all__ = ["main"]
