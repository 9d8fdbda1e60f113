"""Words that no item may ask about, and words that leave an item open; the data of the lint.

Chinese words match anywhere in a title, English ones as whole words ("*" stands for any ending).
"""

from typing import Final

from msgspec import Struct


class Topic(Struct, frozen=True):
    """One thing that a rule set must not score, why in both languages, and the words that betray it."""

    code: str
    zh: str
    en: str
    words_zh: tuple[str, ...]
    words_en: tuple[str, ...]


FORBIDDEN: Final[tuple[Topic, ...]] = (
    Topic(
        "relatives",
        "不得以亲属的行为记分",
        "the conduct of relatives is not scored",
        ("家属", "亲属", "配偶", "子女", "父母", "家庭成员", "妻子", "丈夫", "儿女", "家风"),
        (
            "relative",
            "relatives",
            "spouse",
            "wife",
            "husband",
            "child",
            "children",
            "son",
            "daughter",
            "parents",
            "family",
            "families",
        ),
    ),
    Topic(
        "protected-trait",
        "不得以性别、年龄、民族、残疾等个人特征记分",
        "personal traits such as sex, age, ethnicity or disability are not scored",
        ("性别", "男性", "女性", "年龄", "周岁", "民族成分", "少数民族", "残疾", "籍贯", "户籍", "出身"),
        (
            "sex",
            "gender",
            "male",
            "female",
            "age",
            "aged",
            "ethnic*",
            "race",
            "racial",
            "disab*",
            "birthplace",
        ),
    ),
    Topic(
        "opinion",
        "不得以思想、观点、言论记分",
        "thoughts, opinions and utterances are not scored",
        ("观点", "言论", "思想认识", "思想觉悟", "政治态度", "立场坚定", "点赞", "转发", "发帖", "评论区"),
        ("opinion*", "attitude", "thoughts", "views", "likes", "repost*", "utterance*"),
    ),
    Topic(
        "belief",
        "不得以宗教信仰记分",
        "religious belief is not scored",
        ("宗教", "信教", "教徒", "礼拜", "信仰"),
        ("religio*", "belief*", "worship*", "church", "mosque", "temple"),
    ),
    Topic(
        "health",
        "不得以健康状况记分",
        "health is not scored",
        ("健康", "疾病", "患病", "病假", "体检", "体重", "疫苗", "怀孕", "产假"),
        ("health*", "illness*", "sick", "disease*", "medical", "vaccin*", "pregnan*", "maternity", "weight"),
    ),
    Topic(
        "private-life",
        "不得以私生活记分",
        "private life is not scored",
        ("私生活", "婚姻", "结婚", "离婚", "恋爱", "生育", "朋友圈", "社交账号", "消费习惯", "个人爱好"),
        (
            "private life",
            "marriage",
            "married",
            "divorce*",
            "dating",
            "birth*",
            "social media",
            "hobby",
            "hobbies",
        ),
    ),
    Topic(
        "petitioning",
        "不得以信访、申诉、检举记分",
        "petitions, complaints of one's own and reports of wrongs are not scored",
        ("信访", "上访", "越级", "申诉", "控告", "检举", "举报"),
        ("petition*", "appeal*", "whistle*", "denounc*"),
    ),
    Topic(
        "app-installation",
        "不得以安装、注册、使用手机应用记分",
        "installing, joining or using an app is not scored",
        ("APP", "安装", "下载", "注册账号", "打卡软件", "学习强国", "关注公众号", "小程序"),
        ("app", "apps", "install*", "download*", "sign up", "mini program"),
    ),
)

OPEN_CLAUSE_ZH: Final = ("其他", "其它", "等情形", "等情况", "酌情", "视情")
OPEN_CLAUSE_EN: Final = ("other", "others", "etc", "and so on", "as appropriate", "circumstances")
