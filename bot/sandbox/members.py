"""Members and full descriptions of chats, in the complete form that strict clients insist on."""

from typing import Any

from bot.sandbox.world import Chat, Status, User

Json = dict[str, Any]

_RIGHTS = (
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
    "can_send_welcome_messages",
)
_CHANNEL_RIGHTS = ("can_post_messages", "can_edit_messages", "can_manage_direct_messages")
_GROUP_RIGHTS = (
    "can_pin_messages",
    "can_manage_topics",
    "can_manage_tags",
)
_PERMISSIONS = (
    "can_send_messages",
    "can_send_audios",
    "can_send_documents",
    "can_send_photos",
    "can_send_videos",
    "can_send_video_notes",
    "can_send_voice_notes",
    "can_send_polls",
    "can_send_other_messages",
    "can_add_web_page_previews",
    "can_react_to_messages",
    "can_edit_tag",
    "can_change_info",
    "can_invite_users",
    "can_pin_messages",
    "can_manage_topics",
)


def member(chat: Chat, user: User) -> Json:
    """Return the Bot API object ``ChatMember`` of a user."""
    status = chat.status(user.id)
    body: Json = {"user": user.as_json(), "status": status.value}
    if status is Status.CREATOR:
        body["is_anonymous"] = False
    elif status is Status.ADMINISTRATOR:
        rights = _RIGHTS + (_CHANNEL_RIGHTS if chat.is_channel else _GROUP_RIGHTS)
        body |= {"can_be_edited": False, "is_anonymous": user.is_bot and chat.anonymous}
        body |= dict.fromkeys(rights, True) | {"can_promote_members": False}
        if user.is_bot:
            body |= {name: False for name in chat.lacking if name in body}
    elif status is Status.RESTRICTED:
        body |= {"is_member": True, "until_date": 0} | dict.fromkeys(_PERMISSIONS, False)
    elif status is Status.KICKED:
        body["until_date"] = 0
    return body


def administrators(chat: Chat, users: dict[int, User]) -> list[Json]:
    """Return the administrators that a bot sees: people, and itself, but no other bots."""
    ruling = [user_id for user_id, status in chat.statuses.items() if status.rules]
    return [member(chat, users[user_id]) for user_id in ruling]


def full_info(chat: Chat) -> Json:
    """Return the Bot API object ``ChatFullInfo``."""
    body = chat.as_json() | {
        "accent_color_id": abs(chat.id) % 7,
        "max_reaction_count": 11,
        "accepted_gift_types": dict.fromkeys(
            (
                "unlimited_gifts",
                "limited_gifts",
                "unique_gifts",
                "premium_subscription",
                "gifts_from_channels",
            ),
            chat.is_private,
        ),
    }
    if chat.username:
        body["active_usernames"] = [chat.username]
    if chat.linked is not None:
        body["linked_chat_id"] = chat.linked
    if chat.type == "supergroup":
        body["permissions"] = dict.fromkeys(_PERMISSIONS, True)
        body["join_to_send_messages"] = True
    return body
