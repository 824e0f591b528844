"""What Telegram recognises in plain text, judged by its own library."""

import time
from random import Random

import pytest

from bot.sandbox.entities.detect import detect_entities

CASES = 3000
_WORDS = (
    "خبر|انظر|/start|/ask@mujaz_bot|/|@mujaz_bot|@ab|@gif|#خبر_عاجل|#2019|##|$USD|$usd|,|،|؟|:|"
    "https://example.com|http://x.org/a?b=1|example.com|www.aljazeera.net/news/2019|الجزيرة.نت|"
    "t.me/x|a@b.co|user.name@host.org|1.2.3.4|3.14|e.g.|ومدفعية.إلى|hello.world|it.He|reuters.com.|"
    "HTTP://X.COM|ftp://f.org|f.com:8080/p|tg://resolve?domain=x|😀|/a_b|x/y|//|a.b.c|1,200|«x.org»|"
    "https://ar.wikipedia.org/wiki/الباغوز|(https://x.org/a_(b))|https://x.org/a،|x.org،|!|12:30:99|"
    "http://localhost|https://قسد.com/x|\u2068BBC\u2069|/askماذا|قال:/ask"
)


def test_plain_text_is_read_as_telegrams_own_library_reads_it() -> None:
    oracle = pytest.importorskip("tests.unit.sandbox.entities.oracle", exc_type=ImportError)
    random = Random(2019)  # noqa: S311 - repeatable on purpose
    words = _WORDS.split("|")
    kinds: set[str] = set()
    different = []

    for _ in range(CASES):
        text = random.choice(" \n").join(random.choices(words, k=random.randint(1, 6)))
        answer = oracle.execute({"@type": "getTextEntities", "text": text})
        theirs = [e[:3] for e in oracle.found(answer) if e[2] != "media_timestamp"]
        kinds.update(kind for _, _, kind in theirs)
        ours = [(e.offset, e.length, e.type) for e in detect_entities(text)]
        if ours != theirs:
            different.append((text, theirs, ours))

    assert kinds == {"mention", "bot_command", "hashtag", "cashtag", "url", "email"}
    assert not different[:3]


@pytest.mark.parametrize("piece", ["a.", "#", "@", "a", "/", "http://", "a+", "x@x.y", "ا", "."])
@pytest.mark.timeout(10)
def test_hostile_text_takes_no_more_than_its_share_of_time(piece: str) -> None:
    hostile = piece * (32_768 // len(piece))

    began_s = time.process_time()
    for _ in range(3):
        detect_entities(hostile)
    took_s = time.process_time() - began_s

    assert took_s < 5
