from django.apps import AppConfig


class ActionsConfig(AppConfig):
    name = "actions"
    verbose_name = "取組"

    def ready(self) -> None:
        from accounts import holdings
        from actions import exports, exports_grades, exports_hurdles, exports_money, exports_one, resources
        from actions.holders import ActionHolder, HurdleHolder, ProposalHolder, SupportHolder
        from actions.relink import ActionFollower, ActionItemFollower
        from actions.sections import ProgressSection
        from actions.sections_hurdles import HurdleSection
        from rounds import sections
        from strategy import relink, relink_items

        relink.register(ActionFollower())
        relink_items.register(ActionItemFollower())
        sections.register(ProgressSection())
        resources.register_all()
        for module in (exports, exports_one, exports_hurdles, exports_money, exports_grades):
            module.register_all()
        sections.register(HurdleSection())
        for holder in (ActionHolder(), SupportHolder(), ProposalHolder(), HurdleHolder()):
            holdings.register(holder)
