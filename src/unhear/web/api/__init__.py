"""The operations of a house over HTTP, version 1: JSON, for the console and for programs.

Bytes are base64url without padding (RFC 4648) unless said otherwise, moments RFC 3339, ids hex.
"""
