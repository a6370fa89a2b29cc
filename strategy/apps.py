from django.apps import AppConfig


class StrategyConfig(AppConfig):
    name = "strategy"
    verbose_name = "戦略"

    def ready(self) -> None:
        from accounts import holdings
        from rounds import sections
        from strategy import exports, exports_reading, relink_items, resources
        from strategy.holders import IndicatorHolder, RegisterEntryHolder
        from strategy.sections import IndicatorSection, RegisterSection
        from strategy.services.indicator_items import IndicatorItemFollower

        relink_items.register(IndicatorItemFollower())
        holdings.register(RegisterEntryHolder())
        holdings.register(IndicatorHolder())
        exports.register_all()
        exports_reading.register_all()
        sections.register(RegisterSection())
        sections.register(IndicatorSection())
        resources.register_all()
