"""Telling whoever runs the house how it does: log lines, metrics, traces. Nothing of anybody."""
