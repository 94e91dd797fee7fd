"""MJML to HTML. The one file that knows the engine (mrml, by way of mjml-python)."""

from mjml import mjml2html

from toolbox.text import printable


class MjmlError(Exception):
    """The source is not well-formed MJML; the message says where."""


def to_html(source: str) -> str:
    """Turn MJML into an HTML mail. Raises MjmlError.

    `fonts={}`: without it every mail loads a font from a third party.
    """
    try:
        return mjml2html(printable(source).strip(), fonts={})
    except ValueError as error:
        raise MjmlError(f"The mail could not be made: {error}") from error


def is_well_formed(fragment: str) -> bool:
    """Whether `fragment`, what stands in a column, makes a mail by itself."""
    column = f"<mj-section><mj-column>{fragment}</mj-column></mj-section>"
    try:
        to_html(f"<mjml><mj-body>{column}</mj-body></mjml>")
    except MjmlError:
        return False
    return True
