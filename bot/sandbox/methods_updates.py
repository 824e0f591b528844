"""The methods about receiving updates: polling, webhook, and taking the bot off the server."""

from typing import Any

from bot.sandbox.errors import bad_request, conflict
from bot.sandbox.params import Params
from bot.sandbox.state import Sandbox
from bot.sandbox.updates import LONGEST_POLL_S, MOST_AT_ONCE

Json = dict[str, Any]


async def get_updates(sandbox: Sandbox, params: Params) -> list[Json]:
    """Carry out ``getUpdates``."""
    if sandbox.webhook.url:
        raise conflict(
            "can't use getUpdates method while webhook is active; "
            "use deleteWebhook to delete the webhook first"
        )
    _read_allowed(sandbox, params)
    limit = params.number("limit", MOST_AT_ONCE)
    return await sandbox.updates.poll(
        offset=params.number("offset"),
        limit=limit if 1 <= limit <= MOST_AT_ONCE else MOST_AT_ONCE,
        timeout_s=min(max(params.number("timeout"), 0), LONGEST_POLL_S),
    )


def _read_allowed(sandbox: Sandbox, params: Params) -> None:
    """Remember the kinds of update asked for; without the parameter the last ones stay."""
    if not params.text("allowed_updates"):
        return
    allowed = params.nested("allowed_updates", "can't parse allowed_updates JSON object")
    if not isinstance(allowed, list) or not all(isinstance(kind, str) for kind in allowed):
        raise bad_request("expected an Array of String")
    sandbox.updates.allowed = allowed


async def set_webhook(sandbox: Sandbox, params: Params) -> bool:
    """Carry out ``setWebhook``."""
    _read_allowed(sandbox, params)
    most = params.number("max_connections", 40)
    await sandbox.webhook.set(
        params.text("url"),
        secret=params.text("secret_token"),
        max_connections=min(max(most, 1), 100),
    )
    if params.text("url"):
        sandbox.updates.interrupt()
    if params.flag("drop_pending_updates"):
        sandbox.updates.clear()
    return True


async def delete_webhook(sandbox: Sandbox, params: Params) -> bool:
    """Carry out ``deleteWebhook``."""
    await sandbox.webhook.set("")
    if params.flag("drop_pending_updates"):
        sandbox.updates.clear()
    return True


async def get_webhook_info(sandbox: Sandbox, params: Params) -> Json:  # noqa: ARG001 - none taken
    """Carry out ``getWebhookInfo``."""
    return sandbox.webhook.info()


async def close(sandbox: Sandbox, params: Params) -> bool:  # noqa: ARG001 - takes no parameters
    """Carry out ``close`` and ``logOut``: nothing is to be done here."""
    return True


METHODS = {
    "getUpdates": get_updates,
    "setWebhook": set_webhook,
    "deleteWebhook": delete_webhook,
    "getWebhookInfo": get_webhook_info,
    "close": close,
    "logOut": close,
}
