"""Pictures: whether a file really is one, upright and without what cameras write beside it, and small versions of it."""

from __future__ import annotations

import io

from PIL import Image, ImageOps, UnidentifiedImageError

MOST_PIXELS = 50_000_000
"""Pixels of a picture at most: a small file can unpack to gigabytes."""
KINDS = ("PNG", "JPEG", "WEBP")
QUALITY = 88


class NoPicture(ValueError):
    """The content cannot be shown as a picture, or is too large for it."""


def upright(content: bytes) -> bytes:
    """Give the picture turned as the camera was held, without place and camera; unchanged where it carries neither.

    Raises `NoPicture`.
    """
    picture = _opened(content)
    if not picture.getexif():
        return content
    turned = ImageOps.exif_transpose(picture)
    kind = picture.format or "PNG"
    stream = io.BytesIO()
    turned.save(stream, kind, quality=QUALITY, exif=b"")
    return stream.getvalue()


def small(content: bytes, side: int) -> bytes:
    """Give a square of `side` pixels out of the middle of the picture, as WebP. Raises `NoPicture`."""
    picture = ImageOps.exif_transpose(_opened(content))
    square = ImageOps.fit(picture.convert("RGBA" if "A" in picture.getbands() else "RGB"), (side, side))
    stream = io.BytesIO()
    square.save(stream, "WEBP", quality=QUALITY)
    return stream.getvalue()


def _opened(content: bytes) -> Image.Image:
    try:
        picture = Image.open(io.BytesIO(content), formats=KINDS)
        if picture.width * picture.height > MOST_PIXELS:
            raise NoPicture("too many pixels")
        picture.load()
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise NoPicture(str(error)) from error
    return picture
