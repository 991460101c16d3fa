"""The demo applications: one visit counter and login in three designs, and the same in Express."""
