"""台账目录 — the registers that are kept: which fields, which steps and whose names each has. A table, not modules.

What differs between places (the categories of activities, the names of contests) is written into the entries; here
stands only what makes a register countable.
"""

from typing import Final, Literal, TypeAlias

import msgspec
from msgspec.structs import replace

from domain.decider import Refused
from domain.register.fields import Choice, Field

KindCode: TypeAlias = Literal[
    "activity",
    "contest",
    "work",
    "team",
    "talk",
    "visit",
    "issue",
    "service",
    "post",
    "pledge",
    "satisfaction",
    "project",
    "feedback",
    "tag",
]

ASKED_LEAST: Final = 10
"""A total over fewer persons is not taken down: it could point at one of them."""


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """A step that an entry can take."""

    code: str
    zh: str
    en: str
    after: tuple[str, ...]
    """The steps that it may follow; "" stands for none so far."""
    fields: tuple[Field, ...] = ()
    proof: bool = False
    """Whether a document must show it."""


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """Persons or entries of another register that belong to an entry."""

    code: str
    zh: str
    en: str
    of: KindCode | Literal["member"]
    """Members, or entries of a register."""


class Kind(msgspec.Struct, frozen=True, kw_only=True):
    """One register."""

    code: KindCode
    zh: str
    en: str
    day_zh: str
    day_en: str
    """What the day of an entry says."""
    fields: tuple[Field, ...] = ()
    steps: tuple[Step, ...] = ()
    parts: tuple[Part, ...] = ()
    of_matter: bool = False
    """Its entries are matters of the organisation: title and day stand there, and are not entered again."""
    words: bool = False
    """Whether it takes down what somebody said, which is sealed."""
    public: bool = False
    """Whether its entries come from anybody, and from nobody else."""


class KindUnknown(Refused):
    """没有这种台账。 There is no such register."""

    code = "register-kind-unknown"


CATEGORY: Final = Field(code="category", type="title", zh="类别", en="category")
LEVEL: Final = Field(
    code="level",
    type="choice",
    zh="级别",
    en="level",
    choices=(
        Choice("unit", "单位", "unit"),
        Choice("district", "区级", "district"),
        Choice("city", "市级", "city"),
        Choice("province", "省级", "province"),
        Choice("nation", "国家级", "nation"),
    ),
)
PRIZE: Final = Field(
    code="prize",
    type="choice",
    zh="奖项",
    en="prize",
    choices=(
        Choice("first", "一等奖", "first prize"),
        Choice("second", "二等奖", "second prize"),
        Choice("third", "三等奖", "third prize"),
        Choice("merit", "优秀奖", "merit"),
        Choice("shortlisted", "入围", "shortlisted"),
        Choice("exhibited", "入选展出", "exhibited"),
    ),
)
TARGET: Final = Field(
    code="target",
    type="choice",
    zh="对象",
    en="whom",
    choices=(
        Choice("residents", "城乡居民家庭", "households"),
        Choice("enterprises", "企业", "enterprises"),
        Choice("talents", "人才", "talents"),
    ),
)
HANDLING: Final = Field(
    code="handling",
    type="choice",
    zh="办理方式",
    en="handling",
    choices=(Choice("promised", "承诺办结", "promised"), Choice("immediate", "即时办结", "immediate")),
)
TAG: Final = Field(
    code="tag",
    type="choice",
    zh="标准",
    en="standard",
    choices=(
        Choice("faith", "信念坚定", "firm in belief"),
        Choice("people", "为民服务", "serving the people"),
        Choice("diligent", "勤政务实", "diligent and pragmatic"),
        Choice("daring", "敢于担当", "daring to take responsibility"),
        Choice("honest", "清正廉洁", "honest and clean"),
        Choice("politics", "讲政治、有信念", "politics and belief"),
        Choice("rules", "讲规矩、有纪律", "rules and discipline"),
        Choice("morals", "讲道德、有品行", "morals and conduct"),
        Choice("giving", "讲奉献、有作为", "dedication and deeds"),
    ),
)
"""The five of the "20字好干部" standard and the four of "四讲四有"."""
ANSWERED: Final = (Choice("yes", "是", "yes"), Choice("partly", "一般", "partly"), Choice("no", "否", "no"))


def _count(code: str, zh: str, en: str, *, required: bool = True, least: int = 0, within: str = "") -> Field:
    return Field(code=code, type="count", zh=zh, en=en, required=required, least=least, within=within)


def _link(to: KindCode, zh: str, en: str, *, required: bool = True) -> Field:
    return Field(code=to, type="link", zh=zh, en=en, required=required, to=to)


def _paper(*, required: bool = True) -> tuple[Field, Field]:
    """The paper that a figure of others is taken from, and its digest."""
    return (
        Field(code="source", type="reference", zh="来源文件", en="source document", required=required),
        Field(code="source_sha256", type="sha256", zh="来源文件摘要", en="its digest", required=required),
    )


KINDS: Final[tuple[Kind, ...]] = (
    Kind(
        code="activity",
        zh="文体与学习活动",
        en="Activities",
        day_zh="开展日期",
        day_en="held on",
        fields=(CATEGORY,),
        of_matter=True,
    ),
    Kind(
        code="contest",
        zh="征集与比赛",
        en="Contests",
        day_zh="开始征集日期",
        day_en="opened on",
        fields=(CATEGORY,),
        steps=(
            Step(
                code="published",
                zh="公布结果",
                en="result published",
                after=("", "published"),
                fields=(
                    _count("submitted_in_all", "主办方收到作品总数", "works submitted in all", required=False),
                    _count("awarded_in_all", "主办方获奖总数", "awards in all", required=False),
                    _count("rank_submitted", "报送数名次", "rank by works", required=False, least=1),
                    _count("rank_awarded", "获奖数名次", "rank by awards", required=False, least=1),
                    *_paper(),
                ),
            ),
        ),
    ),
    Kind(
        code="work",
        zh="报送作品",
        en="Works submitted",
        day_zh="报送日期",
        day_en="submitted on",
        fields=(_link("contest", "所属征集或比赛", "contest"),),
        steps=(
            Step(code="recommended", zh="推荐", en="recommended", after=("",)),
            Step(code="awarded", zh="获奖", en="awarded", after=("", "recommended"), fields=(LEVEL, PRIZE), proof=True),
        ),
        parts=(Part(code="author", zh="作者", en="author", of="member"),),
    ),
    Kind(
        code="team",
        zh="理论宣讲团",
        en="Lecture teams",
        day_zh="成立日期",
        day_en="founded on",
        parts=(Part(code="speaker", zh="成员", en="member of the team", of="member"),),
    ),
    Kind(
        code="talk",
        zh="宣讲场次",
        en="Lectures",
        day_zh="宣讲日期",
        day_en="held on",
        fields=(
            _link("team", "宣讲团", "team"),
            _count("audience", "听众人数", "audience", required=False),
        ),
        parts=(Part(code="speaker", zh="主讲人", en="speaker", of="member"),),
    ),
    Kind(
        code="visit",
        zh="大走访",
        en="Visits",
        day_zh="启动日期",
        day_en="begun on",
        fields=(TARGET, _count("targets", "应访总数", "to be visited", least=0)),
        steps=(
            Step(
                code="round",
                zh="走访一轮",
                en="round made",
                after=("", "round"),
                fields=(
                    _count("visited", "本轮新走访数", "newly visited", within="targets"),
                    _count("visitors", "本轮新参与党员干部数", "members and cadres newly taking part"),
                ),
            ),
        ),
    ),
    Kind(
        code="issue",
        zh="收集问题",
        en="Issues collected",
        day_zh="收集日期",
        day_en="collected on",
        fields=(
            replace(TARGET, required=False),
            _link("visit", "来自走访", "from the visits", required=False),
        ),
        steps=(
            Step(code="assigned", zh="交办", en="assigned", after=("",)),
            Step(code="closed", zh="办结", en="closed", after=("", "assigned"), proof=True),
        ),
        words=True,
    ),
    Kind(
        code="service",
        zh="办事事项",
        en="Service matters",
        day_zh="承接日期",
        day_en="taken on",
        fields=(
            HANDLING,
            Field(code="working_days", type="number", zh="办理时限(工作日)", en="working days"),
        ),
        steps=(
            Step(
                code="shortened",
                zh="缩短时限",
                en="made quicker",
                after=("", "shortened"),
                fields=(
                    HANDLING,
                    Field(code="working_days", type="number", zh="办理时限(工作日)", en="working days"),
                ),
            ),
        ),
    ),
    Kind(
        code="post",
        zh="党员示范岗",
        en="Model posts",
        day_zh="设立日期",
        day_en="set up on",
        parts=(Part(code="holder", zh="在岗党员", en="holder", of="member"),),
    ),
    Kind(
        code="pledge",
        zh="服务承诺",
        en="Published pledges",
        day_zh="公布日期",
        day_en="published on",
        fields=(_link("post", "所属示范岗", "model post", required=False),),
    ),
    Kind(
        code="satisfaction",
        zh="群众满意度",
        en="Public satisfaction",
        day_zh="调查日期",
        day_en="asked on",
        fields=(
            _count("asked", "受访人数", "persons asked", least=ASKED_LEAST),
            _count("satisfied", "满意人数", "persons satisfied", within="asked"),
            *_paper(),
        ),
    ),
    Kind(
        code="project",
        zh="为民办实事项目",
        en="Projects for the people",
        day_zh="申报日期",
        day_en="declared on",
        steps=(Step(code="carried_out", zh="实施完成", en="carried out", after=("",), proof=True),),
        parts=(Part(code="source", zh="来源问题", en="issue behind it", of="issue"),),
    ),
    Kind(
        code="feedback",
        zh="群众反馈",
        en="Public feedback",
        day_zh="反馈日期",
        day_en="left on",
        fields=(
            Field(code="aware", type="choice", zh="知晓", en="aware", choices=ANSWERED),
            Field(code="approves", type="choice", zh="认可", en="approves", choices=ANSWERED),
        ),
        words=True,
        public=True,
    ),
    Kind(
        code="tag",
        zh="标准对照",
        en="Standards",
        day_zh="适用自",
        day_en="holds from",
        fields=(Field(code="item", type="reference", zh="条目编号", en="code of the item"), TAG),
    ),
)


def kind_of(code: str) -> Kind:
    """The register of a code, or a refusal."""
    for kind in KINDS:
        if kind.code == code:
            return kind
    raise KindUnknown(kind=code)


def step_of(kind: Kind, code: str) -> Step | None:
    """A step of a register."""
    return next((step for step in kind.steps if step.code == code), None)


def part_of(kind: Kind, code: str) -> Part | None:
    """A part of a register."""
    return next((part for part in kind.parts if part.code == code), None)
