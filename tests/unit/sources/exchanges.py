"""Forty exchanges with servers and when the next visit is due, interval 900 s, no jitter.

The same table is put to the pure rule (unit test) and to the whole of fetching and polling over
real HTTP (reliability test R7).
"""

from __future__ import annotations

from dataclasses import dataclass, field

DATE = "Sun, 22 Nov 2026 12:00:00 GMT"
HOUR, DAY = 3600.0, 86_400.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    name: str
    status: int
    headers: dict[str, str] = field(default_factory=dict)
    failed_before: int = 0  # visits in a row before this one
    delay_s: float
    redirect: int = 0  # status of a hop that leads to this answer


def _x(name: str, status: int, delay_s: float, **more: object) -> Exchange:
    headers = {key.replace("_", "-"): str(value) for key, value in more.items() if key[0].isupper()}
    return Exchange(
        name=name,
        status=status,
        headers=headers,
        delay_s=delay_s,
        failed_before=int(str(more.get("before", 0))),
        redirect=int(str(more.get("redirect", 0))),
    )


EXCHANGES = (
    _x("plain", 200, 900),
    _x("strong validator", 200, 900, ETag='"a1"'),
    _x("weak validator", 200, 900, ETag='W/"a1"'),
    _x("validator of odd bytes", 200, 900, ETag='"a \xe9 1"'),
    _x("validator without quotes", 200, 900, ETag="abc"),
    _x("time as validator", 200, 900, Last_Modified="Sat, 21 Nov 2026 12:00:00 GMT"),
    _x("odd time as validator", 200, 900, Last_Modified="2026-11-21 12:00"),
    _x("both validators", 200, 900, ETag='"b"', Last_Modified="Sat, 21 Nov 2026 12:00:00 GMT"),
    _x("fresh for an hour", 200, HOUR, Cache_Control="max-age=3600"),
    _x("fresh for less than usual", 200, 900, Cache_Control="max-age=60"),
    _x("fresh for a year", 200, DAY, Cache_Control="public, max-age=31536000"),
    _x("fresh, but not to be cached", 200, 900, Cache_Control="no-cache, max-age=7200"),
    _x("never to be stored", 200, 900, Cache_Control="no-store"),
    _x("fresh for shared caches only", 200, 900, Cache_Control="s-maxage=7200"),
    _x("expires in two hours", 200, 2 * HOUR, Expires="Sun, 22 Nov 2026 14:00:00 GMT", Date=DATE),
    _x("expires 0", 200, 900, Expires="0", Date=DATE),
    _x("expired long ago", 200, 900, Expires="Thu, 01 Jan 1970 00:00:00 GMT", Date=DATE),
    _x("max-age before expires", 200, HOUR, Cache_Control="max-age=3600",
       Expires="Sun, 22 Nov 2026 20:00:00 GMT", Date=DATE),
    _x("expires without a date", 200, 900, Expires="Sun, 22 Nov 2026 14:00:00 GMT"),
    _x("a cookie", 200, 900, Set_Cookie="id=1; Max-Age=99999"),
    _x("good again after failures", 200, 900, before=5),
    _x("not modified", 304, 900, ETag='"a1"'),
    _x("not modified, fresh for two hours", 304, 2 * HOUR, Cache_Control="max-age=7200"),
    _x("moved for good (301)", 200, 900, redirect=301),
    _x("moved for good (308)", 200, 900, redirect=308),
    _x("elsewhere for now (302)", 200, 900, redirect=302),
    _x("elsewhere for now (307), fresh", 200, HOUR, redirect=307, Cache_Control="max-age=3600"),
    _x("not found", 404, HOUR),
    _x("not found the third time", 404, 4 * HOUR, before=2),
    _x("not found for days", 404, DAY, before=9),
    _x("gone", 410, DAY),
    _x("forbidden", 403, 900),
    _x("forbidden the fourth time", 403, 7200, before=3),
    _x("too many requests", 429, 900),
    _x("too many, in seconds", 429, 5000, Retry_After="5000"),
    _x("too many, as a time", 429, 2 * HOUR,
       Retry_After="Sun, 22 Nov 2026 14:00:00 GMT", Date=DATE),
    _x("too many, for a month", 429, DAY, Retry_After="2592000"),
    _x("overloaded, in seconds", 503, 3000, Retry_After="3000"),
    _x("overloaded, shorter than our pause", 503, 3600, Retry_After="5", before=2),
    _x("a fault for days", 500, DAY, before=20),
)  # fmt: skip
