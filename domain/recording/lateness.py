"""补记 — an entry long after the act, or after entry for its period has closed, says why it comes late and is flagged.

It is never shut out: a period is computed only once every matter that was held has its sheet, and nobody is to suffer
from an idle recorder.
"""

from datetime import date

from domain.assessment.entry_closing import why_closed
from domain.decider import Past, Refused
from domain.rules.scheme import Scheme
from domain.sealed import Secret
from domain.values import Instant, Sha256, day_of


class LateReasonMissing(Refused):
    """补记超过规定期限,须说明理由。 This entry comes late and needs a reason."""

    code = "late-reason-missing"


def late_reason(past: Past, scheme: Scheme, counts_on: date, at: Instant, reason: Secret | None) -> Sha256 | None:
    """Commitment to the reason where the entry comes late, or a refusal that it lacks; None where it comes in time."""
    today, days = day_of(at), scheme.counting.late_entry_days
    late: Refused | None = LateReasonMissing(days=days) if (today - counts_on).days > days else None
    late = late or why_closed(past, scheme.periods, counts_on, today)
    if late is None:
        return None
    if reason is None:
        raise late
    return reason.commitment
