"""Messages to patients and staff: words, calendar entries, and the ways they are sent."""
