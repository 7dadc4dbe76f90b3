"""What a house tells of itself to whoever runs it: counts and durations, of a closed vocabulary."""
