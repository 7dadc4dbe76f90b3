"""Forget a scope everywhere: bar, commit, sweep, look again, attest."""
