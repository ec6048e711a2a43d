from urllib3.util import Retry, Timeout

__all__ = ["Retry", "Timeout"]
