"""Benchmarks, run apart from the tests: ``python -m tests.benchmark.NAME``.

Rules
- Peers are measured in the same run, in interleaved rounds; what is told is a ratio of medians.
- Absolute figures belong to the machine they were measured on.
"""
