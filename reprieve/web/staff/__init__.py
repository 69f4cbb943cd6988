"""Pages of the staff, one module a step of care: `urlpatterns` and `NAV` are found by name."""
