"""Port: whose request a bearer token is."""

from abc import abstractmethod
from typing import Protocol

from audiolib.domain.model.access import Principal


class TokenVerifier(Protocol):
    """Verifies tokens of one issuer; any number of calls may run at the same time."""

    @abstractmethod
    async def authenticate(self, token: str) -> Principal:
        """Return the principal that the token proves.

        Raises:
            InvalidTokenError: the token proves nothing; the message is for the log.
            TokenIssuerUnavailableError: the issuer's keys were never fetched, and can't be now.
        """
