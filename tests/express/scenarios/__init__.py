"""The scenarios that both express-session and sessionlab play, one file per family."""
