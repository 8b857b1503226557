"""Every address of the site. Each view carries a rule (`harmfree.web.access.rules`)."""

from __future__ import annotations

from django.urls import include, path

from harmfree.web.common.health import health
from harmfree.web.common.home import home

handler400 = "harmfree.web.common.refusals.bad_request"
handler403 = "harmfree.web.common.refusals.forbidden"
handler404 = "harmfree.web.common.refusals.not_found"
handler500 = "harmfree.web.common.refusals.server_error"

urlpatterns = [
    path("", home, name="home"),
    path("health/", health, name="health"),
    path("account/", include("harmfree.web.accounts.urls")),
    path("administration/clients/", include("harmfree.web.api.client_urls")),
    path("administration/", include("harmfree.web.accounts.administration_urls")),
    path("runs/", include("harmfree.web.jobs.urls")),
    path("worklist/", include("harmfree.web.worklist.urls")),
    path("boards/", include("harmfree.web.boards.urls")),
    path("dashboard/", include("harmfree.web.dashboards.urls")),
    path("tools/", include("harmfree.web.clinical_tools.urls")),
    path("programmes/", include("harmfree.web.programme_pages.urls")),
    path("api/", include("harmfree.web.api.urls")),
]
