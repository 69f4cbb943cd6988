"""Django's PostgreSQL, with a limit to how long an answer is waited for: see `patience`."""
