"""What must be true before a patient goes home."""
