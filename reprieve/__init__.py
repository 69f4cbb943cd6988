"""Reprieve runs a ketamine-infusion programme for chronic pain, from the request to the booster."""

__version__ = "0.1.0"
