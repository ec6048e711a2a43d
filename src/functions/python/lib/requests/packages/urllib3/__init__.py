from urllib3 import Retry, Timeout, disable_warnings

__all__ = ["Retry", "Timeout", "disable_warnings"]
