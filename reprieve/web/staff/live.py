"""What open pages ask once a second. Nothing new is answered from memory with 204."""

from __future__ import annotations

import uuid

from django.http import HttpResponse
from django.urls import path

from reprieve.knowledge import N_
from reprieve.pathway.clock import ms
from reprieve.pathway.errors import NotFound
from reprieve.records.queries import live as queries
from reprieve.web import board_view, infusion_live
from reprieve.web.access import PageRequest, live
from reprieve.web.infusion_live import Cursor
from reprieve.web.live_reader import reader

NOTHING_NEW = 204
NOT_RUNNING = 503
STOPPED = "X-Reprieve-Alarms-Stopped"


@live("infusion.open", opens="infusion")
def infusion(request: PageRequest, encounter: uuid.UUID) -> HttpResponse:
    """This function will answer with what is new on one infusion's screen."""
    if not reader.alarms_run():
        return _not_running()
    after = Cursor.read(request.GET.get("after", ""))
    if not infusion_live.is_news(request, encounter, after):
        return HttpResponse(status=NOTHING_NEW)
    if queries.patient_of(clinic=request.actor.clinic, encounter=encounter) is None:
        raise NotFound(N_("There is no such infusion."))
    found = infusion_live.since(request, encounter, after)
    return HttpResponse(found.html(now_ms=ms(request.at)))


@live("infusion.board", opens="board")
def board(request: PageRequest) -> HttpResponse:
    """This function will answer with the board when anything on it changed."""
    if not reader.alarms_run():
        return _not_running()
    version = reader.version(clinic=request.actor.clinic)
    if version > 0 and request.GET.get("after", "") == str(version):
        return HttpResponse(status=NOTHING_NEW)
    return HttpResponse(board_view.part(request).root(now_ms=ms(request.at)))


def _not_running() -> HttpResponse:
    """Nobody drives the alarms: pages say so at once, and do not wait for a silence."""
    return HttpResponse(status=NOT_RUNNING, headers={STOPPED: "1"})


urlpatterns = [
    path("live/infusion/<uuid:encounter>", infusion, name="live_infusion"),
    path("live/board", board, name="live_board"),
]
