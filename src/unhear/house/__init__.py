"""Where the rooms meet: a house built from its settings, and the way of one request through it."""
