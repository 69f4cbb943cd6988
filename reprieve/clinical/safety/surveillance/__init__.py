"""What must be watched when ketamine is given again and again."""
