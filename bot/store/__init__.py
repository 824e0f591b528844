"""The store: the one truth about articles, chats, digests and what was sent.

``base`` says in Protocols what the rest of the program may ask; everything else here implements
it on SQLite through SQLAlchemy Core. Only ``bot.app`` imports the implementation (``sql``).
"""
