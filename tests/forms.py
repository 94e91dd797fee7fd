"""What a browser would post: the fields of a rendered form, read from its HTML."""

from html.parser import HTMLParser
from typing import Any

Fields = dict[str, str | list[str]]


class _Reader(HTMLParser):
    """Collects the fields of one form: what is ticked, chosen or typed, as it stands."""

    def __init__(self, form_id: str) -> None:
        super().__init__()
        self.form_id, self.inside = form_id, False
        self.fields: Fields = {}
        self.textarea = self.select = ""

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        given = dict(attrs)
        if tag == "form":
            self.inside = given.get("id") == self.form_id
        if not self.inside:
            return
        name = given.get("name") or ""
        if tag == "input" and name and given.get("type") not in {"submit", "button", "file"}:
            if given.get("type") not in {"checkbox", "radio"} or "checked" in given:
                self.fields[name] = given.get("value") or ("on" if "checked" in given else "")
        elif tag == "textarea":
            self.textarea = name
            self.fields[name] = ""
        elif tag == "select":
            self.select = name
        elif tag == "option" and self.select and "selected" in given:
            self.fields[self.select] = given.get("value") or ""

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.inside = False
        elif tag == "textarea":
            # A browser drops the line break that begins a textarea.
            typed = self.fields.get(self.textarea, "")
            self.fields[self.textarea] = str(typed).removeprefix("\n").removeprefix("\r\n")
            self.textarea = ""
        elif tag == "select":
            self.select = ""

    def handle_data(self, data: str) -> None:
        if self.textarea:
            self.fields[self.textarea] = f"{self.fields[self.textarea]}{data}"


def fields_of(html: str, form_id: str) -> Fields:
    """The fields of the form `form_id`, without the empty rows that only scripts fill."""
    reader = _Reader(form_id)
    reader.feed(html)
    reader.fields.pop("", None)
    return {name: value for name, value in reader.fields.items() if "__prefix__" not in name}
