"""One text at two outlets, and two versions of one article: what tells them apart."""

from __future__ import annotations

from bot.text.copies import is_copy, is_same_article, packed, sample, sketch, unpacked

REPORT = [
    "قال مراسلنا إن طائرات حربية أغارت فجر اليوم على محيط بلدة دير الزهراني في ريف النبطية، "
    "ما أدى إلى أضرار كبيرة في الأبنية السكنية والمحال التجارية القريبة من الطريق العام.",
    "وأضافت المصادر أن فرق الدفاع المدني رفعت الأنقاض وفتحت الطريق أمام السيارات.",
]
RESPELT = [
    "قال مراسلُنا ان طائرات حربيه اغارت فجر اليوم علي محيط بلدة دير الزهراني في ريف النبطية "
    "ما ادى الى أضرار كبيرة في الابنية السكنية والمحال التجارية القريبة من الطريق العام",
]
OTHER = [
    "أعلنت إدارة المعابر أن شاحنات محملة بالطحين والأدوية دخلت المدينة مساء أمس بعد توقف دام "
    "أسبوعين كاملين، وأن التوزيع يبدأ صباح الغد في المدارس والمراكز الصحية."
]


def test_spelling_and_length_make_no_other_text() -> None:
    assert is_copy(sketch("غارة", REPORT), sketch("قصف", RESPELT))
    assert is_copy(sketch("قصف", RESPELT), sketch("غارة", REPORT))
    assert not is_copy(sketch("غارة", REPORT), sketch("غارة", OTHER))


def test_another_figure_is_another_report_whether_in_digits_or_words() -> None:
    three = sketch("ثلاثة قتلى في غارة", REPORT)

    assert is_copy(three, sketch("3 قتلى في غارة", REPORT))
    assert is_copy(three, sketch("٣ قتلى في غارة", REPORT))
    assert not is_copy(three, sketch("4 قتلى في غارة", REPORT))


def test_a_text_of_a_few_words_is_never_a_copy() -> None:
    sirens = ["صافرات إنذار في الشمال"]

    assert not is_copy(sketch("عاجل", sirens), sketch("عاجل", sirens))


def test_a_corrected_article_is_the_same_and_other_news_is_not() -> None:
    assert is_same_article("مقتل 3 في غارة على النبطية", [], "مقتل 5 في غارة على النبطية", [])
    assert is_same_article("غارة", REPORT, "تفاصيل ما جرى", REPORT[:1])
    assert not is_same_article("غارة على النبطية", REPORT, "دخول شاحنات إلى المدينة", OTHER)
    assert not is_same_article("", [], "", [])


def test_shingles_come_out_as_they_went_in_and_a_sample_finds_a_long_text() -> None:
    shingles = sketch("", REPORT * 1).shingles
    long = frozenset(range(1000))

    assert unpacked(packed(shingles)) == shingles
    assert sample(shingles) == sorted(shingles)
    assert set(sample(long)) < long
    assert len(sample(long)) == 250
