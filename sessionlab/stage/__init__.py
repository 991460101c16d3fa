"""The stage: opens lanes, plays them step by step over real HTTP, and records transcripts."""
