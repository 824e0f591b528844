"""Links out of foreign texts: absolute, http or https, or nothing."""

from __future__ import annotations

import re
from urllib.parse import urljoin, urlsplit

_UNFIT = re.compile(r"[\x00-\x20\x7f\ufeff\u200b-\u200f\u202a-\u202e\u2066-\u2069<>\"\\^`{|}]")
_LINK_LIMIT = 2000  # characters; what is longer is not an address that anybody can open


def absolute_link(link: str, base: str = "") -> str:
    """Return ``link`` as an absolute http(s) address, relative ones from ``base``, else ""."""
    try:
        joined = urljoin(base, _UNFIT.sub("", link)) if base else _UNFIT.sub("", link)
        parts = urlsplit(joined)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and not parts.username
    except ValueError:
        return ""
    return joined if usable and len(joined) <= _LINK_LIMIT else ""
