"""The demo clinic: invented people over every step, made by the same acts as in a real one."""
