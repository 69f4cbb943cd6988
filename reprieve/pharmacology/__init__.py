"""How ketamine behaves: levels, individual fits and relief, as a model expects them.

    from reprieve.pharmacology import Infusion, simulate

Everything here is a model expectation for decision support. Nothing computes a dose or a rate for
a target level. No clock, no file and no network is used; chance comes in as `rng`.
"""

from reprieve.knowledge import N_
from reprieve.pharmacology.acute import effect as acute_effect
from reprieve.pharmacology.acute import update_c50
from reprieve.pharmacology.diary import Diary, Entry
from reprieve.pharmacology.diary import parse as parse_diary
from reprieve.pharmacology.evidence_bands import EvidenceBand, evidence_bands
from reprieve.pharmacology.forecast import Checked, Patient, Weeks, forecast, track_record
from reprieve.pharmacology.haemodynamics import Rise, rises, update_slope
from reprieve.pharmacology.individualise import Fit, fit, fit_many
from reprieve.pharmacology.levels import Level
from reprieve.pharmacology.levels import parse as parse_levels
from reprieve.pharmacology.model import DEFAULT, Model, available, model
from reprieve.pharmacology.occupancy import occupancy
from reprieve.pharmacology.population import Bands, bands, draw
from reprieve.pharmacology.relief import Course, Relief, extrapolated, relief
from reprieve.pharmacology.schedule import Bolus, Infusion, RouteDose, Schedule
from reprieve.pharmacology.sensitivity import Occasion, Sensitivity, sensitivity
from reprieve.pharmacology.simulate import (
    Prediction,
    auc_to_infinity,
    simulate,
    steady_state,
    terminal_half_life_h,
)

OUTPUTS = ("ketamine", "norketamine", "hydroxynorketamine", "effect_site")
NOTE = N_("Model expectation, decision support only; it sets no dose.")

__all__ = [
    "DEFAULT",
    "NOTE",
    "OUTPUTS",
    "Bands",
    "Bolus",
    "Checked",
    "Course",
    "Diary",
    "Entry",
    "EvidenceBand",
    "Fit",
    "Infusion",
    "Level",
    "Model",
    "Occasion",
    "Patient",
    "Prediction",
    "Relief",
    "Rise",
    "RouteDose",
    "Schedule",
    "Sensitivity",
    "Weeks",
    "acute_effect",
    "auc_to_infinity",
    "available",
    "bands",
    "draw",
    "evidence_bands",
    "extrapolated",
    "fit",
    "fit_many",
    "forecast",
    "model",
    "occupancy",
    "parse_diary",
    "parse_levels",
    "relief",
    "rises",
    "sensitivity",
    "simulate",
    "steady_state",
    "terminal_half_life_h",
    "track_record",
    "update_c50",
    "update_slope",
]
