"""Write the static export of an approved snapshot into a folder."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from lib import ledger
from meetings import queries_publishing, resources_site
from meetings.content import CorruptError
from meetings.models import Snapshot
from meetings.services import publishing


class Command(BaseCommand):
    help = "公開を承認した確定資料を、HTML・CSV・JSONのファイルとしてフォルダに書き出します。"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--snapshot", type=int, required=True, help="確定資料の番号")
        parser.add_argument("--to", required=True, help="書き出す先のフォルダ（空か、まだないもの）")

    def handle(self, *args: Any, **options: Any) -> None:
        snapshot = Snapshot.objects.filter(pk=options["snapshot"]).first()
        if snapshot is None:
            raise CommandError("その番号の確定資料はありません。")
        approval = queries_publishing.approval_of(snapshot)
        if approval is None:
            raise CommandError("この確定資料の公開は承認されていません。ポータルの「公開」の画面で承認してください。")
        folder = self._empty(options["to"])
        try:
            files = resources_site.files(snapshot.read(), queries_publishing.release_of(approval, snapshot))
        except CorruptError as error:
            raise CommandError(str(error)) from error
        for name, body in files.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(body)
        sums = hashlib.sha256(files["SHA256SUMS"]).hexdigest()
        publishing.record_export(publication=approval, sha256=sums, to="folder", by=ledger.command("publish"))
        self.stdout.write(f"{len(files)}個のファイルを書き出しました。")

    def _empty(self, wanted: str) -> Path:
        """The folder, made if needed; files of others are never mixed with ours."""
        folder = Path(wanted)
        if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            raise CommandError("書き出す先のフォルダが空ではありません。空のフォルダを指定してください。")
        folder.mkdir(parents=True, exist_ok=True)
        return folder
