"""Pages of the public and of patients, one module a step of care."""
