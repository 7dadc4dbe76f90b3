"""Two days of a house at work, at speed, to see whether it needs more and more of anything."""
