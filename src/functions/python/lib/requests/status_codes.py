"""Statuses by name, such as `codes.not_found`. requests: "Response Status Codes"."""

from http import HTTPStatus

from requests.structures import LookupDict

_ALIASES = {
    "okay": 200, "all_ok": 200, "all_okay": 200, "all_good": 200, "✓": 200, "\\o/": 200,
    "moved": 301, "other": 303, "temporary_redirect": 307, "temporary_moved": 307, "temporary": 307,
    "resume_incomplete": 308, "resume": 308, "bad": 400, "payment": 402, "not_allowed": 405,
    "proxy_auth": 407, "proxy_authentication": 407, "timeout": 408, "im_a_teapot": 418, "teapot": 418,
    "i_am_a_teapot": 418, "unprocessable": 422, "dependency": 424, "upgrade": 426, "precondition": 428,
    "too_many": 429, "legal_reasons": 451, "server_error": 500, "internal_server_error": 500, "/o\\": 500,
    "✗": 500, "unavailable": 503, "entity_too_large": 413, "request_entity_too_large": 413,
    "unprocessable_entity": 422, "media_type": 415, "unsupported_media": 415, "content_too_large": 413,
}  # fmt: skip

codes = LookupDict("status_codes")
for _status in HTTPStatus:
    setattr(codes, _status.name.lower(), _status.value)
    setattr(codes, _status.name, _status.value)
for _name, _value in _ALIASES.items():
    setattr(codes, _name, _value)
    setattr(codes, _name.upper(), _value)
