r"""A witness: for each log it knows it remembers the last checkpoint it cosigned, and cosigns only what extends it.

    POST …/add-checkpoint

    old 20852014\n                                      size of the last checkpoint cosigned, 0 for none
    PlRNCrwHpqhGrupue0L7gxbjbMiKA9temvuZZDDpkaw=\n      consistency proof from there, one hash a line
    \n
    example.com/behind-the-sofa\n                       the checkpoint, verbatim
    …

Answers: 200 the cosignature's line; 400 malformed, or smaller than the old size; 403 not signed by the log; 404 a log
not known; 409 another size was cosigned last, and which (text/x.tlog.size); 422 the proof does not hold.
Source: c2sp.org/tlog-witness.
"""

import fcntl
import hashlib
import re
from collections.abc import Generator, Iterable
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from projections.transparency.checkpoint import Checkpoint, open_checkpoint, parse_checkpoint
from projections.transparency.cosignature import cosign
from projections.transparency.files import make_folder, write_durably
from projections.transparency.merkle import HASH_SIZE_BYTES, verify_consistency
from projections.transparency.note import (
    Note,
    Signer,
    VerifierKey,
    decode_base64,
    encode_base64,
    open_note,
    parse_note,
)
from projections.transparency.refusals import Malformed, ProofInvalid, SignatureInvalid

PATH: Final = "/add-checkpoint"
SIZE_TYPE: Final = "text/x.tlog.size"
MOST_HASHES: Final = 63
MOST_BYTES: Final = 64 * 1024
"""Of a request: a proof, a checkpoint with many signatures, and room to spare."""

_OLD = re.compile(r"old (0|[1-9][0-9]{0,18})")


@dataclass(frozen=True)
class Request:
    """A checkpoint's note, and the proof that it extends the one of `old` entries."""

    old: int
    proof: tuple[bytes, ...]
    note: bytes

    def encode(self) -> bytes:
        """Return the body of the request."""
        lines = [f"old {self.old}", *(encode_base64(each) for each in self.proof), "", ""]
        return "\n".join(lines).encode() + self.note


@dataclass(frozen=True)
class Answer:
    """HTTP status, body and type."""

    status: int
    body: str = ""
    media_type: str = "text/plain; charset=utf-8"


def parse_request(body: bytes) -> Request:
    """Return what a body asks for, or `Malformed`."""
    head, separator, note = body.partition(b"\n\n")
    try:
        first, *lines = head.decode("ascii").split("\n")
    except UnicodeDecodeError as problem:
        raise Malformed("not a request") from problem
    old = _OLD.fullmatch(first)
    if old is None or not separator or len(lines) > MOST_HASHES or len(body) > MOST_BYTES:
        raise Malformed("not a request")
    proof = tuple(decode_base64(line) for line in lines)
    if any(len(each) != HASH_SIZE_BYTES for each in proof):
        raise Malformed("a hash has 32 bytes")
    return Request(int(old[1]), proof, note)


class Witness:
    """Cosigns for the logs whose keys it was given; what it cosigned last lies in its folder, one file a log.

    Whoever loses the folder retires the key: a witness that forgot could cosign a second history.
    """

    def __init__(self, folder: Path, signer: Signer, logs: Iterable[VerifierKey]) -> None:
        """Know these logs; one that changes its key is given with both."""
        self._folder, self._signer = folder, signer
        self._logs: dict[str, list[VerifierKey]] = {}
        for key in logs:
            self._logs.setdefault(key.name, []).append(key)
        make_folder(folder)

    def add_checkpoint(self, body: bytes, at_s: int) -> Answer:
        """Answer one request; what is cosigned is on disk before it is answered."""
        try:
            request = parse_request(body)
            claimed = parse_checkpoint(parse_note(request.note).text)
        except Malformed as problem:
            return Answer(400, f"{problem.detail}\n")
        keys = self._logs.get(claimed.origin)
        if keys is None:
            return Answer(404, "this log is not known here\n")
        try:
            head = open_checkpoint(request.note, keys)
        except SignatureInvalid:
            return Answer(403, "not signed by this log\n")
        if request.old > head.size:
            return Answer(400, "the old size is larger than the checkpoint's\n")
        with self._alone():
            return self._extend(request, head, at_s)

    def last(self, origin: str) -> Checkpoint | None:
        """The last checkpoint of this log that was cosigned."""
        file = self._file(origin)
        return open_checkpoint(file.read_bytes(), self._logs[origin]) if file.is_file() else None

    def _extend(self, request: Request, head: Checkpoint, at_s: int) -> Answer:
        last = self.last(head.origin)
        size = last.size if last else 0
        differs = last is not None and size == head.size and last.root != head.root
        if request.old != size or differs:
            return Answer(409, f"{size}\n", SIZE_TYPE)
        try:
            _check(request, last, head)
        except ProofInvalid as problem:
            return Answer(422, f"{problem.detail}\n")
        note = open_note(request.note, self._logs[head.origin])
        line = cosign(self._signer, note.text, at_s)
        write_durably(self._file(head.origin), Note(note.text, (*note.signatures, line)).encode())
        return Answer(200, line.line() + "\n")

    def _file(self, origin: str) -> Path:
        return self._folder / hashlib.sha256(origin.encode()).hexdigest()

    @contextmanager
    def _alone(self) -> Generator[None]:
        """From the look at the last size to its renewal nobody else cosigns."""
        with (self._folder / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


def _check(request: Request, last: Checkpoint | None, head: Checkpoint) -> None:
    """A proof from nothing is empty: everything extends the empty log."""
    if last is None or last.size == 0:
        if request.proof:
            raise ProofInvalid("a proof from 0 is empty")
        return
    verify_consistency(last.size, head.size, request.proof, last.root, head.root)
