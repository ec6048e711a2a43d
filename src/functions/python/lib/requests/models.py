"""What requests of code look like, and the answers. requests: "Request and Response Objects"."""

from requests._prepared import PreparedRequest, Request
from requests._response import REDIRECT_STATI, Response

CONTENT_CHUNK_SIZE = 10 * 1024
DEFAULT_REDIRECT_LIMIT = 30
ITER_CHUNK_SIZE = 512

__all__ = [
    "CONTENT_CHUNK_SIZE", "DEFAULT_REDIRECT_LIMIT", "ITER_CHUNK_SIZE", "PreparedRequest", "REDIRECT_STATI", "Request",
    "Response",
]  # fmt: skip
