"""Addresses of the link manager, of links, and of what guests reach."""

from django.urls import path

from .views import closed, codes, guest, kept_aside, member, opening, quarantine, readings, requests, team

LINKS = "t/<slug:team>/<slug:project>/endpoints/<slug:endpoint>/links/"
BENCH = "t/<slug:team>/<slug:project>/endpoints/<slug:endpoint>/bench/"
READING = "comparisons/<uuid:comparison_id>/"
ATTEMPT = f"{BENCH}predictions/<uuid:prediction_id>"

urlpatterns = [
    path(LINKS, team.LinksView.as_view(), name="links"),
    path(f"{LINKS}<uuid:link_id>/", team.LinkView.as_view(), name="link"),
    path(f"{LINKS}<uuid:link_id>/revoke", team.RevokeLinkView.as_view()),
    path(f"{LINKS}requests/<uuid:request_id>/grant", requests.GrantView.as_view()),
    path(f"{LINKS}requests/<uuid:request_id>/dismiss", requests.DismissView.as_view()),
    path("l/<str:secret>", opening.open_link, name="open-link"),
    path("return/<str:secret>/", opening.come_back, name="come-back"),
    path("r/<uuid:link_id>/", guest.bench, name="bench"),
    path("r/<uuid:link_id>/passcode", opening.give_passcode, name="give-passcode"),
    path("r/<uuid:link_id>/code", codes.give_at_door, name="give-code"),
    path("r/<uuid:link_id>/ask", closed.ask_access, name="ask-access"),
    path("r/<uuid:link_id>/me", guest.MeView.as_view()),
    path("r/<uuid:link_id>/data", guest.DataView.as_view()),
    path("r/<uuid:link_id>/leave", guest.LeaveView.as_view(), name="leave"),
    path("r/<uuid:link_id>/cases", guest.CasesView.as_view()),
    path("r/<uuid:link_id>/cases/<uuid:prediction_id>", guest.CaseView.as_view()),
    path("r/<uuid:link_id>/predictions", guest.predict),
    path("r/<uuid:link_id>/predictions/<uuid:prediction_id>", guest.PredictionView.as_view()),
    path("r/<uuid:link_id>/predictions/<uuid:prediction_id>/keep", guest.KeepView.as_view()),
    path("r/<uuid:link_id>/predictions/<uuid:prediction_id>/cancel", guest.CancelView.as_view()),
    path("r/<uuid:link_id>/predictions/<uuid:prediction_id>/flag", guest.FlagView.as_view()),
    path("r/<uuid:link_id>/predictions/<uuid:prediction_id>/thread", guest.ThreadView.as_view()),
    path("r/<uuid:link_id>/predictions/<uuid:prediction_id>/explanations", guest.ExplanationsView.as_view()),
    path("r/<uuid:link_id>/predictions/<uuid:prediction_id>/explanations/cost", guest.CostView.as_view()),
    path("r/<uuid:link_id>/explanations/<uuid:explanation_id>", guest.ExplanationView.as_view()),
    path("r/<uuid:link_id>/explanations/<uuid:explanation_id>/cancel", guest.StopView.as_view()),
    path("r/<uuid:link_id>/pictures/<uuid:artifact_id>", guest.PictureView.as_view()),
    path("r/<uuid:link_id>/quarantine/<uuid:held_id>", quarantine.GuestHeldView.as_view()),
    path("r/<uuid:link_id>/quarantine/<uuid:held_id>/picture", quarantine.GuestPictureView.as_view()),
    path("r/<uuid:link_id>/quarantine/<uuid:held_id>/cover", quarantine.GuestCoverView.as_view()),
    path("t/<slug:team>/<slug:project>/quarantine/", kept_aside.KeptAsidePage.as_view(), name="kept-aside"),
    path(
        "t/<slug:team>/<slug:project>/quarantine/<uuid:held_id>",
        kept_aside.KeptAsideAct.as_view(),
        name="kept-aside-act",
    ),
    path(f"r/<uuid:link_id>/{READING}", readings.GuestCoverView.as_view(), name="reading"),
    path(f"r/<uuid:link_id>/{READING}<int:position>/", readings.GuestCaseView.as_view()),
    path(f"r/<uuid:link_id>/{READING}<int:position>/files/<slug:file_name>", readings.GuestFileView.as_view()),
    path(f"{BENCH}{READING}", readings.MemberCoverView.as_view()),
    path(f"{BENCH}{READING}<int:position>/", readings.MemberCaseView.as_view()),
    path(f"{BENCH}{READING}<int:position>/files/<slug:file_name>", readings.MemberFileView.as_view()),
    path(BENCH, member.BenchView.as_view(), name="member-bench"),
    path(f"{BENCH}me", member.MeView.as_view()),
    path(f"{BENCH}cases", member.CasesView.as_view()),
    path(f"{BENCH}predictions", member.predict),
    path(ATTEMPT, member.PredictionView.as_view()),
    path(f"{ATTEMPT}/keep", member.KeepView.as_view()),
    path(f"{ATTEMPT}/cancel", member.CancelView.as_view()),
    path(f"{ATTEMPT}/flag", member.FlagView.as_view()),
    path(f"{ATTEMPT}/thread", member.ThreadView.as_view()),
    path(f"{ATTEMPT}/explanations", member.ExplanationsView.as_view()),
    path(f"{ATTEMPT}/explanations/cost", member.CostView.as_view()),
    path(f"{BENCH}explanations/<uuid:explanation_id>", member.ExplanationView.as_view()),
    path(f"{BENCH}explanations/<uuid:explanation_id>/cancel", member.StopView.as_view()),
    path(f"{BENCH}quarantine/<uuid:held_id>", quarantine.MemberHeldView.as_view()),
    path(f"{BENCH}quarantine/<uuid:held_id>/picture", quarantine.MemberPictureView.as_view()),
    path(f"{BENCH}quarantine/<uuid:held_id>/cover", quarantine.MemberCoverView.as_view()),
]
