"""Sending, and every refusal in Telegram's words, over real HTTP."""

from typing import Any

import httpx
import pytest
from telegram import InlineKeyboardButton, InlineKeyboardMarkup, LinkPreviewOptions, MessageEntity
from telegram.error import BadRequest, Forbidden
from telegram.ext import ExtBot

from bot.sandbox import CHANNEL_ID, GROUP_ID, Sandbox
from bot.sandbox.content import MOST_ENTITIES
from tests.unit.sandbox.conftest import People

LONG_LINK = "https://x.org/" + "a" * 90
PNG = (
    bytes.fromhex("89504e470d0a1a0a0000000d49484452000000030000000208020000001216f14d") + b"x" * 20
)


async def test_a_sent_message_comes_back_complete_and_stands_in_the_chat(
    bot: ExtBot[None], people: People
) -> None:
    sent = await bot.send_message(
        1001,
        "<b>خبر</b> 😀 <i>تفاصيل</i>",
        parse_mode="HTML",
        link_preview_options=LinkPreviewOptions(is_disabled=True),
        protect_content=True,
    )

    assert sent.text == "خبر 😀 تفاصيل"
    assert [(e.type, e.offset, e.length) for e in sent.entities] == [
        ("bold", 0, 3),
        ("italic", 7, 6),
    ]
    assert sent.from_user and sent.from_user.is_bot
    assert sent.has_protected_content
    assert sent.link_preview_options == LinkPreviewOptions(is_disabled=True)
    listed = (await people.get("/chats/1001/messages"))["messages"]
    assert [message["text"] for message in listed] == [sent.text]


async def test_requests_are_taken_as_form_json_and_query_under_any_case_of_the_name(
    api: httpx.AsyncClient,
) -> None:
    answers = [
        await api.post("sendMessage", data={"chat_id": "1001", "text": "form"}),
        await api.post("SENDMESSAGE", json={"chat_id": 1001, "text": "json"}),
        await api.get("sendmessage", params={"chat_id": 1001, "text": "query"}),
        await api.post("sendMessage", files={"chat_id": (None, "1001"), "text": (None, "parts")}),
    ]

    assert [a.json()["result"]["text"] for a in answers] == ["form", "json", "query", "parts"]


@pytest.mark.parametrize(
    ("params", "description"),
    [
        ({"chat_id": 1001}, "message text is empty"),
        ({"chat_id": 1001, "text": " \n "}, "text must be non-empty"),
        ({"text": "x"}, "chat_id is empty"),
        ({"chat_id": 777, "text": "x"}, "chat not found"),
        ({"chat_id": "@nobody_here", "text": "x"}, "chat not found"),
        ({"chat_id": GROUP_ID, "text": "x"}, "chat not found"),
        ({"chat_id": 1001, "text": "ا" * 4097}, "message is too long"),
        ({"chat_id": 1001, "text": "x" * 40_000}, "text is too long"),
        (
            {"chat_id": 1001, "text": "<b>x", "parse_mode": "HTML"},
            "can't parse entities: Can't find end tag corresponding to start tag \"b\"",
        ),
        ({"chat_id": 1001, "text": "x", "parse_mode": "BBCode"}, "unsupported parse_mode"),
        ({"chat_id": 1001, "text": "x", "message_thread_id": 2}, "message thread not found"),
        (
            {"chat_id": 1001, "text": "x", "reply_parameters": {"message_id": 99}},
            "message to be replied not found",
        ),
        (
            {"chat_id": 1001, "text": "x", "reply_markup": "{"},
            "can't parse reply keyboard markup JSON object",
        ),
        ({"chat_id": 1001, "text": "x", "reply_markup": []}, "object expected as reply markup"),
        (
            {
                "chat_id": 1001,
                "text": "xy",
                "entities": [{"type": "bold", "offset": 1, "length": 5}],
            },
            "entity beginning at UTF-16 offset 1 ends after the end of the text at UTF-16 offset 6",
        ),
        (
            {
                "chat_id": 1001,
                "text": "x" * 900,
                "entities": [
                    {"type": "text_link", "offset": n, "length": 1, "url": f"{LONG_LINK}{n}"}
                    for n in range(100)
                ],
            },
            "ENTITIES_TOO_LONG",
        ),
    ],
)
async def test_what_telegram_refuses_is_refused_in_its_words(
    api: httpx.AsyncClient, params: dict[str, Any], description: str
) -> None:
    answer = await api.post("sendMessage", json=params)

    assert answer.status_code == 400
    assert answer.json() == {
        "ok": False,
        "error_code": 400,
        "description": f"Bad Request: {description}",
    }


async def test_the_length_counts_after_the_markup_is_read(bot: ExtBot[None]) -> None:
    sent = await bot.send_message(1001, f"<b>{'&amp;' * 4096}</b>", parse_mode="HTML")

    assert sent.text == "&" * 4096


async def test_styles_beyond_the_hundredth_are_silently_lost(bot: ExtBot[None]) -> None:
    sent = await bot.send_message(1001, "<b>x</b> " * (MOST_ENTITIES + 7), parse_mode="HTML")

    assert len(sent.entities) == MOST_ENTITIES


def _keyboard(*buttons: InlineKeyboardButton) -> InlineKeyboardMarkup:
    return InlineKeyboardMarkup([list(buttons)])


async def test_an_inline_keyboard_comes_back_with_the_message(bot: ExtBot[None]) -> None:
    keyboard = _keyboard(
        InlineKeyboardButton("المزيد", callback_data="more:1"),
        InlineKeyboardButton("المصدر", url="https://example.org/a"),
    )

    sent = await bot.send_message(1001, "x", reply_markup=keyboard)

    assert sent.reply_markup == keyboard


async def test_callback_data_is_measured_in_bytes(bot: ExtBot[None]) -> None:
    await bot.send_message(
        1001, "x", reply_markup=_keyboard(InlineKeyboardButton("b", callback_data="ا" * 32))
    )

    with pytest.raises(BadRequest, match=r"(?i)button_data_invalid"):
        await bot.send_message(
            1001, "x", reply_markup=_keyboard(InlineKeyboardButton("b", callback_data="ا" * 33))
        )


async def test_a_bad_button_is_refused(api: httpx.AsyncClient) -> None:
    async def refusal(button: Any) -> str:
        markup = {"inline_keyboard": [[button]]}
        body = {"chat_id": 1001, "text": "x", "reply_markup": markup}
        return str((await api.post("sendMessage", json=body)).json().get("description"))

    assert "Text buttons are unallowed in the inline keyboard" in await refusal({"text": "b"})
    assert "must be an Object" in await refusal("b")
    assert 'Can\'t find field "text"' in await refusal({"callback_data": "x"})
    assert "Wrong HTTP URL" in await refusal({"text": "b", "url": "nowhere"})


async def test_a_blocked_bot_cannot_write_until_the_person_writes_again(
    bot: ExtBot[None], people: People
) -> None:
    await people.post("/membership", chat_id=1001, status="kicked")

    with pytest.raises(Forbidden, match=r"(?i)bot was blocked by the user"):
        await bot.send_message(1001, "x")
    await people.say("/start")
    assert (await bot.send_message(1001, "x")).message_id


async def test_a_group_hears_the_bot_only_while_it_is_a_member(
    bot: ExtBot[None], people: People
) -> None:
    await people.post("/membership", chat_id=GROUP_ID, status="member")
    assert (await bot.send_message(GROUP_ID, "x")).message_id

    await people.post("/membership", chat_id=GROUP_ID, status="kicked")
    with pytest.raises(Forbidden, match=r"(?i)bot was kicked from the supergroup chat"):
        await bot.send_message(GROUP_ID, "x")

    await people.post("/membership", chat_id=GROUP_ID, status="left")
    with pytest.raises(Forbidden, match=r"(?i)bot is not a member of the supergroup chat"):
        await bot.send_message(GROUP_ID, "x")


async def test_a_channel_takes_posts_from_administrators_only(
    bot: ExtBot[None], people: People
) -> None:
    with pytest.raises(Forbidden, match=r"(?i)not a member of the channel chat"):
        await bot.send_message("@furat_sample", "x")
    await people.post("/membership", chat_id=CHANNEL_ID, status="member")
    with pytest.raises(BadRequest, match=r"(?i)need administrator rights in the channel chat"):
        await bot.send_message(CHANNEL_ID, "x")

    await people.post("/membership", chat_id=CHANNEL_ID, status="administrator")
    post = await bot.send_message("@furat_sample", "x")

    assert post.from_user is None
    assert post.sender_chat and post.sender_chat.id == CHANNEL_ID


async def test_a_topic_is_named_by_its_thread_and_the_general_one_cannot_be_named(
    bot: ExtBot[None], people: People
) -> None:
    await people.post("/membership", chat_id=GROUP_ID, status="member")

    inside = await bot.send_message(GROUP_ID, "x", message_thread_id=2)
    general = await bot.send_message(GROUP_ID, "y")

    assert inside.is_topic_message and inside.message_thread_id == 2
    assert inside.reply_to_message and inside.reply_to_message.forum_topic_created
    assert general.message_thread_id is None and not general.is_topic_message
    for thread_id in (1, 9):
        with pytest.raises(BadRequest, match=r"(?i)message thread not found"):
            await bot.send_message(GROUP_ID, "x", message_thread_id=thread_id)
    listed = (await people.get(f"/chats/{GROUP_ID}/messages?thread=2"))["messages"]
    assert [message.get("text") for message in listed] == [None, "x"]


async def test_a_document_and_a_photo_can_be_downloaded_again(bot: ExtBot[None]) -> None:
    document = await bot.send_document(
        1001, b"article text", filename="خبر.txt", caption="<b>ملف</b>", parse_mode="HTML"
    )
    photo = await bot.send_photo(1001, PNG, caption="ا" * 1024)

    assert document.document and document.document.file_name == "خبر.txt"
    assert document.caption == "ملف" and document.caption_entities[0].type == "bold"
    assert (photo.photo[0].width, photo.photo[0].height) == (3, 2)
    for file_id, content in (
        (document.document.file_id, b"article text"),
        (photo.photo[0].file_id, PNG),
    ):
        file = await bot.get_file(file_id)
        assert bytes(await file.download_as_bytearray()) == content
    with pytest.raises(BadRequest, match=r"(?i)image_process_failed"):
        await bot.send_photo(1001, b"no picture")
    with pytest.raises(BadRequest, match=r"(?i)message caption is too long"):
        await bot.send_photo(1001, PNG, caption="ا" * 1025)


async def test_explicit_entities_are_kept_and_what_telegram_recognises_is_added(
    bot: ExtBot[None],
) -> None:
    sent = await bot.send_message(
        1001,
        "انظر example.com و@mujaz_bot",
        entities=[MessageEntity("spoiler", 0, 4)],
    )

    assert [(e.type, e.offset, e.length) for e in sent.entities] == [
        ("spoiler", 0, 4),
        ("url", 5, 11),
    ]


async def test_the_wrong_token_and_an_unknown_method_are_told_apart(
    api: httpx.AsyncClient, sandbox: Sandbox
) -> None:
    unknown = await api.post("sendRichMessage")
    wrong = await api.post(f"{str(api.base_url).replace(sandbox.token, '1:wrong')}getMe")

    assert (unknown.status_code, unknown.json()["description"]) == (
        404,
        "Not Found: method not found",
    )
    assert (wrong.status_code, wrong.json()["description"]) == (401, "Unauthorized")
