"""Bodies of several parts. RFC 7578, as requests writes them."""

from __future__ import annotations

import io
import os
from collections.abc import Mapping
from typing import Any

from requests.utils import guess_filename, to_key_val_list


def encode_files(files: Any, data: Any) -> tuple[bytes, str]:
    """
    The body, and its content type.

    :param files: by field: a file, its content, or a tuple of name, file, content type and headers
    :param data: what else the form has
    """
    if not files:
        raise ValueError("Files must be provided.")
    if isinstance(data, (str, bytes)):
        raise ValueError("Data must not be a string.")
    boundary = os.urandom(16).hex()
    body = io.BytesIO()
    for headers, content in [*_fields(data), *_files(files)]:
        body.write(f"--{boundary}\r\n".encode())
        for name, value in headers.items():
            body.write(f"{name}: {value}\r\n".encode())
        body.write(b"\r\n" + content + b"\r\n")
    body.write(f"--{boundary}--\r\n".encode())
    return body.getvalue(), f"multipart/form-data; boundary={boundary}"


def _fields(data: Any) -> list[tuple[dict[str, str], bytes]]:
    fields = []
    for name, values in to_key_val_list(data or {}) or []:
        is_one = isinstance(values, (str, bytes)) or not hasattr(values, "__iter__")
        for value in [values] if is_one else values:
            if value is not None:
                content = value if isinstance(value, bytes) else str(value).encode()
                fields.append(({"Content-Disposition": _disposition(_text(name))}, content))
    return fields


def _files(files: Any) -> list[tuple[dict[str, str], bytes]]:
    parts = []
    for name, given in to_key_val_list(files) or []:
        file_name, file, content_type, headers = guess_filename(given) or name, given, None, None
        if isinstance(given, (tuple, list)):
            file_name, file, content_type, headers = (*given, None, None)[:4]
        content = _content(file)
        if content is None:
            continue
        head = {"Content-Disposition": _disposition(_text(name), file_name)}
        if content_type:
            head["Content-Type"] = content_type
        if isinstance(headers, Mapping):
            head.update(headers)
        parts.append((head, content))
    return parts


def _content(file: Any) -> Any:
    content = file.read() if hasattr(file, "read") else file
    return content.encode() if isinstance(content, str) else content


def _disposition(name: str, file_name: Any = None) -> str:
    more = "" if file_name is None else f'; filename="{_quoted(_text(file_name))}"'
    return f'form-data; name="{_quoted(name)}"{more}'


def _text(name: Any) -> str:
    return name.decode() if isinstance(name, bytes) else str(name)


def _quoted(text: str) -> str:
    return text.translate({10: "%0A", 13: "%0D", 34: "%22"})
