"""Today's vital signs."""
