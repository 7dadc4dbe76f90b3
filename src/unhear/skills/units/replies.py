"""What the units skill says."""

IS = "{amount} {unit} is {result} {to}."
NO_WAY = "{source} cannot be converted to {to}."
UNKNOWN = "I do not know one of those units."
TOO_LARGE = "That is too large a number to say."
TOO_SMALL = "That is very close to zero."
