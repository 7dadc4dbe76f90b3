"""A fleet: homes of different people that learn together, from sums and never from recordings.

It is a service of its own, for other machines, with a database, a key tree and a ledger as a house
has them. Each home is a household there: a random pseudonym, the hash of a token, and numbers.
"""
