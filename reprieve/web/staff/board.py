"""All chairs for the nurses' station and the physician's phone."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils.translation import gettext_lazy as _

from reprieve.pathway.clock import ms
from reprieve.web import board_view
from reprieve.web.access import PageRequest, page
from reprieve.web.collect import NavItem


@page("infusion.board", opens="board")
def board(request: PageRequest) -> HttpResponse:
    """This function will show every chair, worst first."""
    made = board_view.part(request)
    request.shown += made.shown
    return render(request, "staff/board/board.html", {"live": made, "now_ms": ms(request.at)})


urlpatterns = [path("board", board, name="board")]
NAV = [
    NavItem(label=_("Board"), url_name="board", permission="infusion.board", order=20,
            icon="chair"),
]  # fmt: skip
