"""The desk: where an operator's staff ask homes to show recordings, and see what was granted.

It can only ask: every home decides and states for itself, and what a guardian grants opens in
the browser of the member of staff whom the grant names. No recording, header or key of one is
kept here.
"""
