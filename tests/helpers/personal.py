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


def company(start: str) -> str:
    """A unified social credit code that checks out, from its first 17 characters."""
    digits = "0123456789ABCDEFGHJKLMNPQRTUWXY"
    weights = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
    return start + digits[-sum(digits.index(c) * w for c, w in zip(start, weights, strict=True)) % 31]


def _texts(block: str) -> tuple[str, ...]:
    return tuple(text for line in block.strip().split("\n") for text in line.split(" | "))


# What such groups do post, in the spellings in which they do: what must not be seen stands between < and >.
SPELLINGS: tuple[str, ...] = _texts(f"""
打<13912345670>找我 | 电话：<008613912345680> | 我的号<+8613912345681> | <139 1234 5682>随时打 | <139-1234-5683>
<１３９１２３４５６８４> | 手机<13912345685>微信同号 | tel<13912345686> | <139.1234.5687> | (+86)<13912345688>
0086-<139-1234-5689> | 回拨 https://a.example.com/c?tel=<13912345690> | a.example.com/m/<%31%33912345691>
https://a.example.com/u/<%31%33%39%31%32%33%34%35%36%39%32> | <13912345693>（小石） | call <13912345694> pls
座机<01062345678> | <0755-26345678-801> | <0755-26345679>转<802> | 总机 <(010)62345680> | <021 6234 5681>
公司电话<057188345682> | 办公室：<010-62345683>分机<8804> | +86-<755-26345684> | 传真<02162345685>
身份证<{identity("11010519491231003")}> | 证件：<440301 19900307 {identity("44030119900307124")[14:]}>
<{identity("32010219851111452")}>是他的 | id <{identity("51010719880216331")}> | 卡号<{luhn("622202123456789013")}>
打到<{luhn("621700123456789013")}>建行 | visa <{luhn("453957876362149")}>
工行 <6222 0212 3456 {luhn("622202123456789")[12:]}> | 邮件<lin.shan@example.org> | <mei (at) example.net>
<ｆｉｎｎ＠ｅｘａｍｐｌｅ．ｃｏｍ> | <shi#163.com> | 发<ada+1@mail.example.cn> | 加微信：<lin_shan88>
我的wx是<lisi_pay> | 加我 <zhangsan2018> | V: <zs_2019abc> | <wxid_q1w2e3r4t5y6> | vx:<mei-2020x> | 微信号<shan1987x>
我微信是<pay_finn> | 加v：<novak77a> | 威信 <ada_1999> | 我wx号是<meipay> | 薇信：<shi_2022> | QQ：<345678911>
q <345678912> | 球球<456789123> | 扣扣 <45678914> | 企鹅号：<345678915> | q:<3456789160> | ＱＱ<３４５６７８９１７>
密码是<Abc@12346> | 密码：<qwe!23> | 提取码 <x8k3> | 解压密码<pay2031> | 口令是<a1b2c3> | pwd=<Root#2031>
password: <hunter22> | https://a.example.com/q?ak=<Zx81kq02LmPw> | https://a.example.com/q?sk=<8sd7f6s8d7f6>&v=1
a.example.com/?sign=<a8f3e2> | https://hooks.slack.example.com/services/<T01AB2CD3/B04EF5GH6/aBcD1234eFgH5678iJkL>
https://a.example.com/?appid=7&token=<q7w8e9>
https://open.example.cn/open-apis/bot/v2/hook/<3f2a9c10-7b1e-4d55-9a3c-0e8d7c6b5a41>
https://a.example.com/#access_token=<zz9911>
https://chat.example.com/api/webhooks/123456789012/<aB3dE5fG7hI9jK1lM3nO5pQ7>
https://api.telegram.example.org/bot<123456789:AAEhBP0av28fjx0zzXxUwqp>/send
-----BEGIN RSA PRIVATE KEY----- <MIICXAIBAAKBgQCqGKukO1De7zhZj6>
-----BEGIN PRIVATE KEY-----\\n<MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcw> | <ghp_16C7e42F292c6912E7710c838347Ae178B4a>
<glpat-Ab3dEf6hIj9kLm2nOp5q> | <xoxb-2031030400-abcdef123456> | <AKIAQ3EGRXYZ7ABCDE12>
<eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiI3In0.Qw3rTy5uIo7p> | Authorization: Basic <YWRtaW46MTIzNDU2>
Bearer <a8f3e2d1c0b9a8f7e6d5> | Cookie: JSESSIONID=<A1B2C3D4E5F6>; uid=<700123> | Set-Cookie: sid=<s%3Aq8w7e6r5t4>
JSESSIONID=<9F8E7D6C5B4A> | 用basic <cm9vdDpyb290MTIz>登 | ssh-rsa <AAAAB3NzaC1yc2EAAAADAQABAAABAQC7 shi@example.com>
ssh-ed25519 <AAAAC3NzaC1lZDI1NTE5AAAAIJq8Zk> | <github_pat_11ABCDEFG0aBcDeFgHiJkL> | <LTAI5tAbCdEfGhIjKlMn>
<sk_live_4eC39HqLyjWDarjt> | appsecret：<d41d8cd98f00b204e980> | 密钥是<k8J2mN5pQ7rT>
redis://:<pass9word>@a.example.com | 测试机<192.168.3.17>连不上 | http://<10.12.0.8>:8080/pay | ssh <172.20.1.9>
白名单加<10.0.33.4>和<192.168.0.15> | 车牌京<A12345> | 停在门口的粤B·<D12345>挪一下 | 沪<A8K2J3> | 我车是浙<A06688D>
违章的川<AF12345> | 护照<E12345678> | 护照号码：<EA1234567> | passport no. <G23456789> | 港澳通行证<C12345678>
信用代码<{company("91110108MA01ABCD7")}> | 我们公司<{company("91440300708461136")}> | 组织机构代码：<70846113-6>
税号<440301708461136> | 地址：<上海市浦东新区张江路88号3楼> | 寄到<深圳市南山区科技园路5号A座1201>，谢谢
收货地址是<杭州市西湖区文三路 90 号东软大厦 3 层> | 寄给我：<成都市高新区天府三街199号2栋>
""")
HARMLESS: tuple[str, ...] = _texts("""
手续费0.0055 | 限额500000元 | 一笔1391234567元 | 日切23:00 | 2031-03-04 11:44:38 | 错误码 500 | 返回码00000001
订单号20310304114438001 | 流水号01062345678 | 商户号898110012345678 | 终端号 01234567 | 编号057188345682
参考号012345678901 | 版本10.2.3.4 | v10.12.0.8 | jdk 1.8.0_131 | spring 4.3.7 | 升级到10.1.0.1
https://a.example.com/v2.3.1/x | oracle 11.2.0.4.0 | 客服95588 | 热线400-810-8888 | 拨10086 | 4008108888打不通
12306的 | 95516是银联 | 800-820-5555 | 汇率139.12345678 | 6.8921 | 余额12345678.90 | 1,391,234,567.00
GMV 13912345678.50 | 20亿 | 3.5%费率 | T+1到账 | 密码是bcrypt加密 | 密码是sha256加密 | 密码是md5加盐的 | token校验
Basic authentication怎么做 | basic auth 2种 | Bearer token怎么刷新 | 微信h5pay怎么拿 | qq钱包 | 支付宝v2接口
V: 1.2.3 | 加我一个 | 扣扣的手续费是3元 | wx支付2.0 | 127.0.0.1 | 8.8.8.8 | SHA-256 | ISO8583 | GB32960
PCI DSS 3.2.1 | B2B2C | 京东2031年618 | 新SDK2018上线 | 回调地址是notify_url这个参数 | 接口地址换成2.0的
地址改成线上3号环境 | commit 3f2a9c107b1e4d559a3c | https://a.example.com/services/payment-2031/overview
""")


def bare(spelling: str) -> str:
    """A spelling as it stands in the chat."""
    return spelling.replace("<", "").replace(">", "")


def secrets(spelling: str) -> list[str]:
    """What must not be seen of a spelling."""
    return [piece.split(">")[0] for piece in spelling.split("<")[1:]]
