"""allauth's forms for a second factor's code, with the tries counted in the database."""

from __future__ import annotations

from typing import Any

from allauth.mfa.base import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from reprieve.pathway import accounts


class Counted:
    """allauth counts in the memory of one process: here all processes and addresses count."""

    user: Any

    def clean_code(self) -> str:
        """This function will check a code, unless too many were wrong of late.

        One at a time for each person: guesses made side by side would all find a try left.
        """
        with accounts.one_at_a_time(self.user.pk):
            if not accounts.may_try_factor(self.user.pk):
                raise ValidationError(_("Too many wrong codes. Wait 15 minutes, or ask a manager."))
            try:
                code: str = super().clean_code()  # type: ignore[misc]  # of the form beside it
                return code
            except ValidationError as error:
                wrong = error  # told outside, so that the row of the failure stays
        raise wrong


class AuthenticateForm(Counted, forms.AuthenticateForm):  # type: ignore[misc]
    """The code at sign-in."""


class ReauthenticateForm(Counted, forms.ReauthenticateForm):  # type: ignore[misc]
    """The code before something that matters."""
