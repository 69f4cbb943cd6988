"""The addresses of every module in this package."""

from reprieve.web.collect import patterns

urlpatterns = patterns("reprieve.web.portal")
