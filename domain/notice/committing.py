"""档案承诺 — when a notice of records is over one root binds where the archives of everybody it shows end.

One leaf per member shown, in the order of pseudonyms: the disclosure (``domain.sealed``) of

    ["<salt>","archive",["<member>",[<archive stream>,<version>,"<head>"]]]

hashed, joined and salted as the state of a period is (``domain.assessment.committing``). There is no total in it: a
total is made of the archive and of the rule set that was in force, and both are in the log.
"""

from domain.assessment.committing import headed, root, salt_of
from domain.decider import Past, Write
from domain.leaf import leaf_hash
from domain.notice.commitment import ArchivesCommitted
from domain.notice.notice import NOTICE, Notice
from domain.recording.archive import archive_of
from domain.sealed import Secret, disclosure_of


def archives_committed(past: Past, notice: Notice, seed: Secret) -> Write:
    """The root over the archives as the log stands before this entry."""
    leaves = archive_leaves(past, notice, seed.value)
    fact = ArchivesCommitted(
        notice=notice.notice,
        unit=notice.unit,
        members=len(leaves),
        root=root(leaves).hex(),
        seed=seed.commitment,
    )
    return NOTICE.of(notice.notice).says(fact)


def archive_leaves(past: Past, notice: Notice, seed: str) -> list[bytes]:
    """Leaf hashes of everybody shown, by pseudonym; a line that an objection holds back included."""
    members = sorted({line.member for line in notice.lines}, key=str)
    archives = [archive_of(one, notice.occurred_on) for one in members]
    past.many(archives)
    shown = zip(members, archives, past.heads(archives), strict=True)
    return [
        leaf_hash(disclosure_of(salt_of(seed, member), "archive", [str(member), headed(archive, head)]).encode())
        for member, archive, head in shown
    ]
