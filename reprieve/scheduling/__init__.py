"""When things happen: slots, opening hours, series, boosters, reminders, follow-ups. Pure."""
