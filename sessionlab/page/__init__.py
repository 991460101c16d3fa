"""The server of ``serve``: the demo, recorded and shown live, and the JSON view beside it."""
