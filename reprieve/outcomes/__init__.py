"""What an infusion series did: response, duration of relief, opioids, harm. Plain values only."""
