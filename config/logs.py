"""Log lines without anybody's address or secret in them: whoever may read logs learns of neither.

On a laptop a line is for a person, on a public site it is one JSON object for a collector.
"""

import json
import logging
import re
from datetime import UTC, datetime

ADDRESS = re.compile(r"[^\s<>\"'(),;:=]+@[^\s<>\"'(),;:]+\.[^\s<>\"'(),;:]+")
# What opens something by itself, behind the words that stand before it in our addresses.
SECRET = re.compile(r"/(confirm|unsubscribe|preferences|setup|password)/[^\s/?\"']+")


def anonymous(text: str) -> str:
    """`text` without mail addresses, and without the tokens of our own links."""
    return SECRET.sub(r"/\1/…", ADDRESS.sub("‹address›", text))


class Line(logging.Formatter):
    """For a person."""

    def __init__(self) -> None:
        super().__init__("{asctime} {levelname} {name}: {message}", style="{")

    def format(self, record: logging.LogRecord) -> str:
        return anonymous(super().format(record))


class Json(logging.Formatter):
    """For a collector: `at`, `level`, `logger`, `message`, `pid`, and `trace` of an exception."""

    def format(self, record: logging.LogRecord) -> str:
        said: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": anonymous(record.getMessage()),
            "pid": record.process,
        }
        if record.exc_info:
            said["trace"] = anonymous(self.formatException(record.exc_info))
        return json.dumps(said, ensure_ascii=False)
