"""Pictures from an editor's machine: opened, and written anew, so that nothing else comes along.

No name, no place where it was taken, no script: what is stored is only the pixels.
"""

import uuid
from io import BytesIO

from django.core.files.base import ContentFile, File
from PIL import Image, ImageOps, UnidentifiedImageError

from digest.errors import IssueError

MEGABYTE = 1024 * 1024
LARGEST_FILE = 8 * MEGABYTE
LARGEST_AREA = 40_000_000  # pixels: what a phone takes has 12 to 50 million
WIDEST = 1200  # pixels: twice the 600 of the mail, for sharp screens
FORMATS = ("JPEG", "PNG", "WEBP", "GIF")
QUALITY = 85


class PictureError(IssueError):
    """The file is no picture that every mail program shows; the message says what to do."""


class Picture(ContentFile[bytes]):
    """A picture ready to be stored, `width` by `height` pixels."""

    def __init__(self, content: bytes, name: str, width: int, height: int) -> None:
        super().__init__(content, name=name)
        self.width, self.height = width, height


def written_anew(upload: File[bytes]) -> Picture:
    """The picture in `upload`, at most 1,200 pixels wide, as JPEG or PNG. Raises PictureError."""
    if upload.size > LARGEST_FILE:
        raise PictureError(
            f"The file is larger than {LARGEST_FILE // MEGABYTE} MB: make it smaller."
        )
    image = _opened(upload.read())
    image.thumbnail((WIDEST, WIDEST * 3))
    see_through = image.mode == "RGBA"
    out = BytesIO()
    if see_through:
        image.save(out, "PNG", optimize=True)
    else:
        image.save(out, "JPEG", quality=QUALITY, optimize=True, progressive=True)
    name = f"{uuid.uuid4().hex}.{'png' if see_through else 'jpg'}"
    return Picture(out.getvalue(), name, image.width, image.height)


def _opened(content: bytes) -> Image.Image:
    """The pixels, upright, as RGB or RGBA."""
    try:
        with Image.open(BytesIO(content), formats=FORMATS) as found:
            if found.width * found.height > LARGEST_AREA:
                raise PictureError("The picture has more than 40 million pixels: make it smaller.")
            upright = ImageOps.exif_transpose(found)
            has_alpha = "A" in upright.getbands() or "transparency" in upright.info
            return upright.convert("RGBA" if has_alpha else "RGB")
    except UnidentifiedImageError as error:
        raise PictureError(
            "This is no picture that mail programs show: use JPEG, PNG, WebP or GIF. SVG is none."
        ) from error
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise PictureError("The picture is damaged and cannot be opened.") from error
