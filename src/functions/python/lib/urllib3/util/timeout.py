from __future__ import annotations

from typing import Optional


class Timeout:
    """How long a call may take, in seconds. urllib3: "Timeout"."""

    def __init__(
        self, total: Optional[float] = None, connect: Optional[float] = None, read: Optional[float] = None
    ) -> None:
        for name, value in (("connect", connect), ("read", read), ("total", total)):
            if value is not None and value <= 0:
                raise ValueError(
                    f"Attempted to set {name} timeout to {value}, but the timeout cannot be set to a value less "
                    "than or equal to 0."
                )
        self.total = total
        self.connect = connect
        self.read = read

    def seconds(self) -> Optional[float]:
        """For the whole call, since the gateway connects and reads in one. None without a limit."""
        if self.total is not None or self.connect is None or self.read is None:
            return self.total
        return self.connect + self.read
