"""Booster ladders as data: one TOML file each."""
