"""What the machine says about files, in words that an operator reads."""

from __future__ import annotations

import errno

REASONS = {
    errno.ENOENT: "フォルダーかファイルがありません", errno.ENOTDIR: "フォルダーではありません",
    errno.EISDIR: "ファイルではなく、フォルダーです", errno.EEXIST: "すでにあります",
    errno.EACCES: "読み書きの権限がありません", errno.EPERM: "読み書きの権限がありません",
    errno.EROFS: "読み取り専用のディスクです", errno.ENOSPC: "ディスクに空きがありません",
    errno.EDQUOT: "使ってよい容量を超えています", errno.EADDRINUSE: "ほかのプログラムが使っています",
    errno.ECONNREFUSED: "つながりません", errno.ETIMEDOUT: "答えがありません",
}  # fmt: skip


def reason_of(error: OSError) -> str:
    """Why it failed; the system's own words for what has no Japanese ones."""
    return REASONS.get(error.errno or 0) or error.strerror or str(error)
