"""A voice assistant and doorbell that can be told to forget, and can prove that it did.

The folders are the way of a recording: capture -> understand -> answer -> keep -> forget -> prove.
`house.py` is where they meet.
"""

__version__ = "0.1.0"
