"""One TOML file per maker: which code, text, unit and sub-id means which vital sign."""
