"""What must be true of this patient on this day before the start."""
