"""The calling user's token, which the gateway keeps and renews."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Optional

import _sortie
from external_systems.sources._credentials import OauthCredentials, SourceCredentials
from external_systems.sources._refreshable import Refreshable

NOT_RESOLVED = "Resolved source credentials are not present on the Source."


class CallersCredentials(Refreshable[SourceCredentials]):
    """
    Asks the gateway each time, so that nobody is ever given the token of whoever called before.

    `get` raises ValueError with Foundry's texts, such as "Credentials expired and no refresh handler provided".
    """

    def __init__(self, source: str) -> None:
        self._source = source

    def get(self) -> SourceCredentials:
        token = self._token()
        if token is None:
            raise ValueError(NOT_RESOLVED)
        expiration = datetime.fromtimestamp(token["expiresAt"] / 1000, timezone.utc)
        return OauthCredentials(access_token=token["accessToken"], expiration=expiration)

    def _token(self) -> Optional[dict]:
        try:
            return _sortie.credentials(self._source)
        except _sortie.SessionError as error:
            raise ValueError(str(error)) from None
