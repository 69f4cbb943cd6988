"""The emergency card: situations, first steps, and what is logged with its time at one press.

A clinic's own text (setting `emergency.<situation>`) stands in place of these steps, which nobody
has confirmed for it. Drugs are given within their orders only.
"""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

# Key: words, first steps.
SITUATIONS: dict[str, tuple[Promise, Promise]] = {
    "hypertension": (
        _("Hypertension"),
        _("Pause or halve the rate. Stop at 180 systolic or 110 diastolic.\nCalm room; ask about "
          "chest pain.\nA drug within its order: labetalol not with asthma or a "
          "pulse below 60; midazolam if anxious.\nMeasure again in 5 minutes. Call the physician."),
    ),
    "desaturation": (
        _("Oxygen low"),
        _("Stop the infusion. Stimulate. Open the airway.\nOxygen. Suction if needed.\n"
          "Call for help.\nLook for the cause: sedation, airway, saliva."),
    ),
    "over-sedation": (
        _("Too sedated"),
        _("Stop the infusion. Stimulate, airway, oxygen.\nAfter a benzodiazepine: flumazenil "
          "within its order; it can cause seizures in chronic users.\nWatch for sedation that "
          "comes back, at least 120 minutes after the last dose."),
    ),
    "opioid": (
        _("Opioid overdose"),
        _("Stop the infusion. Airway, oxygen, breathe for the patient if needed.\nNaloxone within "
          "its order, small doses, until breathing is enough.\nCall 911.\nWatch at least 120 "
          "minutes after the last dose."),
    ),
    "distress": (
        _("Distress, panic"),
        _("Stay beside. Calm voice, dim light, one person speaks.\nHalve or pause the rate; stop "
          "when the patient asks.\nMidazolam or lorazepam within its order, slowly; wait before "
          "more."),
    ),
    "laryngospasm": (
        _("Laryngospasm"),
        _("Stop the infusion. Emergency protocol. Call 911.\nAirway, oxygen.\n"
          "Fill in the event form afterwards."),
    ),
    "anaphylaxis": (
        _("Anaphylaxis"),
        _("Stop the infusion. Emergency protocol. Call 911.\nAirway, oxygen; the clinic's "
          "anaphylaxis kit.\nFill in the event form afterwards."),
    ),
    "seizure": (
        _("Seizure"),
        _("Stop the infusion. Protect from injury; note the time.\nEmergency protocol. Call 911.\n"
          "Airway, oxygen.\nFill in the event form afterwards."),
    ),
    "chest-pain": (
        _("Chest pain"),
        _("Stop the infusion. Emergency protocol. Call 911.\nOxygen; measure now.\n"
          "Fill in the event form afterwards."),
    ),
}  # fmt: skip
STEPS: dict[str, Promise] = {
    "stopped": _("Pump stopped by hand"), "help": _("Help called"), "oxygen": _("Oxygen on"),
    "physician": _("Physician here"), "911": _("911 called"), "crew": _("Ambulance crew here"),
}  # fmt: skip
