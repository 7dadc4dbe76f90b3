"""`python -m unhear` is the program `unhear`."""

from unhear.cli import main

if __name__ == "__main__":  # processes that an audit starts import this, and must not run it
    main()
