"""Verifiers to hand to others: one Python file and one web page, neither of which needs unhear."""
