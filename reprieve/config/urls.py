"""Every address of the product: pages of staff, of the public and patients, and of signing in."""

from django.urls import include, path

urlpatterns = [
    path("", include("reprieve.web.portal.urls")),
    path("", include("reprieve.web.staff.urls")),
    path("account/", include("reprieve.web.signin_urls")),
]

handler400 = "reprieve.web.problems.bad_request"
handler403 = "reprieve.web.problems.forbidden"
handler404 = "reprieve.web.problems.not_found"
handler500 = "reprieve.web.problems.broken"
