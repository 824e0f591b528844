"""The public preview page of a channel in the shapes that it has, with words of our own."""

from __future__ import annotations


def post(number: int, text: str, *, at: str = "2026-11-22T10:00:00+00:00", inside: str = "",
         reply: str = "", edited: bool = False) -> str:  # fmt: skip
    """Return one post; ``inside`` stands before its text, ``text`` empty for a picture."""
    body = f'<div class="tgme_widget_message_text js-message_text" dir="auto">{text}</div>'
    quoted = (
        '<a class="tgme_widget_message_reply" href="#"><div class="name">س</div>'
        f'<div class="tgme_widget_message_text js-message_reply_text" dir="auto">{reply}</div></a>'
    )
    return (
        '<div class="tgme_widget_message_wrap js-widget_message_wrap">'
        '<div class="tgme_widget_message text_not_supported_wrap js-widget_message"'
        f' data-post="furat_sample/{number}"><div class="tgme_widget_message_bubble">'
        f"{inside}{quoted if reply else ''}{body if text else '<i class=photo></i>'}"
        '<div class="tgme_widget_message_footer compact">'
        '<span class="tgme_widget_message_views">1.2K</span>'
        f'<span class="tgme_widget_message_meta">{"edited &nbsp;" if edited else ""}'
        f'<a class="tgme_widget_message_date" href="https://t.me/furat_sample/{number}">'
        f'<time datetime="{at}" class="time">10:00</time></a></span></div></div></div></div>'
    )


FORWARDED = (
    '<div class="tgme_widget_message_forwarded_from accent_color">Forwarded from'
    ' <a class="tgme_widget_message_forwarded_from_name" href="https://t.me/civil_sample/55">'
    '<span dir="auto">الدفاع المدني</span></a></div>'
)


def page(*posts: str, name: str = "أخبار الفرات") -> str:
    """Return the page of a channel."""
    return (
        "<!DOCTYPE html><html><head><title>t</title></head><body><header>"
        '<div class="tgme_channel_info_header_title"><span dir="auto">'
        f'{name}</span></div></header><main class="tgme_main"><section>{"".join(posts)}</section>'
        "</main></body></html>"
    )
