"""Medicines that change the risk or the effect of ketamine."""
