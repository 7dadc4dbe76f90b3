"""Frames in, Capture out: nothing leaves this room before a wake word."""
