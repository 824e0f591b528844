"""Which addresses Telegram takes for a link, and the form in which it keeps them.

A refused address is no error to Telegram: the text stays and only the link is lost.
"""

import re
import string
from ipaddress import AddressValueError, IPv6Address

_HOST_CHARACTERS = frozenset((string.ascii_letters + string.digits + ".-_!$,~*'();&+=").encode())
_APP_HOST = frozenset((string.ascii_letters + string.digits + "-_").encode())
_HEX = frozenset(string.hexdigits.encode())
_APP_SCHEMES = (b"tg:", b"ton:", b"tonsite:")
_USER_ID = re.compile(rb"[1-9][0-9]{0,15}")
_SPACES = b" \t\r\n\0\v"


class _RefusedError(Exception):
    """The address is no link."""


def user_of_link(link: bytes) -> int:
    """Return the user id of a ``tg://user?id=N`` address, or 0 when it is another address."""
    if not link.lower().startswith(b"tg:"):
        return 0
    rest = link[3:].removeprefix(b"//")
    found = re.fullmatch(rb"user/?\?(.*)", rest.split(b"#")[0], re.IGNORECASE | re.DOTALL)
    if not found:
        return 0
    for part in found.group(1).split(b"&"):
        key, _, value = part.partition(b"=")
        if key == b"id":
            return int(value) if _USER_ID.fullmatch(value) and int(value) < 2**52 else 0
    return 0


def checked_link(link: bytes) -> bytes:
    """Return the address as Telegram keeps it, or empty bytes when it is no link."""
    try:
        return _checked(link)
    except _RefusedError:
        return b""


def _checked(link: bytes) -> bytes:
    scheme = next((s for s in _APP_SCHEMES if link.lower().startswith(s)), b"")
    if not scheme:
        protocol, userinfo, host, port, query = _parse(link)
        if b"." not in host and not host.startswith(b"["):
            raise _RefusedError
        sign_in = userinfo + b"@" if userinfo else b""
        at_port = b":%d" % port if port else b""
        return protocol + b"://" + sign_in + host + at_port + query
    rest = link[len(scheme) :].removeprefix(b"//")
    protocol, userinfo, host, port, query = _parse(rest)
    plain = protocol == b"http" and not rest.lower().startswith(b"http://")
    if not plain or userinfo or port or host.startswith(b"["):
        raise _RefusedError
    if scheme == b"tonsite:":
        return scheme + b"//" + host + query
    if query[1:2] == b"?":
        query = query[1:]
    if not _APP_HOST.issuperset(host):
        raise _RefusedError
    return scheme + b"//" + host + query


def _parse(url: bytes) -> tuple[bytes, bytes, bytes, int, bytes]:
    """Split ``[http[s]://][user@]host[:port][/path]``; the parts are checked and lower-cased."""
    protocol = b"http"
    found = re.match(rb"[^:/?#@\[\]]*", url)
    head = found.group().lower() if found else b""
    if url[len(head) : len(head) + 3] == b"://":
        if head not in (b"http", b"https"):
            raise _RefusedError
        protocol, url = head, url[len(head) + 3 :]
    place = re.split(rb"[/?#]", url, maxsplit=1)[0]
    userinfo_host, port = _port(place)
    userinfo, _, host = userinfo_host.rpartition(b"@")
    bracketed = host.startswith(b"[") and host.endswith(b"]")
    if bracketed:
        _check_ipv6(host)
    if host in (b"", b"."):
        raise _RefusedError
    host = host.lower()
    if not bracketed:
        _check_part(host, b"")
    _check_part(userinfo, b":")
    return protocol, userinfo, host, port, _query(url[len(place) :])


def _port(place: bytes) -> tuple[bytes, int]:
    colon = max(place.rfind(b":"), place.rfind(b"]"), place.rfind(b"@"))
    if colon <= 0 or place[colon : colon + 1] != b":":
        return place, 0
    digits = place[colon + 1 :]
    digits = digits.lstrip(b"0") or digits[:1]
    if not re.fullmatch(rb"[0-9]+", digits) or not 0 < int(digits) <= 65535:
        raise _RefusedError
    return place[:colon], int(digits)


def _check_ipv6(host: bytes) -> None:
    try:
        IPv6Address(host[1:-1].decode("ascii"))
    except (AddressValueError, UnicodeDecodeError) as error:
        raise _RefusedError from error
    if b"%" in host:
        raise _RefusedError


def _check_part(part: bytes, more: bytes) -> None:
    index = 0
    while index < len(part):
        byte = part[index]
        if byte == ord("%"):
            if not (len(part) > index + 2 and _HEX.issuperset(part[index + 1 : index + 3])):
                raise _RefusedError
            index += 2
        elif byte < 128 and byte not in _HOST_CHARACTERS and byte not in more:
            raise _RefusedError
        index += 1


def _query(query: bytes) -> bytes:
    query = query.rstrip(_SPACES) or b"/"
    if not query.startswith(b"/"):
        query = b"/" + query
    return b"".join(bytes([c]) if c > 0x20 else b"%%%02X" % c for c in query)
