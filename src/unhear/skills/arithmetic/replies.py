"""What the arithmetic skill says."""

RESULT = "That is {number}."
NO_ZERO = "Nothing can be divided by zero."
NO_ROOT = "A negative number has no real square root."
TOO_MUCH = "That power is too much for me."
NO_POWER = "That power has no real result."
TOO_LARGE = "That is too large a number to say."
TOO_SMALL = "That is very close to zero."
