"""What ketamine does to pain, perception and circulation: effect models, one TOML file each."""
