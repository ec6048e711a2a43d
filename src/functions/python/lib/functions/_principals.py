"""Who somebody is. Foundry: "Types reference" (Principal, User, Group)."""

from __future__ import annotations

from typing import Union


class UserId(str):
    """The id of a user."""


class GroupId(str):
    """The id of a group."""


User = UserId
Group = GroupId
Principal = Union[UserId, GroupId]
