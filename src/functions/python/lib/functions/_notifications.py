"""What a function returns to have somebody told. Foundry: "Notifications" of functions."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Optional


@dataclass(frozen=True)
class Link:
    """Something to open from a notification: a URL, or an object."""

    label: str
    link_target: Any


@dataclass(frozen=True)
class PlatformNotification:
    """What is shown in the platform."""

    heading: str
    content: str
    links: list[Link] = field(default_factory=list)


@dataclass(frozen=True)
class EmailNotification:
    """What is sent by mail; the body is HTML."""

    subject: str
    body: str
    links: list[Link] = field(default_factory=list)


@dataclass(frozen=True)
class Notification:
    platform_notification: PlatformNotification
    email_notification: Optional[EmailNotification] = None
