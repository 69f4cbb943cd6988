"""Reminders and follow-up dates as data."""
