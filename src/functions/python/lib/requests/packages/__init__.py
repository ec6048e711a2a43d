"""urllib3 by the name that older code has for it."""

from requests.packages import urllib3

__all__ = ["urllib3"]
