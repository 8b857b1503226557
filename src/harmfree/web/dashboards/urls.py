"""Addresses of the dashboards.

Codes of organisations come from the records and may hold a hyphen or a dot, never a slash.
"""

from django.urls import path, re_path

from harmfree.web.dashboards import indicator_views, note_views, views

INDICATOR = "<str:code>/indicators/<str:identifier>/"

urlpatterns = [
    path("", views.index, name="dashboard"),
    path("notes/<str:kind>/<int:key>/withdraw/", note_views.withdraw, name="dashboard_withdraw"),
    path("<str:code>/", views.organisation, name="dashboard_organisation"),
    path(INDICATOR, indicator_views.indicator, name="dashboard_indicator"),
    path(f"{INDICATOR}compare/", indicator_views.compare, name="dashboard_compare"),
    path(f"{INDICATOR}compare.csv", indicator_views.compare_csv, name="dashboard_compare_csv"),
    path(f"{INDICATOR}series.csv", indicator_views.series_csv, name="dashboard_csv"),
    re_path(
        r"^(?P<code>[^/]+)/indicators/(?P<identifier>[^/]+)/chart\.(?P<form>svg|png)$",
        indicator_views.chart,
        name="dashboard_chart",
    ),
    path(f"{INDICATOR}add/<str:kind>/", note_views.add, name="dashboard_add"),
    path("<str:code>/<str:name>/", views.programme, name="dashboard_programme"),
]
