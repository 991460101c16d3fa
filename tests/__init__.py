"""The tests, in folders that mirror the package."""

PATIENCE = 120.0
"""Seconds after which a test stops waiting for someone else.

It ends what hangs and measures nothing, so it is far beyond what a busy machine needs.
"""
