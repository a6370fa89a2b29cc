from django.urls import path

from accounts.views import departments, factors, orphans, reorganisations, session, users

app_name = "accounts"
urlpatterns = [
    path("sign-in/", session.sign_in, name="sign_in"),
    path("sign-out/", session.sign_out, name="sign_out"),
    path("password/", session.password, name="password"),
    path("confirm/", factors.confirm, name="confirm"),
    path("second-factor/", factors.second_factor, name="second_factor"),
    path("factor/", factors.factor, name="factor"),
    path("factor/codes/", factors.factor_codes, name="factor_codes"),
    path("factor/remove/", factors.factor_remove, name="factor_remove"),
    path("users/", users.users, name="users"),
    path("users/new/", users.user_create, name="user_create"),
    path("users/extend/", users.extend, name="extend"),
    path("users/<int:pk>/", users.user, name="user"),
    path("users/<int:pk>/password/", users.password_reset, name="password_reset"),
    path("users/<int:pk>/unlock/", users.unlock, name="unlock"),
    path("users/<int:pk>/factor/", users.factor_reset, name="factor_reset"),
    path("users/<int:pk>/memberships/new/", users.membership_create, name="membership_create"),
    path("memberships/<int:pk>/", users.membership, name="membership"),
    path("departments/", departments.departments, name="departments"),
    path("departments/new/", departments.department_create, name="department_create"),
    path("departments/<int:pk>/", departments.department, name="department"),
    path("reorganisations/", reorganisations.index, name="reorganisations"),
    path("reorganisations/new/", reorganisations.create, name="reorganisation_create"),
    path("reorganisations/<int:pk>/", reorganisations.detail, name="reorganisation"),
    path("reorganisations/<int:pk>/apply/", reorganisations.apply, name="reorganisation_apply"),
    path("reorganisations/<int:pk>/discard/", reorganisations.discard, name="reorganisation_discard"),
    path("reorganisations/<int:pk>/changes/<slug:key>/", reorganisations.add, name="change_create"),
    path("changes/<int:pk>/", reorganisations.assign, name="change"),
    path("changes/<int:pk>/remove/", reorganisations.remove, name="change_remove"),
    path("orphans/", orphans.index, name="orphans"),
]
