"""English as it is heard: one form for everything, and what its values mean."""
