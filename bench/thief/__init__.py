"""What a thief reads who has every backup, today's disk and today's keys."""
