"""PDFs with a text layer, written here; pictures of text and broken files are refused."""

from __future__ import annotations

import io

import pytest
from pypdf import PdfWriter
from pypdf.generic import DecodedStreamObject, DictionaryObject, NameObject

from bot.errors import FeedError
from bot.sources.pdf import read_pdf


def pdf(*lines: str) -> bytes:
    writer = PdfWriter()
    page = writer.add_blank_page(400, 400)
    font = DictionaryObject(
        {
            NameObject("/Type"): NameObject("/Font"),
            NameObject("/Subtype"): NameObject("/Type1"),
            NameObject("/BaseFont"): NameObject("/Helvetica"),
        }
    )
    fonts = DictionaryObject({NameObject("/F1"): font})
    page[NameObject("/Resources")] = DictionaryObject({NameObject("/Font"): fonts})
    stream = DecodedStreamObject()
    drawn = " T* ".join(f"({line}) Tj" for line in lines)
    stream.set_data(f"BT /F1 12 Tf 14 TL 20 380 Td {drawn} ET".encode())
    page[NameObject("/Contents")] = stream
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def test_the_text_of_a_pdf_becomes_an_article() -> None:
    body = pdf("Bridge opened near the town", "", "The bridge was opened on Tuesday morning.")

    (article,) = read_pdf(body).articles

    assert article.title == "Bridge opened near the town"
    assert "opened on Tuesday" in " ".join(article.paragraphs)


@pytest.mark.parametrize(
    ("body", "key"),
    [
        (pdf(), "error.file.pdf_no_text"),
        (pdf("1"), "error.file.pdf_no_text"),
        (b"%PDF-1.7 nothing", "error.file.pdf_broken"),
        (pdf("Bridge opened near the town")[:200], "error.file.pdf_broken"),
    ],
)
def test_a_pdf_without_text_says_so(body: bytes, key: str) -> None:
    with pytest.raises(FeedError) as caught:
        read_pdf(body)

    assert caught.value.key == key
