from __future__ import annotations

import warnings
from types import MappingProxyType
from typing import Any, Mapping, NoReturn, Optional

from external_systems.sources._connection import HttpsConnection
from external_systems.sources._credentials import (
    AwsCredentials,
    ClientCertificateFilePaths,
    SourceCredentials,
)
from external_systems.sources._refreshable import Refreshable
from external_systems.sources._session_credentials import NOT_RESOLVED, CallersCredentials


class Source:
    """
    A source that the function declares. What authenticates its calls, its certificates and its way out stay in the
    gateway. Messages are Foundry's.
    """

    def __init__(self, name: str, facts: Mapping[str, Any]) -> None:
        self._name = name
        self._facts = facts

    @property
    def secrets(self) -> Mapping[str, str]:
        """The additional secrets by name."""
        return MappingProxyType(dict(self._facts["secrets"]))

    def get_secret(self, secret_name: str) -> str:
        """:raises ValueError: when there is none of that name, or it is empty"""
        secret = self._facts["secrets"].get(secret_name)
        if not secret:
            raise ValueError(f"Secret with name {secret_name} not found on the Source.")
        return secret

    def get_https_connection(self) -> HttpsConnection:
        """:raises ValueError: when the source has not exactly one HTTPS connection"""
        url = self._facts["url"]
        if url is None:
            raise ValueError("Only single connection sources are supported.")
        return HttpsConnection(self._name, url)

    def get_session_credentials(self) -> Refreshable[SourceCredentials]:
        """
        The calling user's credentials.

        :raises ValueError: when the source has no outbound application, or nobody that it knows of is calling
        """
        if not self._facts["oauth"]:
            raise ValueError(NOT_RESOLVED)
        return CallersCredentials(self._name)

    def get_aws_credentials(self) -> Refreshable[AwsCredentials]:
        """:raises ValueError: always, since no source here has credentials of AWS"""
        warnings.warn("Use get_session_credentials.", DeprecationWarning, stacklevel=2)
        if not self._facts["oauth"]:
            raise ValueError(NOT_RESOLVED)
        raise ValueError("Resolved source credentials are not of type AwsCredentials.")

    @property
    def source_configuration(self) -> Any:
        """:raises ValueError: always"""
        raise ValueError("Source configuration is not available for this Source.")

    def get_https_proxy_uri(self) -> Optional[str]:
        """None: requests find the gateway without one."""
        return None

    @property
    def client_certificate(self) -> Optional[ClientCertificateFilePaths]:
        """None: the gateway presents it."""
        return None

    @property
    def server_certificates_bundle_path(self) -> Optional[str]:
        """None: the gateway checks certificates."""
        return None

    def create_socket(self, target_host: str, target_port: int) -> NoReturn:
        """:raises ValueError: always"""
        raise ValueError("Only usable with Agent Proxy Sources")
