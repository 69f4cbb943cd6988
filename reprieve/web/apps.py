"""The room people see."""

from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "reprieve.web"
    label = "web"
