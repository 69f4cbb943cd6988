"""Pharmacokinetic models, one TOML file each; `docs/pharmacology.md` explains the format."""
