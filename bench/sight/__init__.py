"""How well a camera's pictures are looked at: motion, persons, and what it costs."""
