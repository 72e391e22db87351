"""Masks, on invented data."""

from __future__ import annotations

import pytest

from digest.masks import mask


@pytest.mark.parametrize(
    ("text", "expected", "kinds"),
    [
        ("打我电话13912345678吧", "打我电话[手机号]吧", {"mobile": 1}),
        ("+86 139-1234-5678", "[手机号]", {"mobile": 1}),
        ("充100 13912345678", "充100 [手机号]", {"mobile": 1}),
        ("１３９１２３４５６７８", "[手机号]", {"mobile": 1}),
        ("身份证11010519491231002X", "身份证[身份证号]", {"identity": 1}),
        ("卡号 6222 0212 3456 7890 129", "卡号 6222 0212 3456 7890 129", {}),
        ("卡号4111 1111 1111 1111哦", "卡号[银行卡号]哦", {"card": 1}),
        ("发到 some.one@example.org", "发到 [邮箱]", {"email": 1}),
        ("加微信：abc_def123", "加微信：[微信号]", {"wechat": 1}),
        ("wxid_abcdef123456", "[微信号]", {"wechat": 1}),
        ("QQ：123456789 找我", "QQ：[QQ号] 找我", {"qq": 1}),
        (
            "https://pan.example.org/s/1abc 提取码：a1b2",
            "https://pan.example.org/s/1abc 提取码：[密码]",
            {"password": 1},
        ),
        ("https://example.org/p?id=3&token=abcdef", "https://example.org/p?id=3&token=hidden", {"secret": 1}),
        ("https://me:pw@example.org/", "https://example.org/", {"secret": 1}),
        ("总机 010-12345678", "总机 [电话]", {"phone": 1}),
        ("订单号20170527114438001", "订单号20170527114438001", {}),
        ("2017-05-27 11:44:38 错误码 500", "2017-05-27 11:44:38 错误码 500", {}),
        ("手续费0.0055，限额 500000", "手续费0.0055，限额 500000", {}),
        ("微信支付的密码谁来管", "微信支付的密码谁来管", {}),
        # odd spellings
        ("１3９1２3４5６7８", "[手机号]", {"mobile": 1}),
        ("139－1234－5678", "[手机号]", {"mobile": 1}),
        ("139.1234.5678", "[手机号]", {"mobile": 1}),
        ("139\u00a01234\u30005678", "[手机号]", {"mobile": 1}),
        ("+86(139)12345678", "[手机号]", {"mobile": 1}),
        ("13912345678wx同号", "[手机号]wx同号", {"mobile": 1}),
        ("tel13912345678", "tel[手机号]", {"mobile": 1}),
        ("（0755）82345678", "[电话]", {"phone": 1}),
        ("010 6234 5678", "[电话]", {"phone": 1}),
        ("+86-10-62345678", "[电话]", {"phone": 1}),
        ("１１０１０５１９４９１２３１００２Ｘ", "[身份证号]", {"identity": 1}),
        ("ａｄａ＠ｅｘａｍｐｌｅ．ｏｒｇ", "[邮箱]", {"email": 1}),
        ("ada (at) example.org", "[邮箱]", {"email": 1}),
        ("ada#163.com", "[邮箱]", {"email": 1}),
        ("微信novak_ada77", "微信[微信号]", {"wechat": 1}),
        ("微信号是novak_ada77", "微信号是[微信号]", {"wechat": 1}),
        ("wechat: novak_ada77", "wechat: [微信号]", {"wechat": 1}),
        ("加Ｖ novak_ada77", "加V [微信号]", {"wechat": 1}),
        ("ＱＱ号码：123456789", "QQ号码：[QQ号]", {"qq": 1}),
        ("密码是x7k2", "密码是[密码]", {"password": 1}),
        ("提取码: ｘ７ｋ２", "提取码: [密码]", {"password": 1}),
        ("appsecret: abcdef1234567890abcdef", "appsecret: [密钥]", {"secret": 1}),
        ("Bearer eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abcdefabcd", "Bearer [密钥]", {"secret": 1}),
        ("mysql://root:secret99@10.1.2.3/db", "mysql://[密钥]@[内网地址]/db", {"network": 1, "secret": 1}),
        ("www.example.com/?token=abc123", "www.example.com/?token=hidden", {"secret": 1}),
        ("https://example.com/?X-Amz-Signature=ab1", "https://example.com/?X-Amz-Signature=hidden", {"secret": 1}),
        ("https://example.com/?to=%3Ftoken%3Dab1%26b", "https://example.com/?to=%3Ftoken%3Dhidden%26b", {"secret": 1}),
        # and what only looks so
        ("卡号6222 0212 3456 7890 128", "卡号[银行卡号]", {"card": 1}),
        ("微信openid和微信h5pay怎么拿", "微信openid和微信h5pay怎么拿", {}),
        ("汇率139.12345678", "汇率139.12345678", {}),
        ("（报价汇率－购汇汇率）= ２", "（报价汇率－购汇汇率）= ２", {}),
        ("密码是bcrypt加密，token校验", "密码是bcrypt加密，token校验", {}),
    ],
)
def test_personal_data_is_masked_and_numbers_of_the_trade_stay(text: str, expected: str, kinds: dict[str, int]) -> None:
    assert mask(text) == (expected, kinds)


def test_masking_twice_changes_nothing() -> None:
    text = "13912345678 some.one@example.org QQ 123456789 密码: abcd https://example.org/?token=abc"
    once, _ = mask(text)
    assert mask(once) == (once, {})
