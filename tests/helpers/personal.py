"""An invented day with thirty pieces of personal data of ten kinds, every number made up."""

from __future__ import annotations


def luhn(start: str) -> str:
    """A card number that checks out, from all its digits but the last."""
    for last in "0123456789":
        total = 0
        for place, digit in enumerate(reversed(start + last)):
            value = int(digit) * (1 + place % 2)
            total += value - 9 if value > 9 else value
        if total % 10 == 0:
            return start + last
    raise AssertionError


def identity(start: str) -> str:
    """An identity number that checks out, from its first 17 digits."""
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    return start + "10X98765432"[sum(int(d) * w for d, w in zip(start, weights, strict=True)) % 11]


SEEDED: dict[str, tuple[str, str, str]] = {
    "mobile": ("13912345678", "18600001111", "17755552222"),
    "phone": ("010-62345678", "0755-8234567", "021-51234567"),
    "identity": (identity("11010519491231002"), identity("44030119900307123"), identity("32010219851111451")),
    "card": (luhn("622202123456789012"), luhn("621700123456789012"), luhn("453957876362148")),
    "email": ("ada.novak@example.org", "finn_w@mail.example.com", "ops+pay@pay.example.net"),
    "wechat": ("wxid_a1b2c3d4e5f6", "novak_ada77", "finnpay2020"),
    "qq": ("1234567890", "87654321", "33445566"),
    "password": ("x7k2", "Pw9!tiger", "abcd1234"),
    "secret": ("tok3n1a2b3c", "s3cr3tKEY99", "sess778899aa"),
    "name": ("小石-甲公司-开发", "林山", "梅若兰-乙银行-架构-北京"),
}

ADA, FINN, MEI = "小石-甲公司-开发", "林山", "梅若兰-乙银行-架构-北京"
_s = SEEDED

SAID: tuple[tuple[str, str, str], ...] = (
    (
        "09:00:00",
        ADA,
        f"@{MEI}?请教一下，银行通道对接的热点账户怎么处理？我的手机{_s['mobile'][0]}，邮箱{_s['email'][0]}",
    ),
    ("09:01:00", MEI, f"@{ADA}?热点账户一般用缓冲记账，细节打我电话{_s['phone'][0]}，或者加微信号：{_s['wechat'][1]}"),
    (
        "09:02:00",
        FINN,
        f"缓冲记账的资料在网盘 https://pan.example.com/s/1abc 提取码：{_s['password'][0]}，QQ：{_s['qq'][0]}",
    ),
    ("10:00:00", FINN, f"请问有人遇到过实名认证失败吗？身份证{_s['identity'][0]}，卡号{_s['card'][0]}都验证不过"),
    ("10:01:00", ADA, f"我们遇到过，四要素验证要传预留手机号，比如{_s['mobile'][1]}和卡{_s['card'][1]}"),
    (
        "10:02:00",
        MEI,
        f"看接口文档 https://api.example.com/doc?token={_s['secret'][0]} 证件{_s['identity'][1]}是测试数据",
    ),
    ("11:00:00", MEI, f"请教一下，对账文件下载地址 https://f.example.com/d?sign={_s['secret'][1]} 打不开，怎么处理？"),
    ("11:01:00", FINN, f"换一个地址 https://f.example.com/d?session={_s['secret'][2]}，不行发邮件到{_s['email'][1]}"),
    ("11:02:00", ADA, f"或者联系运维 {_s['email'][2]}，座机{_s['phone'][1]}，值班QQ：{_s['qq'][1]}"),
    ("12:00:00", ADA, f"请问渠道路由怎么做灰度？可以加我微信 {_s['wechat'][2]}，或者{_s['wechat'][0]}"),
    ("12:01:00", MEI, f"渠道路由按商户号灰度，测试后台密码：{_s['password'][1]}，备用口令：{_s['password'][2]}"),
    ("12:02:00", FINN, f"灰度名单找{_s['mobile'][2]}要，或者QQ群：{_s['qq'][2]}，座机{_s['phone'][2]}"),
    ("12:03:00", MEI, f"灰度要注意卡{_s['card'][2]}和身份证{_s['identity'][2]}这种测试数据别放进日志"),
)
