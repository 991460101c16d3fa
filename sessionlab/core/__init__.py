"""The pure core: what a session system decides, and why.

Everything below this package is a function of its arguments: no I/O, no clock, no randomness,
nothing but the standard library.  Whoever needs the time or a random ID passes it in.
"""
