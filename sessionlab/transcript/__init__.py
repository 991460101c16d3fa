"""Reads transcripts: round trips, findings of a step, measures, and the scoreboard."""
