"""The methods that ask about chats, members and files, and the one that leaves a chat."""

from typing import Any

from bot.sandbox.access import known_chat, readable_chat
from bot.sandbox.conversation import set_bot_status
from bot.sandbox.errors import bad_request, forbidden
from bot.sandbox.members import administrators, full_info, member
from bot.sandbox.params import Params
from bot.sandbox.state import Sandbox
from bot.sandbox.world import Chat, Status

Json = dict[str, Any]

LARGEST_DOWNLOAD = 20 * 1024 * 1024


async def get_chat(sandbox: Sandbox, params: Params) -> Json:
    """Carry out ``getChat``."""
    chat = readable_chat(sandbox, params)
    pins = sandbox.pins.get(chat.id)
    pinned = sandbox.messages.get(chat.id, pins[-1]) if pins else None
    return full_info(chat) | ({"pinned_message": pinned.body} if pinned else {})


async def get_chat_member(sandbox: Sandbox, params: Params) -> Json:
    """Carry out ``getChatMember``."""
    chat = _with_members(sandbox, params)
    user_id = params.number("user_id")
    if user_id <= 0:
        raise bad_request("invalid user_id specified")
    user = sandbox.world.users.get(user_id)
    if user is None:
        raise bad_request("PARTICIPANT_ID_INVALID")
    return member(chat, user)


async def get_chat_administrators(sandbox: Sandbox, params: Params) -> list[Json]:
    """Carry out ``getChatAdministrators``."""
    chat = _with_members(sandbox, params)
    if chat.is_private:
        raise bad_request("there are no administrators in the private chat")
    return administrators(chat, sandbox.world.users)


async def get_chat_member_count(sandbox: Sandbox, params: Params) -> int:
    """Carry out ``getChatMemberCount``."""
    chat = _with_members(sandbox, params)
    return sum(status.inside for status in chat.statuses.values())


def _with_members(sandbox: Sandbox, params: Params) -> Chat:
    """Return the chat if the bot may see who is in it: of a channel only administrators may."""
    chat = readable_chat(sandbox, params)
    if chat.is_channel and not sandbox.world.bot_status(chat).rules:
        raise bad_request("member list is inaccessible")
    return chat


async def leave_chat(sandbox: Sandbox, params: Params) -> bool:
    """Carry out ``leaveChat``."""
    chat = known_chat(sandbox, params)
    if chat.is_private:
        raise bad_request("chat member status can't be changed in private chats")
    if not sandbox.world.bot_status(chat).inside:
        raise forbidden(f"bot is not a member of the {chat.type} chat")
    set_bot_status(sandbox, chat, actor=sandbox.bot, status=Status.LEFT)
    return True


async def get_file(sandbox: Sandbox, params: Params) -> Json:
    """Carry out ``getFile``."""
    file_id = params.text("file_id")
    if not file_id:
        raise bad_request("file_id not specified")
    stored = sandbox.files.get(file_id)
    if stored is None:
        raise bad_request("wrong file_id or the file is temporarily unavailable")
    if len(stored.content) > LARGEST_DOWNLOAD:
        raise bad_request("file is too big")
    return stored.as_file()


METHODS = {
    "getChat": get_chat,
    "getChatMember": get_chat_member,
    "getChatAdministrators": get_chat_administrators,
    "getChatMemberCount": get_chat_member_count,
    "getChatMembersCount": get_chat_member_count,
    "leaveChat": leave_chat,
    "getFile": get_file,
}
