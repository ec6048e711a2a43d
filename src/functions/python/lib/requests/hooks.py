"""Functions that see each response. requests: "Event Hooks"."""

from __future__ import annotations

from typing import Any, Mapping, Optional

HOOKS = ["response"]


def default_hooks() -> dict[str, list[Any]]:
    return {event: [] for event in HOOKS}


def dispatch_hook(key: str, hooks: Optional[Mapping[str, Any]], hook_data: Any, **more: Any) -> Any:
    """What the hooks of an event make of it; one that returns None changes nothing."""
    called = (hooks or {}).get(key) or []
    for hook in [called] if callable(called) else called:
        changed = hook(hook_data, **more)
        hook_data = hook_data if changed is None else changed
    return hook_data
