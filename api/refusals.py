"""Refusals that only this room knows: about signing in, the form of a request and where it comes from."""

from domain.decider import Refused


class NotSignedIn(Refused):
    """请先登录。 Please sign in first."""

    code = "not-signed-in"


class SignInFailed(Refused):
    """账号或密码不正确。 The account or the password is wrong."""

    code = "sign-in-failed"


class TooManyAttempts(Refused):
    """登录失败次数过多,请稍后再试。 Too many failed sign-ins; please try again later."""

    code = "too-many-attempts"


class SignInBusy(Refused):
    """此刻登录的人太多,请过几秒再试。 Too many people are signing in just now; please try again in seconds."""

    code = "sign-in-busy"


class OfficeNotHeld(Refused):
    """您今天不担任这一职务。 You do not hold this office today."""

    code = "office-not-held"


class NothingToTake(Refused):
    """本服务不提供审计导出。 This service gives no audit export."""

    code = "nothing-to-take"


class NoRoom(Refused):
    """磁盘空间不足,没有生成,也没有入账;请告知管理员。 No room on the disk; nothing is on record. Tell the operator."""

    code = "no-room"


class WrongOrigin(Refused):
    """请求来自其他网站,已拒绝。 The request came from another site and was refused."""

    code = "wrong-origin"


class NotFound(Refused):
    """没有找到。 Not found."""

    code = "not-found"


class MethodNotAllowed(Refused):
    """此地址不接受这种请求方法。 This address does not take this method."""

    code = "method-not-allowed"


class BodyTooLarge(Refused):
    """提交的内容太大。 What was sent is too large."""

    code = "body-too-large"


class BodyUnreadable(Refused):
    """提交的内容无法识别。 What was sent cannot be read."""

    code = "body-unreadable"


class BodyInvalid(Refused):
    """提交的内容不符合要求。 What was sent does not have the required form."""

    code = "body-invalid"


class MediaTypeUnknown(Refused):
    """只接受 JSON 或网页表单。 Only JSON or a page's form is taken."""

    code = "media-type-unknown"


class ParameterInvalid(Refused):
    """地址中的参数不符合要求。 A parameter of the address does not have the required form."""

    code = "parameter-invalid"


class NothingKnownThen(Refused):
    """那时总账里还没有内容。 The log held nothing at that time."""

    code = "nothing-known-then"


class IdempotencyKeyMissing(Refused):
    """缺少操作编号(Idempotency-Key)。 The header Idempotency-Key is missing."""

    code = "idempotency-key-missing"


class IdempotencyKeyInvalid(Refused):
    """操作编号须为1至128个可见的ASCII字符。 An Idempotency-Key has 1 to 128 visible ASCII characters."""

    code = "idempotency-key-invalid"


class WorkbookFindings(Refused):
    """工作簿有需要改正之处,没有任何内容入账。 The workbook has things to correct; nothing was recorded."""

    code = "workbook-findings"


class ProofPending(Refused):
    """存证正在生成,请稍后再试。 The proof is being made; please try again in a moment."""

    code = "proof-pending"


class ProofBroken(Refused):
    """存证核验不通过:存储的内容与已签名的不一致,请报告。 The proof fails: what is stored is not what was signed."""

    code = "proof-broken"


class NoticeOver(Refused):
    """公示期已满,内容已撤下。 The term of this notice is over and it has been taken down."""

    code = "notice-over"


class NotReady(Refused):
    """服务尚未就绪。 The service is not ready."""

    code = "not-ready"


class DatabaseUnavailable(Refused):
    """数据库暂时无法使用,没有写入任何内容,请稍后再试。 The database is away; nothing was written, try again."""

    code = "database-unavailable"


class Failed(Refused):
    """系统出错,已记录;没有写入任何内容时可以重试。 Something went wrong and was noted; you may try again."""

    code = "internal-error"
