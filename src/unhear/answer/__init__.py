"""Intent -> Skill -> Reply -> speech. A skill gets slots, never audio."""
