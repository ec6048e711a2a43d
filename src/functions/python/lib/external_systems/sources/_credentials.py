"""What sources are made of, and the credentials of a calling user. Foundry: "Data Connection", sources in Python."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Dict, Optional, Union


@dataclass(frozen=True)
class ClientCertificate:
    """A certificate with its key, both PEM."""

    pem_certificate: str
    pem_private_key: str


@dataclass(frozen=True)
class ClientCertificateFilePaths:
    """Where a certificate and its key are stored."""

    certificate_file_path: str
    private_key_file_path: str


@dataclass(frozen=True)
class HttpsConnectionParameters:
    """Where a connection goes, and what authenticates it."""

    url: str
    headers: Dict[str, str]
    query_params: Dict[str, str]


@dataclass(frozen=True)
class AwsCredentials:
    access_key_id: str
    secret_access_key: str
    session_token: Optional[str] = None
    expiration: Optional[datetime] = None


@dataclass(frozen=True)
class GcpOauthCredentials:
    access_token: str
    expiration: Optional[datetime] = None


@dataclass(frozen=True)
class OauthCredentials:
    """The calling user's access token."""

    access_token: str
    expiration: datetime


SourceCredentials = Union[AwsCredentials, GcpOauthCredentials, OauthCredentials]


@dataclass(frozen=True)
class SourceParameters:
    """All of a source."""

    secrets: Dict[str, str]
    proxy_token: Optional[str]
    https_connections: Dict[str, HttpsConnectionParameters]
    server_certificates: Dict[str, str]
    client_certificate: Optional[ClientCertificate]
    resolved_source_credentials: Optional[SourceCredentials]
