"""sessionlab against the real express-session 1.19.0 (and its text packages), octet for octet.

- `scenarios/` holds what is played, one file per family of scenarios.
- `record.js` plays it against express-session, `player.py` against sessionlab.
- `differences.py` lists where sessionlab means to differ.
- `vectors.js` asks the text packages (cookie, cookie-signature, …) about odd text.

To add a scenario: write it, then, in the checkout's root folder:

    npm ci --prefix tests/express
    python -m tests.express.generate_scenarios
    npm run record --prefix tests/express
    python -m pytest tests/express
"""
