"""What the pre-flight says: findings, each of one check, and the report that holds them."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256
from typing import TYPE_CHECKING
from uuid import UUID

from digest.models import Block, Override
from digest.rendering import Rendering

if TYPE_CHECKING:
    from digest.preflight.subject import Subject
    from digest.tree import Item


class Level(StrEnum):
    """How much a finding weighs."""

    BLOCKER = "blocker"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True)
class Hit:
    """What one check says of one thing, in a sentence."""

    text: str
    item: "Item | None" = None


@dataclass(frozen=True)
class Check:
    """One check: its name in commands, docs and overrides, its weight, and the function."""

    code: str
    level: Level
    look: "Callable[[Subject], Iterable[Hit]]"


@dataclass(frozen=True)
class Finding:
    """One thing found; `block` is what it is about, where there is one."""

    code: str
    level: Level
    text: str
    block: Block | None = None
    override: Override | None = None

    @property
    def uid(self) -> UUID | None:
        """The block's public name."""
        return self.block.uid if self.block else None

    @property
    def target(self) -> str:
        """Where the desk jumps to: the block's type and row."""
        return f"{self.block._meta.model_name}-{self.block.pk}" if self.block else ""

    @property
    def key(self) -> str:
        """What an override holds on to: it lapses when anything else is found."""
        return sha256(f"{self.code} {self.uid} {self.text}".encode()).hexdigest()

    @property
    def blocks(self) -> bool:
        """Whether it stops the approval."""
        return self.level is Level.BLOCKER and self.override is None


@dataclass(frozen=True)
class Report:
    """What the pre-flight found, and the rendering it looked at (None: it cannot be rendered)."""

    findings: list[Finding]
    rendering: Rendering | None

    @property
    def blockers(self) -> list[Finding]:
        """What must be mended first, or let pass by name."""
        return [finding for finding in self.findings if finding.blocks]

    @property
    def overridden(self) -> list[Finding]:
        """What would stop it, had nobody let it pass."""
        return [finding for finding in self.findings if finding.override]

    @property
    def warnings(self) -> list[Finding]:
        """What may be meant."""
        return [finding for finding in self.findings if finding.level is Level.WARNING]

    @property
    def notes(self) -> list[Finding]:
        """What a careful editor would like to know."""
        return [finding for finding in self.findings if finding.level is Level.NOTE]
