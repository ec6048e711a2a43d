from urllib3.exceptions import HTTPError, HTTPWarning, InsecureRequestWarning, MaxRetryError, ResponseError

__all__ = ["HTTPError", "HTTPWarning", "InsecureRequestWarning", "MaxRetryError", "ResponseError"]
