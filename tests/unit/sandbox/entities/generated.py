"""Seeded random texts: marked up rightly, wrongly and strangely."""

from random import Random


def _parts(text: str, mark: str = "|") -> tuple[str, ...]:
    return tuple(text.split(mark))


_TAGS = _parts(
    "b strong i em u ins s strike del tg-spoiler span a pre code blockquote tg-emoji tg-time",
    " ",
)
_TEXTS = _parts(
    "خبر عاجل|😀|x|a & b| |\n|&lt;|&amp|&#1575;|&#x1F600;|&copy;|&quot;|&apos;|&#0;|&#xd83d;|"
    "&#99999999;|&#x10ffff;|&;|&|1 < 2|>|«الرقة»|\u202b|é|\u0301|&#x;|&#1114111|&lt|&ampx|&#65x|"
    "&nbsp;|؟|http://a.b/c|@user|\u2066BBC\u2069|1,200"
)
_LINKS = _parts(
    "http://x.org/?a=1&amp;b=2|https://الجزيرة.نت/خبر|javascript:alert(1)|notaurl|x.org|"
    "tg://user?id=7|tg:user?id=x|tg://resolve?domain=d|ton://transfer/x|ftp://x.y|"
    "HTTP://X.ORG:8080/A|http://u:p@h.io/|http://h.io:0/|http://h.io:70000|http://h.io:080|"
    "[::1]:80/|http://[::1]/%|http://[::1%25e]/|http://a%20b.c/|http://a%zz.c|a_b.c/d e|//x.org|"
    "x.org/\t|http://x.org#f|http://x.org?q|http://.|http://..|http://x..y|mailto:a@b.c|"
    "user@host.org||tonsite://x|tonsite://x.y/z|tg://a.b|tg:https://x|tg://user?id=7#f|"
    "tg://USER?id=9|tg://user?id=0|tg://user?id=99999999999999999999|tg://|http://|?|TG://user?id=3|"
    "tg:user?id=3&id=4|tg://user?a&id=5|tg://user?id=+5|tg://user?id=05|tg://user/x?id=5|"
    "http://x.o:-1|http://x.o:|t.me/x|http://-.-|http://é.x|http://X.É"
)
_VALUES = {
    "a": ("href", _LINKS),
    "span": ("class", ("tg-spoiler",) * 6 + ("tg-x", "spoiler")),
    "code": ("class", ("language-py", "language-", "lang", "language-C++ x", "LANGUAGE-x")),
    "tg-emoji": ("emoji-id", ("5368324170671202286", "1", "0", "x", "-1", "01", "9" * 19, "")),
    "tg-time": ("unix", ("1647531900", "0", "x", "-5", "99999999999", "2147483648", "01", " 1")),
    "blockquote": ("expandable", ("", "1", "x")),
}
_FORMATS = ("wDT", "r", "t", "dD", "w", "x", "", "Td", "rr", "wr", "ww", "tT", "R", "W")


def markup(random: Random) -> str:
    """Return a text with Telegram's HTML, in one case of seven damaged."""
    text = "".join(_piece(random, 4) for _ in range(random.randint(1, 4)))
    chance, place = random.random(), random.randrange(len(text) + 1)
    if chance < 0.06:
        return text[:place] + text[place + 1 :]
    if chance < 0.1:
        return text[:place]
    if chance < 0.14:
        return text[:place] + random.choice("<>&\"'/= ") + text[place:]
    return text


def _piece(random: Random, depth: int) -> str:
    if depth == 0 or random.random() < 0.35:
        return random.choice(_TEXTS)
    tag = random.choice(_TAGS) if random.random() < 0.985 else random.choice(("p", "br", ""))
    needs = tag in _VALUES or random.random() < 0.05
    opening = tag + (_attributes(random, tag) if needs else "")
    closing = tag if random.random() < 0.97 else random.choice((tag.upper(), "", "b", tag + " "))
    inner = "".join(_piece(random, depth - 1) for _ in range(random.choice((0, 1, 1, 1, 2, 3))))
    return f"<{opening}>{inner}</{closing}>"


def _attributes(random: Random, tag: str) -> str:
    name, values = _VALUES.get(tag, ("class", ("y",)))
    value = random.choice(values)
    shapes = [
        f' {name}="{value}"',
        f" {name}='{value}'",
        f' {name.upper()} = "{value}" ',
        f' x="1" {name}="{value}" y',
        f" {name}={value}",
        f" {name}",
        "",
    ]
    chosen = random.choices(shapes, (70, 8, 4, 4, 6, 4, 4))[0]
    if tag == "tg-time" and random.random() < 0.6:
        chosen += f' format="{random.choice(_FORMATS)}"'
    return chosen
