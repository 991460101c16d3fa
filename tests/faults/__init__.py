"""What happens to sessions when something breaks: processes, disks, servers.

The suite runs a short form; ``python -m tests.faults --full`` runs all of it.
"""
