from urllib3.util.retry import Retry
from urllib3.util.timeout import Timeout

__all__ = ["Retry", "Timeout"]
