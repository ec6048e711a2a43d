"""Sources as code sees them. Foundry: "Make API calls from functions" (Python)."""

from external_systems.sources._connection import HttpsConnection
from external_systems.sources._credentials import (
    AwsCredentials,
    ClientCertificate,
    ClientCertificateFilePaths,
    GcpOauthCredentials,
    HttpsConnectionParameters,
    OauthCredentials,
    SourceCredentials,
    SourceParameters,
)
from external_systems.sources._refreshable import Refreshable, RefreshHandler
from external_systems.sources._source import Source

__all__ = [
    "AwsCredentials", "ClientCertificate", "ClientCertificateFilePaths", "GcpOauthCredentials", "HttpsConnection",
    "HttpsConnectionParameters", "OauthCredentials", "Refreshable", "RefreshHandler", "Source", "SourceCredentials",
    "SourceParameters",
]  # fmt: skip
