"""Capture -> sealed Recording: age files, capsules, the catalogue, retention."""
