"""The door to rjieba: whole words, the field's terms, weights that tell rare words from common ones."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest

from digest.subjects import load
from digest.words import STRETCH, Vocabulary, Word, day, vocabulary
from places import ROOT

LISTS = {
    "terms": ["热点账户", "缓冲记账", "T+1", "支付SDK", "Spring Cloud", "pos机"],
    "same": ["二清 二次清算", "二类户 II类账户", "苹果支付 Apple_Pay"],
    "stop": ["怎么", "大家", "的", "了", "问题"],
    "common": ["系统 0.3", "支付"],
}


@pytest.fixture(scope="module")
def words() -> Vocabulary:
    return vocabulary(LISTS)


@pytest.fixture(scope="module")
def packaged() -> Vocabulary:
    return vocabulary(load([ROOT / "rules"]).subject("lexicon").lists)


def test_a_term_of_the_field_is_one_word(words: Vocabulary) -> None:
    assert words.words("热点账户怎么处理") == ["热点账户", "怎么", "处理"]


def test_latin_runs_stay_whole_with_their_signs(words: Vocabulary) -> None:
    assert words.words("ping++和rocketmq，C#，node.js。") == ["ping++", "和", "rocketmq", "C#", "node.js"]


def test_a_term_with_latin_letters_is_found_inside_han_in_any_case(words: Vocabulary) -> None:
    assert "支付sdk" in words.words("谁有提供支付sdk给别人")
    assert "T+1" in words.words("改成T+1到账")
    assert "spring cloud" in words.words("用spring cloud吗")


def test_a_term_is_no_part_of_a_longer_latin_word(words: Vocabulary) -> None:
    assert words.words("AT+10") == ["AT+10"]


def test_words_say_where_they_stand(words: Vocabulary) -> None:
    text = "  POS机，热点账户 x"
    assert [(w.text, text[w.start : w.end]) for w in words.tagged(text)] == [
        ("POS机", "POS机"),
        ("热点账户", "热点账户"),
        ("x", "x"),
    ]


def test_content_words_leave_out_stop_words_single_characters_and_short_numbers(words: Vocabulary) -> None:
    assert words.content_words("大家的热点账户问题有 3 个，见 296 号") == ("热点账户", "296")


def test_variants_count_as_one_word(words: Vocabulary) -> None:
    assert words.content_words("二次清算") == words.content_words("二清") == ("二清",)
    assert words.content_words("II类账户") == ("二类户",)
    assert words.content_words("apple pay") == ("苹果支付",)


def test_rare_words_weigh_more_than_common_ones(words: Vocabulary) -> None:
    assert words.idf("灰度") > words.idf("数据库") > words.idf("技术") > words.idf("的") == 0.0


def test_a_word_said_everywhere_in_the_group_keeps_a_share_of_its_weight(words: Vocabulary) -> None:
    plain = vocabulary({})
    assert words.idf("系统") == pytest.approx(0.3 * plain.idf("系统"))
    assert words.idf("支付") == pytest.approx(0.4 * plain.idf("支付"))


def test_a_term_weighs_like_a_rare_word_though_it_was_added_to_win_the_cut(words: Vocabulary) -> None:
    assert words.idf("热点账户") >= 9.5


def test_keywords_put_what_a_text_is_about_first(words: Vocabulary) -> None:
    assert words.keywords("热点账户用缓冲记账，热点账户的系统要改")[0][0] == "热点账户"


def test_what_everybody_says_that_day_is_not_rare_that_day() -> None:
    today = day([["灰度", "上线"], ["灰度"], ["灰度", "头像"]])
    assert today.rarity("灰度") == 0.0
    assert today.rarity("头像") == 1.0


def test_two_vocabularies_do_not_share_their_terms(words: Vocabulary) -> None:
    words.words("热点账户")
    other = vocabulary({"terms": ["蓝色大象"]})
    assert other.words("蓝色大象") == ["蓝色大象"]
    assert other.words("热点账户") != ["热点账户"]
    assert words.words("蓝色大象") == ["蓝色", "大象"]


def test_an_empty_text_has_no_words(words: Vocabulary) -> None:
    assert words.words("") == []
    assert words.content_words("？！ …") == ()


def test_letters_that_change_length_when_lowered_do_no_harm(words: Vocabulary) -> None:
    text = "İ热点账户"
    assert [text[w.start : w.end] for w in words.tagged(text)] == ["热点账户"]


def test_rjieba_cuts_as_jieba_does(packaged: Vocabulary) -> None:
    reference = Vocabulary(packaged.terms, reference=True)
    log = (ROOT / "seeds" / "2017-05-27-chat.markdown").read_text(encoding="utf-8")
    for line in log.splitlines():
        assert packaged.words(line) == reference.words(line), line


@pytest.mark.parametrize("reference", [False, True])
def test_cut_gives_the_words_that_tag_gives(packaged: Vocabulary, reference: bool) -> None:
    engine = Vocabulary(packaged.terms, reference=reference).engine
    text = "热点账户先记流水\n再异步汇总，T+1 对账；API 返回 502 怎么办"
    assert list(engine.cut(text)) == [word for word, _ in engine.tag(text)]


def test_rjieba_and_jieba_know_the_same_frequencies(packaged: Vocabulary) -> None:
    reference = Vocabulary(packaged.terms, reference=True)
    for word in ("灰度", "数据库", "热点账户", "支付", "技术"):
        # rjieba tells a frequency with one added to it
        assert abs(packaged.engine.suggested_frequency(word) - reference.engine.suggested_frequency(word)) <= 1


def test_the_packaged_lexicon_is_cut_as_whole_words(packaged: Vocabulary) -> None:
    whole = [t for t in packaged.terms if re.fullmatch(STRETCH, t) and packaged.words(t) != [t]]
    assert whole == []


def test_importing_the_door_loads_no_dictionary() -> None:
    code = "import sys, digest.words; sys.exit('rjieba' in sys.modules or 'jieba' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_a_word_knows_its_end() -> None:
    assert Word("灰度", "n", 3).end == 5


def test_two_vocabularies_with_other_terms_do_not_disturb_each_other() -> None:
    one, other = Vocabulary(terms=("热点账户",)), Vocabulary(terms=("账户怎么",))
    text = "热点账户怎么处理"
    before = one.words(text)
    assert other.words(text) != before
    assert one.words(text) == before == Vocabulary(terms=("热点账户",)).words(text)
