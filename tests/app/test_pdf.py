"""PDF: tagged, and closed to everything but our own files."""

import zlib

import pytest
from flask import Flask

from app.pdf import ForbiddenAddress, pdf_of, read_asset, render_pdf

PAGE = '<html lang="fr"><head><title>Fiche</title>{}</head><body><h1>Fiche</h1>{}</body></html>'
PIXEL = "data:image/svg+xml;utf8,<svg xmlns='http://www.w3.org/2000/svg' width='1' height='1'/>"


def unpacked(content: bytes) -> bytes:
    """The streams of a PDF, unpacked, with the rest."""
    found = [content]
    for part in content.split(b"stream\n")[1:]:
        try:
            found.append(zlib.decompressobj().decompress(part))
        except zlib.error:
            continue
    return b"".join(found)


def test_document_is_tagged_and_says_its_language() -> None:
    content = unpacked(pdf_of(PAGE.format("", "<p>Bonjour</p>")))
    assert content.startswith(b"%PDF-")
    assert b"/MarkInfo" in content and b"/StructTreeRoot" in content
    assert b"pdfuaid" in content
    assert b"(fr)" in content


def test_our_files_and_small_images_are_read() -> None:
    sheet = '<link rel="stylesheet" href="asset:css/print.css">'
    assert pdf_of(PAGE.format(sheet, f'<img alt="" src="{PIXEL}">'))


@pytest.mark.parametrize(
    "address",
    [
        "file:///etc/passwd",
        "http://127.0.0.1:9/x.png",
        "https://example.org/x.png",
        "ftp://example.org/x.png",
        "asset:../../config.py",
        "asset:../pdf.py",
        "asset:/etc/passwd",
        "data:text/css,body{}",
        "data:image/png;base64," + "A" * 300_000,
    ],
)
@pytest.mark.parametrize(
    "where",
    [
        '<img alt="" src="{}">',
        '<link rel="stylesheet" href="{}">',
        '<p style="background: url({})">x</p>',
        '<object data="{}" type="image/png"></object>',
    ],
)
def test_everything_else_is_refused(address: str, where: str) -> None:
    with pytest.raises(ForbiddenAddress):
        pdf_of(PAGE.format("", where.format(address)))


def test_image_may_not_open_another_address() -> None:
    inner = "<svg xmlns='http://www.w3.org/2000/svg'><image href='file:///etc/passwd'/></svg>"
    with pytest.raises(ForbiddenAddress):
        pdf_of(PAGE.format("", f'<img alt="" src="data:image/svg+xml;utf8,{inner}">'))


def test_asset_outside_the_folder_refused() -> None:
    assert read_asset("asset:css/print.css")[1] == "text/css"
    with pytest.raises(ForbiddenAddress):
        read_asset("asset:css/../../pdf.py")


def test_web_process_makes_no_document(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(app, "testing", False)
    with pytest.raises(RuntimeError, match="workers"):
        render_pdf("errors/404.html")
