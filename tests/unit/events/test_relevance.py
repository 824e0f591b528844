"""Conflict updates are told from other news; nothing makes it fail."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.events.relevance import THRESHOLD, relevance

CONFLICT = [
    ("مقتل 12 مدنياً في غارة على سوق", "قُتل 12 مدنياً في غارة جوية للنظام على سوق في ريف إدلب."),
    ("هجوم لطالبان على قاعدة للجيش الأفغاني", "شن مسلحو طالبان هجوماً على قاعدة للجيش في قندوز."),
    ("اتفاق على هدنة بين الجيش والفصائل", "توصلت الفصائل والجيش إلى اتفاق لوقف إطلاق النار."),
    ("نزوح آلاف العائلات من الحديدة", "نزح آلاف المدنيين بسبب المعارك مع ميليشيات الحوثي."),
]
OTHER = [
    ("برشلونة يفوز على ريال مدريد", "فاز برشلونة في مباراة الدوري بهدفين سجلهما ميسي."),
    ("ارتفاع أسعار النفط في الأسواق", "ارتفعت أسعار النفط مع توقعات بزيادة الطلب هذا العام."),
    ("أمطار غزيرة تغرق شوارع العاصمة", "تسببت الأمطار الغزيرة في فيضانات وقطع الطرق."),
    ("مهرجان السينما يكرم ممثلة", "كرم المهرجان الممثلة عن مجمل أعمالها في السينما."),
]


@pytest.mark.parametrize(("title", "lead"), CONFLICT)
def test_reports_of_conflict_are_updates(title: str, lead: str) -> None:
    assert relevance(title, [lead]) >= THRESHOLD


@pytest.mark.parametrize(("title", "lead"), OTHER)
def test_sport_prices_weather_and_cinema_are_none(title: str, lead: str) -> None:
    assert relevance(title, [lead]) < THRESHOLD


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=200), st.lists(st.text(max_size=200), max_size=4))
def test_any_text_has_a_probability_and_always_the_same(title: str, paragraphs: list[str]) -> None:
    score = relevance(title, paragraphs)

    assert 0 <= score <= 1
    assert relevance(title, paragraphs) == score


def test_an_article_without_text_is_no_update() -> None:
    assert relevance("", []) < THRESHOLD
    assert relevance("عاجل", []) < THRESHOLD
