"""Addresses of the boards."""

from django.urls import path, re_path

from harmfree.web.boards import people_views, report_views, tasks, upload_views, views  # noqa: F401

urlpatterns = [
    path("", views.index, name="boards"),
    path("<str:code>/", views.boards_of, name="boards_of"),
    path(
        "<str:code>/fracture-prevention/people/",
        people_views.fracture_people,
        name="board_fracture_people",
    ),
    path("<str:code>/bring/<str:kind>/", upload_views.bring, name="board_bring"),
    path("<str:code>/withdraw/<int:key>/", upload_views.take_back, name="board_withdraw"),
    re_path(
        r"^(?P<code>[^/]+)/(?P<slug>births|device-evaluation)/$",
        report_views.report,
        name="board_report",
    ),
    re_path(
        r"^(?P<code>[^/]+)/(?P<slug>births|device-evaluation)/(?P<name>[^/]+)\.csv$",
        report_views.report_table,
        name="board_report_table",
    ),
    path("<str:code>/<str:slug>/", views.board, name="board"),
    path("<str:code>/<str:slug>/<str:name>.csv", views.table, name="board_table"),
]
