"""Databases of PostgreSQL for a bench, beside the one that is named, which is not touched."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit, urlunsplit

import psycopg


@contextmanager
def one_of_its_own(beside: str) -> Iterator[str]:
    """The address of a new one, dropped afterwards."""
    databases = Databases(beside, f"newsdesk_bench_{os.getpid()}")
    databases.create(databases.large)
    try:
        yield databases.url(databases.large)
    finally:
        databases.drop()


class Databases:
    """Those of one run: the demo, and the large one made from it."""

    def __init__(self, beside: str, name: str) -> None:
        self.beside, self.large, self.small = beside, name, f"{name}_demo"

    def url(self, name: str) -> str:
        return urlunsplit(urlsplit(self.beside)._replace(path=f"/{name}"))

    def there(self, name: str) -> bool:
        with psycopg.connect(self.beside) as server:
            found = server.execute("SELECT FROM pg_database WHERE datname = %s", [name])
            return found.fetchone() is not None

    def create(self, name: str, like: str = "template0") -> None:
        self.tell(f'CREATE DATABASE "{name}" TEMPLATE "{like}"')

    def drop(self) -> None:
        for name in (self.large, self.small):
            self.tell(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    def tell(self, statement: str) -> None:
        with psycopg.connect(self.beside, autocommit=True) as server:
            server.execute(statement)
