"""A Bot API server on loopback: Telegram's side of the wire, for the demo and for tests.

``world`` holds users and chats, ``messages`` what was said, ``updates`` and ``webhook`` what the
bot is told; ``methods_*`` are the Bot API, ``conversation`` is what people do, ``control`` lets a
page or a test play them, ``faults`` and ``flood`` make life hard. The chat page is in ``page/``,
sample reports in ``sample/``. Nothing of the bot is imported here: the two meet on the wire only.
"""

from bot.sandbox.clock import SandboxClock
from bot.sandbox.server import SandboxServer
from bot.sandbox.state import Sandbox
from bot.sandbox.world import CHANNEL_ID, GROUP_ID, READER_ID

__all__ = ["CHANNEL_ID", "GROUP_ID", "READER_ID", "Sandbox", "SandboxClock", "SandboxServer"]
