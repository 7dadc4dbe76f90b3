"""Capture -> Transcript -> Intent."""
