"""Copies of the database and payloads in another place: shipped, backed up, put together again.

A *target* is a folder or an object store. It holds generations of the database: a snapshot in
chunks named by their hash, and then what was written since, piece by piece. Everything in it is
sealed as it is in the house: a target opens nothing without the root key.
"""
