"""Rates of use and the counts they come from (pure)."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal


def rate(part: Decimal | int | None, whole: Decimal | int | None) -> Decimal | None:
    """Per cent with one decimal, halves up; None without a part or a whole above 0."""
    if part is None or not whole:
        return None
    return (Decimal(part) * 100 / Decimal(whole)).quantize(Decimal("0.1"), ROUND_HALF_UP)


def refusal(unused: int | None, low_use: int | None, accounts: int) -> tuple[str, str] | None:
    """Why the counts of a feature contradict each other: the field and the words, or None."""
    if accounts < 1:
        return "accounts", "母数は1以上で入力してください。"
    if (unused is None) != (low_use is None):
        empty = "unused" if unused is None else "low_use"
        return empty, "未利用者数と低利用者数は、両方に入力してください。判定しない機能では両方を空欄にします。"
    if unused is None or low_use is None:
        return None
    if low_use < unused:
        return (
            "low_use",
            f"低利用者数（{low_use}）が未利用者数（{unused}）より少なくなっています。未利用を含めて数えます。",
        )
    if low_use > accounts:
        return "low_use", f"低利用者数（{low_use}）が母数（{accounts}）を超えています。"
    return None


def parts(unused: int | None, low_use: int | None, accounts: int) -> dict[str, int]:
    """Accounts that never, seldom and regularly use a feature; together they are all accounts.

    Empty for a feature that was not judged.
    """
    if unused is None or low_use is None:
        return {}
    return {"unused": unused, "seldom": low_use - unused, "used": accounts - low_use}
