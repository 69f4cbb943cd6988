"""The tables that bring a practice in: columns and their meaning, which are needed, examples."""

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
        "supplier", "supplier_dea", "invoice", "manufacturer", "ndc",
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
    "infusions": (
        "A-1,2026-03-03,09:30,40,35,7,3,ketamine-0.5mgkg-40min-x6,crps,70,1,6,,"
        '"nausea:1; hypertension:3!; ""pain: arm; left"":2"'
    ),
    "scores": (
        "A-1,2026-03-04,19:00,evening,average_pain,4\n"
        "A-1,2026-03-04,,,opioid_mme,45\n"
        "A-1,2026-05-04,,,opioid_mme,unknown"
    ),
    "stock": (
        "ketamine,racemic,50,10,K-1,2027-06-30,3,,Invented Wholesale,RI0000000,opening,"
        "Invented Pharma,00000-451-10"
    ),
}
MEANS: dict[str, dict[str, str]] = {
    "patients": {
        "given": "given names", "family": "family name", "birth_date": "day of birth",
        "phone": "phone number", "email": "mail address", "address": "postal address",
        "mrn": "the practice's record number; the other tables name the patient by it",
        "sex": "female, male or other", "language": "language of messages: en or es",
        "condition": "pain condition by its ICD-10-CM code",
    },
    "infusions": {
        "mrn": "record number of the patient", "date": "day of the infusion",
        "start": "time of day at which it began",
        "minutes": "how long it ran, 0 to 1440; parts of a minute as decimals",
        "dose_mg": "milligrams given in all, 0 to 2000; 0 where nothing was given",
        "pain_before": "pain before it, 0 to 10", "pain_after": "pain after it, 0 to 10",
        "regimen": "regimen by its name in the product",
        "condition": "condition that the series was for, as in the registry",
        "weight_kg": "weight that the series was planned for, kilograms",
        "number": "number within its series", "of": "how many the series has",
        "booster": "yes for a maintenance infusion",
        "side_effects": (
            "terms with their grade 1 to 5, apart by semicolons, ! for serious: nausea:1; "
            "hypertension:3!; a term with a colon, semicolon or quote in it stands in double "
            'quotes, as a JSON string: "pain: arm; left":2'
        ),
    },
    "scores": {
        "mrn": "record number of the patient", "date": "day that it speaks of",
        "time": "time of day, where known", "moment": "of a diary day: day, evening or morning",
        "measure": "what was measured: one of the list in docs/registry.md",
        "value": (
            "the score; of opioid_mme the dose from this day on (mg of morphine equivalents a "
            "day), or the word unknown where it is not known any more"
        ),
    },
    "stock": {
        "drug": "drug", "form": "racemic or esketamine", "strength_mg_per_ml": "mg in a millilitre",
        "volume_ml": "millilitres in a vial", "lot": "lot number", "expires_on": "expiry day",
        "count": "how many vials", "serial": "serial number, where a vial has one",
        "supplier": "from whom", "supplier_dea": "the supplier's DEA number",
        "invoice": "invoice or order number", "manufacturer": "who made it, where known",
        "ndc": "the NDC on the label, with its hyphens or as ten digits, where known",
    },
}  # fmt: skip
KINDS = tuple(COLUMNS)
# What may repeat within a table only by mistake.
ONCE: dict[str, tuple[str, ...]] = {
    "patients": ("mrn",),
    "infusions": ("mrn", "date", "start"),
    "scores": ("mrn", "date", "time", "moment", "measure"),
    "stock": ("lot", "serial", "invoice"),
}
DOSE = "opioid_mme"
UNKNOWN = "unknown"  # from this day on, the dose is not known any more
# Measures of a score's row, each with its lowest and highest value.
MEASURES: dict[str, tuple[int, int]] = {
    "average_pain": (0, 10), "worst_pain": (0, 10), "function": (0, 10), "mood": (0, 10),
    "peg": (0, 10), "peg.pain": (0, 10), "pgic": (1, 7), "phq-2": (0, 6),
    "phq-9": (0, 27), "gad-7": (0, 21), "promis-pain-interference-4a": (4, 20),
    DOSE: (0, 5000),
}  # fmt: skip
DIARY = ("average_pain", "worst_pain", "function", "mood")
