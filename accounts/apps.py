from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = "利用者と所属"

    def ready(self) -> None:
        from accounts import holdings
        from accounts.holders import MembershipHolder, SectionHolder

        holdings.register(SectionHolder())
        holdings.register(MembershipHolder())
