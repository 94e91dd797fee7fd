"""Pictures for tests, drawn here."""

from io import BytesIO
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image


def picture_file(
    size: tuple[int, int] = (40, 30),
    kind: str = "JPEG",
    *,
    name: str = "my holiday.jpg",
    mode: str = "RGB",
    **more: Any,
) -> SimpleUploadedFile:
    """What a browser would send."""
    out = BytesIO()
    Image.new(mode, size, (200, 30, 30, 128)[: len(mode)]).save(out, kind, **more)
    return SimpleUploadedFile(name, out.getvalue(), "image/whatever")
