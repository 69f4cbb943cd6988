"""The tables that bring a practice in: their columns, which are needed, and a row as an example."""

from __future__ import annotations

COLUMNS: dict[str, tuple[str, ...]] = {
    "patients": (
        "given", "family", "birth_date", "phone", "email", "address", "mrn", "sex", "language",
        "condition",
    ),
    "infusions": (
        "mrn", "date", "start", "minutes", "dose_mg", "pain_before", "pain_after", "regimen",
        "condition", "weight_kg", "number", "of", "booster", "side_effects",
    ),
    "scores": ("mrn", "date", "time", "moment", "measure", "value"),
    "stock": (
        "drug", "form", "strength_mg_per_ml", "volume_ml", "lot", "expires_on", "count", "serial",
        "supplier", "supplier_dea", "invoice",
    ),
}  # fmt: skip
NEEDED: dict[str, tuple[str, ...]] = {
    "patients": ("given", "family"),
    "infusions": ("mrn", "date", "start", "minutes", "dose_mg"),
    "scores": ("mrn", "date", "measure", "value"),
    "stock": (
        "drug", "strength_mg_per_ml", "volume_ml", "lot", "expires_on", "count", "supplier",
        "invoice",
    ),
}  # fmt: skip
EXAMPLE: dict[str, str] = {
    "patients": "Ida,Invented,1980-05-17,+12125550100,ida@example.org,,A-1,female,en,G90.511",
    "infusions": "A-1,2026-03-03,09:30,40,35,7,3,ketamine-0.5mgkg-40min-x6,crps,70,1,6,,nausea:1",
    "scores": "A-1,2026-03-04,19:00,evening,average_pain,4",
    "stock": "ketamine,racemic,50,10,K-1,2027-06-30,3,,Invented Wholesale,RI0000000,opening",
}
KINDS = tuple(COLUMNS)
# What may repeat within a table only by mistake.
ONCE: dict[str, tuple[str, ...]] = {
    "patients": ("mrn",),
    "infusions": ("mrn", "date", "start"),
    "scores": ("mrn", "date", "time", "moment", "measure"),
    "stock": ("lot", "serial", "invoice"),
}
# Measures of a score's row, each with its lowest and highest value.
MEASURES: dict[str, tuple[int, int]] = {
    "average_pain": (0, 10), "worst_pain": (0, 10), "function": (0, 10), "mood": (0, 10),
    "peg": (0, 10), "peg.pain": (0, 10), "pgic": (1, 7), "phq-2": (0, 6),
    "phq-9": (0, 27), "gad-7": (0, 21), "promis-pain-interference-4a": (4, 20),
    "opioid_mme": (0, 5000),
}  # fmt: skip
DIARY = ("average_pain", "worst_pain", "function", "mood")
