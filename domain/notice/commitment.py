"""档案承诺 — the fact that binds, when a notice of records is over, where the archives of everybody shown ended."""

from domain.decider import Fact
from domain.values import Code, NoticeId, Sha256


class ArchivesCommitted(Fact, frozen=True, kw_only=True):
    """档案承诺 — the root over where the archives of everybody shown ended, before what was noticed is confirmed."""

    notice: NoticeId
    unit: Code
    members: int
    root: Sha256
    seed: Sha256
    """Commitment of the seed of which the salts of the leaves are made."""
