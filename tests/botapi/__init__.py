"""The Bot API as others describe it, to judge requests by; no line of it was written by us.

Two descriptions say the same. ``classes`` reads aiogram's classes, which are generated from
Telegram's documentation and come with the test dependencies: every flow test is judged by them,
also without a network. ``schema`` reads the file they are generated from, which only the source
distribution holds; one test fetches it and compares the two.
"""
