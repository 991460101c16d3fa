"""The demo's ``/session`` as an Express application in Node, beside the Python one on one Redis."""
