"""What the cases call: the same answers behind a fake gateway, and behind a server for the real library."""

import hashlib
import json
from urllib.parse import parse_qs, unquote, urlsplit
from urllib.request import parse_http_list, parse_keqv_list

failures = {}
extra = {}
"""JSON of other paths."""


def serve(method, url, headers, body):
    """One exchange: status, reason, headers, body."""
    parts = urlsplit(url)
    query = {name: values[0] for name, values in parse_qs(parts.query).items()}
    if parts.path in extra:
        return 200, "OK", [("Content-Type", "application/json")], json.dumps(extra[parts.path]).encode()
    first, *rest = parts.path.strip("/").split("/")
    match first:
        case "echo":
            lower = {name.lower(): value for name, value in headers}
            hidden = {"host", "connection", "content-length", "accept-encoding", "transfer-encoding"}
            shown = {name: value for name, value in sorted(lower.items()) if name not in hidden}
            answer = {
                "method": method,
                "target": parts.path + (f"?{parts.query}" if parts.query else ""),
                "headers": shown,
                "body": (body or b"").decode("latin1"),
            }
            return 200, "OK", [("Content-Type", "application/json")], json.dumps(answer).encode()
        case "status":
            reason = unquote(rest[1]) if len(rest) > 1 else "Some Reason"
            more = [("Retry-After", query["after"])] if "after" in query else []
            return int(rest[0]), reason, [("Content-Type", "text/plain"), *more], b"text"
        case "redirect":
            return int(rest[0]), "Moved", [("Location", query["to"])], b""
        case "endless":
            return 302, "Found", [("Location", "/endless")], b""
        case "set-cookie":
            cookies = [("Set-Cookie", value) for value in parse_qs(parts.query)["c"]]
            more = [("Location", query["to"])] if "to" in query else []
            return (302 if more else 200), "OK", [*cookies, *more], b""
        case "answer":
            given = [("Content-Type", query["type"])] if "type" in query else []
            more = [(name, query[name]) for name in ("Link", "X-Twice") if name in query]
            return 200, "OK", [*given, *more], bytes.fromhex(query.get("hex", ""))
        case "digest":
            return _digest(method, parts.path, headers, rest[0])
        case "flaky":
            left = failures.setdefault(rest[0], int(query["times"]))
            failures[rest[0]] = left - 1
            if left > 0:
                return int(query.get("status", "503")), "Later", [], b"later"
            return 200, "OK", [], b"now"
    return 404, "Not Found", [], b""


def _digest(method, path, headers, algorithm):
    """Who has the password `open sesame`."""
    challenge = f'Digest realm="r", nonce="n1", algorithm={algorithm}, opaque="o", qop="auth,auth-int"'
    given = {name.lower(): value for name, value in headers}.get("authorization", "")
    if not given.startswith("Digest "):
        return 401, "Unauthorized", [("WWW-Authenticate", challenge)], b""
    fields = parse_keqv_list(parse_http_list(given.removeprefix("Digest ")))
    made = {"MD5": hashlib.md5, "SHA-256": hashlib.sha256}[algorithm]

    def digest(*parts):
        return made(":".join(parts).encode()).hexdigest()

    secret = digest(fields["username"], "r", "open sesame")
    expected = digest(secret, "n1", fields["nc"], fields["cnonce"], "auth", digest(method, path))
    if fields["response"] != expected or fields["opaque"] != "o" or fields["uri"] != path:
        return 401, "Unauthorized", [("WWW-Authenticate", challenge)], b""
    return 200, "OK", [], f"{fields['username']} {fields['nc']}".encode()
