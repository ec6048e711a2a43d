"""The gateway as the libraries see it, with answers of the test instead of a network."""

import json

import server


class SendError(Exception):
    def __init__(self, kind, message):
        super().__init__(message)
        self.kind = kind


class SessionError(Exception):
    def __init__(self, name, message):
        super().__init__(message)
        self.name = name


sent = []
declared = {}
tokens = {}
asked = []
answers = {}


def send(source, method, url, headers, body, timeout):
    sent.append({"source": source, "method": method, "url": url, "timeout": timeout})
    host = url.split("/")[2].partition(":")[0]
    if host == "closed.example":
        raise SendError("connection", "connection refused")
    if host == "slow.example":
        raise SendError("timeout", "no answer in time")
    if host == "refused.example":
        raise SendError("refused", "Resolved source credentials are not present on the Source.")
    if host == "untrusted.example":
        raise SendError("connection", "the certificate is not trusted")
    if host == "uncovered.examplev1":
        refusal = {"error": "Proxy Authentication Required", "message": "The function f may not call this host."}
        return 407, "Proxy Authentication Required", [], json.dumps(refusal).encode()
    assert all(isinstance(value, str) for header in headers for value in header), headers
    assert body is None or isinstance(body, bytes), body
    status, reason, answered, content = server.serve(method, url, headers, body)
    return status, reason, answered, b"" if method == "HEAD" else content


def sources():
    return declared


def credentials(source):
    token = tokens.get(source)
    if isinstance(token, Exception):
        raise token
    return token


def ontology(method, path, body):
    path = path.removeprefix("/api/v2/ontologies/ontology")
    asked.append([method, path, body and json.loads(body)])
    waiting = answers[f"{method} {path}"]
    status, answer = waiting.pop(0) if len(waiting) > 1 else waiting[0]
    return status, json.dumps(answer)


def webhook(source, name, inputs):
    return answers[f"{source} {name} {inputs}"]


def log(level, text):
    pass
