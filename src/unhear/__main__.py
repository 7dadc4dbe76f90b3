"""`python -m unhear` is the program `unhear`."""

from unhear.cli import main

main()
