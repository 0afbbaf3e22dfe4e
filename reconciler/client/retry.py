"""When a request is sent again, and after how long."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC
from email.utils import parsedate_to_datetime
from enum import Enum, auto
from typing import Final

from reconciler.errors import PlatformError

#: Seconds: the base and the bound of the pauses between attempts.
FIRST_PAUSE: Final = 0.5
LONGEST_PAUSE: Final = 30.0

#: Seconds: a platform that asks for more patience than this is reported, not waited for.
LONGEST_WAIT: Final = 60.0

_SECONDS: Final = re.compile(r"\d{1,9}(\.\d{1,9})?", re.ASCII)


class Resend(Enum):
    """Whether sending the same request again is safe and may help."""

    NEVER = auto()
    ONCE = auto()
    ALWAYS = auto()


@dataclass(frozen=True, slots=True)
class Failure:
    """One attempt that failed: the error it ends with unless another attempt is made.

    ``retry_after`` is the wait in seconds that the platform asked for; None when it asked for none.
    """

    error: PlatformError
    resend: Resend
    retry_after: float | None = None


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """``retries`` extra attempts at most, with full jitter between them."""

    retries: int
    random: Callable[[], float]

    def pause(self, failure: Failure, *, attempts: int) -> float | None:
        """Return the seconds to wait after that many attempts; None when the failure is final."""
        if attempts > self._allowed(failure.resend) or (failure.retry_after or 0) > LONGEST_WAIT:
            return None
        jitter = self.random() * min(LONGEST_PAUSE, FIRST_PAUSE * 2.0 ** min(attempts, 30))
        # Jitter on top of the wait asked for, or every thread that was told "2 seconds" would be back at once.
        return (failure.retry_after or 0.0) + jitter

    def _allowed(self, resend: Resend) -> int:
        match resend:
            case Resend.NEVER:
                return 0
            case Resend.ONCE:
                return min(1, self.retries)
            case Resend.ALWAYS:
                return self.retries


def retry_after(headers: Mapping[str, str], *, now: float) -> float | None:
    """Return the seconds that ``Retry-After`` asks to wait, given as a number or a date; None without a usable one.

    ``now`` is in seconds since the epoch.
    """
    text = headers.get("Retry-After", "").strip()
    if _SECONDS.fullmatch(text):
        return float(text)
    try:
        # A date without a zone is read as UTC, which HTTP dates are.
        moment = parsedate_to_datetime(text)
        seconds = moment.timestamp() if moment.tzinfo else moment.replace(tzinfo=UTC).timestamp()
    except (ValueError, OverflowError):
        return None
    return max(0.0, seconds - now)
