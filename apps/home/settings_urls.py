"""Addresses of settings, accounts, invitations, operators, documentation. They stand before those of projects."""

from django.urls import path

from .views import account, documentation, invitations, operator, operator_pool
from .views import settings_audit as audit
from .views import settings_members as members
from .views import settings_pools as pools
from .views import settings_tokens as tokens
from .views import settings_usage as usage

urlpatterns = [
    path("account/", account.AccountView.as_view(), name="account"),
    path("account/mails", account.MailsView.as_view(), name="account-mails"),
    path("account/sessions/<int:session_id>/end", account.EndSessionView.as_view()),
    path("invitations/<str:secret>/", invitations.InvitationView.as_view(), name="invitation"),
    path("t/<slug:team>/settings/", members.MembersView.as_view(), name="settings"),
    path("t/<slug:team>/settings/name", members.RenameView.as_view()),
    path("t/<slug:team>/settings/invitations", members.InviteView.as_view()),
    path("t/<slug:team>/settings/invitations/<uuid:invitation_id>/withdraw", members.WithdrawView.as_view()),
    path("t/<slug:team>/settings/invitations/<uuid:invitation_id>/resend", members.ResendView.as_view()),
    path("t/<slug:team>/settings/hand-over", members.HandOverView.as_view()),
    path("t/<slug:team>/settings/second-factor", members.SecondFactorView.as_view()),
    path("t/<slug:team>/settings/members/<uuid:membership_id>/role", members.RoleView.as_view()),
    path("t/<slug:team>/settings/members/<uuid:membership_id>/remove", members.RemoveView.as_view()),
    path("t/<slug:team>/settings/tokens/", tokens.TokensView.as_view(), name="settings-tokens"),
    path("t/<slug:team>/settings/tokens/<uuid:token_id>/revoke", tokens.RevokeTokenView.as_view()),
    path("t/<slug:team>/settings/pools/", pools.PoolsView.as_view(), name="settings-pools"),
    path("t/<slug:team>/settings/pools/<uuid:pool_id>/key", pools.PoolKeyView.as_view()),
    path("t/<slug:team>/settings/pools/<uuid:pool_id>/remove", pools.RemovePoolView.as_view()),
    path("t/<slug:team>/settings/usage/", usage.UsageView.as_view(), name="settings-usage"),
    path("t/<slug:team>/settings/audit/", audit.AuditView.as_view(), name="settings-audit"),
    path("t/<slug:team>/settings/audit/export", audit.AuditExportView.as_view()),
    path("operator/pool/", operator_pool.PoolView.as_view(), name="operator-pool"),
    path("operator/pool/act", operator_pool.WorkerActs.as_view()),
    path("operator/mail/", operator.MailView.as_view(), name="operator-mail"),
    path("operator/mail/<slug:key>/", operator.OneMailView.as_view(), name="operator-one-mail"),
    path("docs/", documentation.documentation, name="documentation"),
    path("docs/api/", documentation.api_reference, name="api-reference"),
    path("docs/scopes/", documentation.scope_reference, name="scope-reference"),
    path("docs/errors", documentation.error_reference, name="error-reference"),
    path("docs/<path:page>/", documentation.documentation_page, name="documentation-page"),
]
