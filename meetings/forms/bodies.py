"""Form of a meeting body."""

from __future__ import annotations

from typing import Any

from django import forms

from lib.forms import PortalModelForm, plain_text
from lib.writes import StaleError
from meetings.models import Body

ARROW = "→"


def written(members: list[str], deputies: dict[str, list[str]]) -> str:
    """One post a line, its deputies behind it in their order: 副市長 → 教育長、総務部長."""
    lines = [post + (f" {ARROW} {'、'.join(found)}" if (found := deputies.get(post)) else "") for post in members]
    return "\n".join(lines)


class PostsField(forms.CharField):
    """Posts with their deputies, one post a line; empty lines do not count."""

    widget = forms.Textarea

    def clean(self, value: Any) -> list[tuple[str, list[str]]]:
        lines = plain_text(super().clean(value)).splitlines()
        return [_seat(line) for line in lines if line.strip()]


def _seat(line: str) -> tuple[str, list[str]]:
    post, _, rest = line.partition(ARROW)
    deputies = [d.strip() for d in rest.replace(",", "、").split("、") if d.strip()]
    return post.strip(), deputies


class BodyForm(PortalModelForm):
    version = forms.IntegerField(widget=forms.HiddenInput)
    members = PostsField(
        label="構成員（職）", max_length=4000,
        help_text="1行に1つの職を書きます。氏名は書きません。代理は「副市長 → 教育長、総務部長」のように順に書きます。",
    )  # fmt: skip

    class Meta:
        model = Body
        fields = ("name", "kind", "purpose", "members", "frequency", "cadence", "week", "weekday")
        help_texts = {
            "frequency": "要綱などの言葉のまま書きます。",
            "cadence": "次の開催日の案を、この間隔で出します。",
            "week": "毎月以上の間隔で使います。",
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["version"] = self.instance.version
        self.initial["members"] = written(self.instance.members, self.instance.deputies)
        self.fields["members"].widget.attrs["rows"] = 6

    @property
    def values(self) -> dict[str, Any]:
        found = {name: value for name, value in self.cleaned_data.items() if name not in ("version", "members")}
        seats = self.cleaned_data["members"]
        return found | {"members": [post for post, _ in seats], "deputies": {p: d for p, d in seats if d}}

    def _post_clean(self) -> None:
        """Seats become two columns in the service; the instance is left alone until then."""
        members, deputies = self.instance.members, self.instance.deputies
        seats = self.cleaned_data.pop("members", None)
        super()._post_clean()
        self.instance.members, self.instance.deputies = members, deputies
        if seats is not None:
            self.cleaned_data["members"] = seats

    def _get_validation_exclusions(self) -> set[str]:
        return super()._get_validation_exclusions() | {"members"}

    def show_conflict(self, error: StaleError) -> None:
        super().show_conflict(error)
        current: Any = error.current
        if "members" in self.conflicts and current is not None:
            self.conflicts["members"] = written(current.members, current.deputies).replace("\n", "、")
            if self.conflicts["members"] == self.data.get("members", "").replace("\r\n", "、"):
                del self.conflicts["members"]
