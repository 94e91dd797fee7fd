"""The look as values, in one place: the site has them as /look.css, the mails inline.

Paper and ink are the same for everybody; the accent is the publication's own, made dark or
light enough to be read on them.
"""

from colorsys import hls_to_rgb, rgb_to_hls
from dataclasses import asdict, dataclass, replace
from functools import lru_cache

READABLE = 4.5  # WCAG 2.2 AA, for text of any size
STEP = 0.01
VIVID = 0.6  # more saturation than this glares once a colour was moved
SERIF = "'Iowan Old Style', Charter, 'Bitstream Charter', 'Palatino Linotype', Georgia, serif"
SANS = "-apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif"
MONO = "ui-monospace, 'SF Mono', Menlo, Consolas, monospace"
# Mail programs know fewer fonts. Without quotes: these stand in style attributes.
MAIL_SERIF = "Georgia,serif"
MAIL_SANS = "-apple-system,Segoe UI,Arial,sans-serif"


@dataclass(frozen=True)
class Scheme:
    """The colours of one scheme, each as #rrggbb."""

    paper: str
    wash: str  # quietly set off from the paper: sponsors, forms, code
    rule: str
    muted: str
    ink: str
    accent: str


@dataclass(frozen=True)
class Look:
    """Everything a page or a mail needs to look like this publication."""

    light: Scheme
    dark: Scheme
    mail_serif: str = MAIL_SERIF
    mail_sans: str = MAIL_SANS


LIGHT = Scheme(
    paper="#fdfcf9", wash="#f4f0e7", rule="#d8d2c5", muted="#645e55", ink="#1c1a17", accent=""
)
DARK = Scheme(
    paper="#171614", wash="#23211e", rule="#423e38", muted="#aca59a", ink="#ece8e0", accent=""
)


@lru_cache(maxsize=8)
def look(accent: str) -> Look:
    """The look around one accent colour, given as #rrggbb."""
    light = _with_accent(LIGHT, accent, darker=True)
    return Look(light, _with_accent(DARK, accent, darker=False))


def stylesheet(accent: str) -> str:
    """The look as CSS custom properties, for both schemes."""
    both = look(accent)
    fonts = f"--serif:{SERIF};--sans:{SANS};--mono:{MONO};"
    dark = f"@media (prefers-color-scheme:dark){{:root{{{_properties(both.dark)}}}}}"
    return f":root{{color-scheme:light dark;{fonts}{_properties(both.light)}}}\n{dark}\n"


def contrast(one: str, other: str) -> float:
    """The WCAG contrast ratio of two colours, 1 to 21."""
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


def _with_accent(scheme: Scheme, accent: str, *, darker: bool) -> Scheme:
    """The accent, made darker or lighter in small steps until it can be read; its hue stays."""
    hue, lightness, saturation = rgb_to_hls(*(c / 255 for c in _channels(accent)))
    colour = accent
    while min(contrast(colour, scheme.paper), contrast(colour, scheme.wash)) < READABLE:
        lightness += -STEP if darker else STEP
        colour = _hex(hls_to_rgb(hue, lightness, min(saturation, VIVID)))
    return replace(scheme, accent=colour)


def _properties(scheme: Scheme) -> str:
    return "".join(f"--{name}:{colour};" for name, colour in asdict(scheme).items())


def _channels(colour: str) -> list[int]:
    return [int(colour[place : place + 2], 16) for place in (1, 3, 5)]


def _hex(channels: tuple[float, float, float]) -> str:
    return "#" + "".join(f"{round(channel * 255):02x}" for channel in channels)


def _luminance(colour: str) -> float:
    linear = [
        c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4
        for c in (channel / 255 for channel in _channels(colour))
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
