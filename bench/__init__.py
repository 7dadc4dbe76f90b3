"""Measurements: one command each, printing one JSON object."""
