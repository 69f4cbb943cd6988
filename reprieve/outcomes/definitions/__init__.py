"""Dated definitions of every outcome. A changed definition is a new file with a later date."""
