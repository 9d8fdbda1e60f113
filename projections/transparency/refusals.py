"""Refusals of the transparency log: each with a stable code and a sentence in Chinese and English."""

from domain.decider import Refused


class LogRefused(Refused):
    """透明日志拒绝了这一步。 The transparency log refuses this step."""

    code = "log-refused"

    def __init__(self, detail: str = "") -> None:
        """Keep `detail`: which file, position or size is meant; never a person."""
        super().__init__(detail=detail)
        self.detail = detail

    def __str__(self) -> str:
        """`code: sentence (detail)`, for logs and the command line."""
        sentence = (type(self).__doc__ or "").strip()
        return f"{self.code}: {sentence} ({self.detail})" if self.detail else f"{self.code}: {sentence}"


class Malformed(LogRefused):
    """内容不符合公布的格式。 The bytes do not follow the published format."""

    code = "malformed"


class ProofInvalid(LogRefused):
    """证明不成立。 The proof does not hold."""

    code = "proof-invalid"


class SignatureInvalid(LogRefused):
    """签名不成立,或者不是这把钥匙签的。 The signature does not verify under this key."""

    code = "signature-invalid"


class EntryTooLarge(LogRefused):
    """一条记录最多 65,535 字节。 An entry has at most 65,535 bytes."""

    code = "entry-too-large"


class KeyUnsafe(LogRefused):
    """签名钥匙文件只许本人读写(0600)。 The signing key's file must be readable by its owner alone (0600)."""

    code = "key-unsafe"


class PolicyWrong(LogRefused):
    """见证策略文件有误。 The witness policy file is wrong."""

    code = "policy-wrong"


class CheckpointMissing(LogRefused):
    """日志不空,却没有最后一次签名的检查点;须由管理员指名接管。

    The log is not empty but its last signed checkpoint is missing: an operator must adopt it by name.
    """

    code = "checkpoint-missing"


class LogRolledBack(LogRefused):
    """数据库比最后一次签名的检查点短,停止记账。 The database is shorter than was signed: nothing more is recorded."""

    code = "log-rolled-back"


class LogRewritten(LogRefused):
    """已经签名的记录被改写,停止记账。 Signed entries have been rewritten: nothing more is recorded."""

    code = "log-rewritten"

    def __init__(self, detail: str, position: int | None = None) -> None:
        """Keep `position`: the first whose leaf differs from what was published, when it can be told."""
        super().__init__(detail=detail)
        self.position = position


class LogUnreadable(LogRefused):
    """数据库里的记录读不出来,停止记账。 Stored entries cannot be read: nothing more is recorded."""

    code = "log-unreadable"


class TileDamaged(LogRefused):
    """已公布的哈希块缺失或被改动,停止记账。 A published tile is missing or was altered: nothing more is recorded."""

    code = "tile-damaged"


class PublisherBusy(LogRefused):
    """另一个进程正在公布这份日志。 Another process is publishing this log."""

    code = "publisher-busy"


class NameMismatch(LogRefused):
    """名称与这份日志不符。 The name given is not this log's."""

    code = "name-mismatch"


class TargetExists(LogRefused):
    """目标文件夹已存在,不会覆盖。 The target folder exists and is not overwritten."""

    code = "target-exists"


class DisclosureUnknown(LogRefused):
    """披露内容与任何一条记录都对不上。 The disclosure matches no entry."""

    code = "disclosure-unknown"


class ScopeEmpty(LogRefused):
    """范围内没有记录:请核对组织或人员。 Nothing lies in this scope: check the organisation or the person."""

    code = "scope-empty"
