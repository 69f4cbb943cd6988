"""Who should not be treated, or only with care."""
