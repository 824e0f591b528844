"""Which articles are the same one: the identity keys under which the store keeps an article.

The chief one is believed as it is; the others find an article again whose feed gave it a new guid
or address, and count only where the texts are alike. The keys outlive releases: changing a rule
here makes known articles new again. So the rules are few and plain. Whether two different articles
tell the same story is not decided here.
"""

from __future__ import annotations

import hashlib
import re
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit

from bot.models import Arrival, NewArticle, Source
from bot.text.normalize import fold

_TRACKING = re.compile(
    r"(utm_|at_|mc_|pk_|piwik_|hsa_|ns_)\w*|(fb|g|ms|dcl|tw|yc|igsh|wbra|gbra)cl?id|igshid"
    r"|xtor|ref_?src|ref_?url|cmpid|ocid|smid|traffic_source|ito|feature|spm|_ga|amp",
    re.IGNORECASE,
)
_NOT_A_WORD = re.compile(r"\W+")
_FEWEST_WORDS = 25  # «صافرات إنذار في الشمال» may be said again tomorrow and be news
_DEFAULT_PORTS = {"http": 80, "https": 443}


def arrival_of(source: Source, article: NewArticle) -> Arrival:
    """Return an article on its way into the store, under all its identities."""
    chief = identity_of(source, article)
    address = article.url or (article.guid if _is_address(article.guid) else "")
    others = [f"url:{_digest(canonical_url(address))}"] if address else []
    words = _NOT_A_WORD.sub(" ", fold("\n".join(article.paragraphs))).split()
    if len(words) >= _FEWEST_WORDS:
        others.append("body:" + _digest(f"{source.id}\n{' '.join(words)}"))
    return Arrival(
        source=source,
        article=article,
        identity=chief,
        others=tuple(key for key in others if key != chief),
    )


def identity_of(source: Source, article: NewArticle) -> str:
    """Return the chief key: its guid, else its address, else its words.

    A guid means something only within its source, unless it is itself an address; then two
    feeds of one outlet that carry the same article give the same key. An address with a fragment
    may be one post of a live page, or the next version of an article.
    """
    if article.guid and (not _is_address(article.guid) or "#" in article.guid):
        return "guid:" + _digest(f"{source.id}\n{article.guid}")
    if address := article.guid or article.url:
        return "url:" + _digest(canonical_url(address))
    lead = article.paragraphs[0] if article.paragraphs else ""
    words = _NOT_A_WORD.sub(" ", fold(f"{article.title}\n{lead}")).strip()
    return "text:" + _digest(words)


def _is_address(guid: str) -> bool:
    return guid.startswith(("http://", "https://"))


def canonical_url(address: str) -> str:
    """Return what stays of an address when everything that does not name the page is gone.

    Gone are the scheme, ``www.``, the usual port, the fragment, tracking parameters and the
    slash at the end; parameters are sorted and escapes written in one way.
    """
    try:
        parts = urlsplit(address.strip())
        port = parts.port
    except ValueError:
        return address
    host = (parts.hostname or "").removeprefix("www.")
    if port and port != _DEFAULT_PORTS.get(parts.scheme.lower()):
        host = f"{host}:{port}"
    path = quote(unquote(parts.path), safe="/:@!$&'()*+,;=~-._").rstrip("/")
    pairs = parse_qsl(parts.query, keep_blank_values=True)
    kept = sorted(pair for pair in pairs if not _TRACKING.fullmatch(pair[0]))
    return f"{host}{path}?{urlencode(kept)}" if kept else f"{host}{path}"


def _digest(key: str) -> str:
    return hashlib.sha256(key.encode("utf-8", "replace")).hexdigest()[:32]
