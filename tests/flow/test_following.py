"""Following by chat: an alert comes by itself, what is followed can be seen and removed."""

from __future__ import annotations

from datetime import timedelta

from bot.app import Core, Mujaz
from bot.models import FollowKind, NewArticle
from bot.sandbox import GROUP_ID, READER_ID, SandboxClock
from tests.flow.person import Person, first_strong_is_arabic, quotes, shown
from tests.flow.test_settings import labels, now, press
from tests.flow.test_timeline import bold

BOMBERS = "ثلاثة انتحاريين يستهدفون خارجين من الباغوز وستة قتلى"
SAMER, HUDA = 1002, 1003


async def test_an_alert_comes_by_itself_word_for_word_and_leads_to_the_timeline(
    mujaz: Mujaz, layla: Person, core: Core, clock: SandboxClock
) -> None:
    said = await layla.says("/follow Baghuz")
    assert "الباغوز" in shown(said)

    clock.advance(timedelta(days=3, hours=2))  # to 15 March, 20:30

    (alert,) = await layla.sees(READER_ID, lambda m: "🔔" in shown(m) and BOMBERS in shown(m))
    assert BOMBERS in [line.removeprefix("● ") for line in bold(alert)]
    held = await core.store.articles(range(1, 200))
    texts = {paragraph.text for one in held.values() for paragraph in one.paragraphs}
    assert quotes(alert)
    assert set(quotes(alert)) <= texts
    assert all(first_strong_is_arabic(line) for line in shown(alert).splitlines())
    asked = [r for r in await layla.journal() if BOMBERS in str(r["params"].get("text"))]
    assert "href=" in asked[-1]["params"]["text"]


async def test_what_changes_is_told_to_who_follows_and_to_nobody_else(
    mujaz: Mujaz, layla: Person, core: Core, clock: SandboxClock
) -> None:
    await layla.says("/follow محافظة إدلب")

    async def report(outlet: str, title: str, text: str) -> None:
        article = NewArticle(title=title, paragraphs=(text,), published_at=clock.now())
        await core.services.intake.store(article, source_name=outlet)

    await report(
        "وكالة", "قصف جوي على سوق شعبي في مدينة إدلب",
        "قال الدفاع المدني إن 12 مدنياً قتلوا في قصف جوي استهدف سوقاً شعبياً وسط مدينة إدلب.",
    )  # fmt: skip
    (first,) = await layla.sees(READER_ID, lambda m: "● قصف جوي" in shown(m))
    await report(
        "إذاعة", "ارتفاع عدد ضحايا القصف الجوي على سوق شعبي في مدينة إدلب",
        "قال الدفاع المدني إن 17 مدنياً قتلوا في القصف الجوي الذي استهدف سوقاً شعبياً وسط إدلب.",
    )  # fmt: skip

    (second,) = await layla.sees(READER_ID, lambda m: "▲" in shown(m))
    moved = shown(second).replace("\u2068", "").replace("\u2069", "")
    assert "القتلى 12 ← 17 (الدفاع المدني)" in moved
    await layla.presses(second, "ما جرى بالترتيب")
    (steps,) = await layla.sees(READER_ID, lambda m: "محطتان" in shown(m))
    assert bold(steps)[1:] == [
        bold(first)[0].removeprefix("● "),
        bold(second)[0].removeprefix("▲ "),
    ]
    assert await core.store.follows(GROUP_ID, 0) == []


async def test_follows_are_listed_and_removed_by_buttons(
    mujaz: Mujaz, layla: Person, core: Core
) -> None:
    assert "لا تتابع شيئًا" in shown(await layla.says("/follows"))
    assert "اكتب مكانًا" in shown(await layla.says("/follow"))
    await layla.says("/follow خانيونس")
    await layla.says("/follow خان يونس")
    await layla.says("/follow قسد")
    word = await layla.says("/follow هدنة")
    assert "هدنة" in shown(word)
    assert "كلمة" in shown(word)

    listed = await layla.says("/follows")
    assert len(labels(listed)) == 3
    after = await press(layla, listed, "خان يونس")

    assert len(labels(after)) == 2
    held = await core.store.follows(READER_ID, 0)
    assert [(one.kind, one.value) for one in held] == [
        (FollowKind.PARTY, "sdf"),
        (FollowKind.WORD, "هدنة"),
    ]


async def test_only_admins_follow_for_a_group_and_presses_of_others_change_nothing(
    mujaz: Mujaz, layla: Person, core: Core
) -> None:
    await layla.control("membership", chat_id=GROUP_ID, status="administrator")
    samer, huda = (Person(str(layla._http.base_url), who) for who in (SAMER, HUDA))

    refused = await samer.says("/follow الباغوز", GROUP_ID)
    assert "مشرف" in shown(refused)
    await huda.says("/follow الباغوز", GROUP_ID)
    listed = await samer.says("/follows", GROUP_ID)
    await samer.presses(listed, "الباغوز")
    await samer.says("/ask", GROUP_ID)  # handled after the press
    assert len(await core.store.follows(GROUP_ID, 0)) == 1

    await huda.presses(await now(huda, listed), "الباغوز")
    await huda.sees(GROUP_ID, lambda m: "لا تتابع شيئًا" in shown(m))
    assert await core.store.follows(GROUP_ID, 0) == []
    for person in (samer, huda):
        await person.close()
