"""A rule that is built on one that is switched off never fires; what it must not fire with is left out."""

from __future__ import annotations

from pathlib import Path

import pytest

from chat import log, rules
from digest import stages as pipeline
from digest.project import settings as config
from digest.rules.kinds import All
from digest.stages import Stages
from digest.subjects import load

DAY = log(
    (0, "甲", "请教一下，热点账户怎么处理才不锁表？"),
    (3, "丙", "热点账户可以先记流水，再异步汇总记账，余额最后更新，读的时候把未汇总的加上"),
    (4, "丁", "错误码建议渠道网关统一封装，业务系统只认自己的码，对不上的归到未知再查单"),
)


@pytest.mark.parametrize("subject", ["questions", "links", "answers"])
def test_switching_off_any_rule_that_others_are_built_on_leaves_a_build_that_works(
    subject: str, tmp_path: Path
) -> None:
    packaged = rules().subject(subject).rules
    named = {name for r in packaged if isinstance(r.kind, All) for name in (*r.kind.of, *r.kind.not_)}
    assert named
    off = "".join(f"  - {{id: {name}, off: true}}\n" for name in sorted(named))
    (tmp_path / "off.yml").write_text(f"subject: {subject}\nrules:\n{off}", encoding="utf-8")
    stages = Stages(load([config.packaged_rules(), tmp_path]))
    day = pipeline.analyse(DAY, stages, evidence=True)
    built_on = {r.id for r in packaged if isinstance(r.kind, All) and r.kind.of}
    fired = {e.rule for link in day.links for e in link.evidence}
    fired |= {e.rule for group in day.answers for a in group for e in a.evidence}
    fired |= {e.rule for i in range(len(day.turns)) for e in day.acts.act(i, "question").evidence}
    if subject == "links":
        assert not fired & (built_on - {r.id for s in ("questions", "answers") for r in rules().subject(s).rules})
    assert pipeline.questions(day, stages)
