"""What the time and date skill says."""

DAYS = {0: "Today", 1: "Tomorrow", -1: "Yesterday"}

SAID = {
    ("time", False): "It is {said}",
    ("date", False): "{day} is {said}.",
    ("date", True): "{day} was {said}.",
    ("weekday", False): "{day} is {said}.",
    ("weekday", True): "{day} was {said}.",
    ("year", False): "It is {said}.",
}
"""By request, and whether the day is past. The time ends with the full stop of "p.m."."""
