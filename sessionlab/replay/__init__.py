"""Replays: a script played over real HTTP by browsers with real jars, recorded as transcripts."""
