"""Our place in groups and channels: when digests pause, and to whom a chat belongs."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from telegram import Chat as TelegramChat
from telegram import ChatMember, ChatMemberUpdated, Update, User
from telegram.constants import ChatType

from bot.clock import FixedClock
from bot.models import Subscription
from bot.services.subscribing import Subscribing
from bot.store.base import Store
from bot.store.sql import open_store
from handlers.channels import membership

NOW = datetime(2026, 3, 1, 8, tzinfo=UTC)
CHAT, ADMIN, OTHER = -1001, 5, 6
US = User(99, "موجز", is_bot=True)
_MANY = [
    "can_manage_chat",
    "can_delete_messages",
    "can_manage_video_chats",
    "can_restrict_members",
    "can_promote_members",
    "can_change_info",
    "can_invite_users",
    "can_post_stories",
    "can_edit_stories",
    "can_delete_stories",
    "can_send_audios",
    "can_send_documents",
    "can_send_photos",
    "can_send_videos",
    "can_send_video_notes",
    "can_send_voice_notes",
    "can_send_polls",
    "can_send_other_messages",
    "can_add_web_page_previews",
    "can_pin_messages",
    "can_manage_topics",
    "can_react_to_messages",
    "can_edit_tag",
    "can_be_edited",
    "is_anonymous",
]


class Silent:
    """A bot that keeps who it wrote to and says nothing."""

    username = "mujaz_bot"

    def __init__(self) -> None:
        self.wrote_to: list[int] = []

    async def send_message(self, chat_id: int, *_args: Any, **_more: Any) -> None:
        self.wrote_to.append(chat_id)

    async def get_chat(self, _chat_id: int) -> SimpleNamespace:
        return SimpleNamespace(linked_chat_id=None)


def we(status: str, **rights: Any) -> ChatMember:
    """Return us as a member of a chat, without the rights that are not named."""
    body = {"user": US.to_dict(), "status": status, "until_date": 0, "is_member": True}
    read = ChatMember.de_json(body | dict.fromkeys(_MANY, False) | rights, None)
    assert isinstance(read, ChatMember)
    return read


LEFT, MEMBER, ADMINISTRATOR = we("left"), we("member"), we("administrator")
NO_PICTURES = we("restricted", can_send_messages=True)
MUTED = we("restricted", can_send_messages=False)
THROWN_OUT = we("restricted", can_send_messages=True, is_member=False)


class Place:
    """A chat in which our rights change."""

    def __init__(self, store: Store) -> None:
        self._store = store
        clock = FixedClock(NOW)
        subscribing = Subscribing(store, clock, timezone="UTC", digest_time="08:00")
        self._services: Any = SimpleNamespace(subscribing=subscribing, default_language="ar")
        self.bot = Silent()

    async def changes(
        self, old: ChatMember, new: ChatMember, by: int = ADMIN, kind: str = ChatType.SUPERGROUP
    ) -> None:
        """Let somebody change what we are in the chat."""
        chat, user = TelegramChat(CHAT, kind, title="غرفة"), User(by, "مشرف", is_bot=False)
        change = ChatMemberUpdated(chat, user, NOW, old, new)
        context: Any = SimpleNamespace(bot=self.bot)
        await membership(self._services, Update(1, my_chat_member=change), context)

    async def added_by(self) -> int | None:
        chat = await self._store.chat(CHAT)
        assert chat is not None
        return chat.added_by

    async def subscription(self) -> Subscription:
        found = await self._store.subscription(CHAT, 0)
        assert found is not None
        return found


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    opened = await open_store(f"sqlite+aiosqlite:///{tmp_path / 'mujaz.db'}")
    yield opened
    await opened.close()


@pytest.fixture
async def place(store: Store) -> Place:
    """Return a group to which an admin added us, with a digest."""
    place = Place(store)
    await place.changes(LEFT, MEMBER)
    await store.subscribe(CHAT, 0, times=("08:00",), timezone="UTC", language="ar", now=NOW)
    return place


async def test_digests_go_on_where_we_may_write_and_not_send_pictures(place: Place) -> None:
    await place.changes(MEMBER, NO_PICTURES)

    assert (await place.subscription()).active


@pytest.mark.parametrize("gone", [MUTED, THROWN_OUT, LEFT])
async def test_digests_pause_where_we_may_not_write_and_go_on_once_we_may(
    place: Place, gone: ChatMember
) -> None:
    await place.changes(MEMBER, gone)
    assert not (await place.subscription()).active

    await place.changes(gone, NO_PICTURES)
    assert (await place.subscription()).active


@pytest.mark.parametrize("kind", [ChatType.SUPERGROUP, ChatType.CHANNEL])
async def test_who_only_changes_our_rights_has_not_added_us(place: Place, kind: str) -> None:
    told = list(place.bot.wrote_to)

    for old, new in [(ADMINISTRATOR, ADMINISTRATOR), (MUTED, MEMBER), (NO_PICTURES, ADMINISTRATOR)]:
        await place.changes(old, new, by=OTHER, kind=kind)

    assert await place.added_by() == ADMIN
    assert place.bot.wrote_to == told


async def test_who_adds_us_again_or_lets_us_post_in_a_channel_has_added_us(place: Place) -> None:
    await place.changes(LEFT, MEMBER, by=OTHER)
    assert await place.added_by() == OTHER

    await place.changes(MEMBER, ADMINISTRATOR, by=ADMIN, kind=ChatType.CHANNEL)
    assert await place.added_by() == ADMIN


async def test_where_nobody_is_known_to_have_added_us_it_is_who_changes_our_rights(
    store: Store,
) -> None:
    place = Place(store)

    await place.changes(MEMBER, ADMINISTRATOR, by=OTHER)

    assert await place.added_by() == OTHER
