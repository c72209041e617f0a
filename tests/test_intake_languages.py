"""Tests of telling the language of a text."""

import pandas as pd
import pytest

import sco_analysis as sco
from sco_analysis.intake.languages import as_code, find_languages, name_language

#: one sentence in each language: the opening of a summit
SUMMIT = {
    "ru": "Саммит Шанхайской организации сотрудничества открылся в Астане, в заседании участвуют лидеры государств.",
    "zh": "上海合作组织成员国元首理事会第二十四次会议在阿斯塔纳举行，习近平主席出席会议并发表重要讲话。",
    "fr": "Le sommet de l'Organisation de coopération de Shanghai s'est ouvert mercredi à Astana.",
    "es": "La cumbre de la Organización de Cooperación de Shanghái se inauguró el miércoles en Astaná.",
    "de": "Der Gipfel der Shanghaier Organisation für Zusammenarbeit wurde am Mittwoch in Astana eröffnet.",
    "kk": "Шанхай ынтымақтастық ұйымының саммиті сәрсенбі күні Астанада ашылды, отырысқа он ел қатысуда.",
    "uz": "Shanxay hamkorlik tashkilotining sammiti chorshanba kuni Ostonada ochildi, yig‘ilishda rahbarlar qatnashdi.",
    "tg": "Ҳамоиши Созмони ҳамкории Шанхай рӯзи чоршанбе дар Остона бо иштироки роҳбарони даҳ давлат кушода шуд.",
    "ky": "Шанхай кызматташтык уюмунун саммити шаршемби күнү Астанада ачылды, жыйынга он лидер катышууда.",
    "hi": "शंघाई सहयोग संगठन का शिखर सम्मेलन बुधवार को अस्ताना में शुरू हुआ, बैठक में दस देशों के नेता भाग ले रहे हैं।",
    "ur": "شنگھائی تعاون تنظیم کا سربراہی اجلاس بدھ کے روز آستانہ میں شروع ہوا، اجلاس میں دس ممالک کے رہنما شریک ہیں۔",
    "ar": "افتتحت قمة منظمة شنغهاي للتعاون يوم الأربعاء في أستانا بحضور قادة عشر دول وناقش الزعماء التعاون الأمني.",
    "tr": "Şanghay İşbirliği Örgütü zirvesi çarşamba günü Astana'da on devletin liderlerinin katılımıyla başladı.",
    "en": "The summit of the Shanghai Cooperation Organisation opened in Astana on Wednesday with ten leaders.",
}


@pytest.mark.parametrize("code", SUMMIT)
def test_one_sentence_tells_its_language(code):
    """A sentence in each language of the region, and of its press, is told apart."""
    assert find_languages(SUMMIT[code]) == [code]


def test_english_full_of_foreign_names_is_english():
    """Names do not make a text foreign; where there is nothing but names, nobody can tell."""
    names = "Tokayev, Mirziyoyev, Japarov, Rahmon, Sharif, Jaishankar, Lavrov and Nurtleu"
    assert find_languages(f"{names} met at the Nazarbayev airport in Nur-Sultan.") == ["en"]
    assert find_languages("Mohammad Mokhber, Narendra Modi, Subrahmanyam Jaishankar, Bakhtiyor Saidov.") == []
    assert find_languages("Spasibo!") == find_languages("") == find_languages("2024 1999") == []


def test_a_text_in_two_languages_has_both():
    """The beginning, the middle and the end of a long text are looked at."""
    assert find_languages(SUMMIT["en"] * 20 + SUMMIT["ru"] * 10) == ["en", "ru"]


def test_languages_are_named_and_coded():
    """A code becomes a name, and what somebody wrote becomes a code; what is unknown stays as it is."""
    assert [name_language(code) for code in ("ru", "xx")] == ["Russian (ru)", "xx"]
    assert [as_code(word) for word in ("EN-gb", "English", "russian", "", "Klingonese")] == [
        *("en", "en", "ru", "", "klingonese"),
    ]


def test_a_headline_is_not_taken_for_pidgin():
    """A short English sentence of few function words is English or in no language, never in another one."""
    headline = "Bill Clinton campaigned relentlessly in Florida for President Obama in 2012."
    assert find_languages(headline) in ([], ["en"])


def test_what_is_not_english_is_read_and_not_parsed(tmp_path):
    """A Russian document is in the table with its language, is warned of, and is left out of parsing."""
    (tmp_path / "a.txt").write_text(SUMMIT["en"], encoding="utf-8")
    (tmp_path / "b.txt").write_text(SUMMIT["ru"], encoding="utf-8")
    with pytest.warns(sco.CorpusWarning) as warned:
        documents = sco.read_corpus(tmp_path)
    assert documents[["doc_id", "language"]].values.tolist() == [["a", "en"], ["b", "ru"]]
    assert [str(warning.message) for warning in warned] == [
        "b.txt: it was read but is not analysed: it is in Russian (ru); only English is"
    ]
    checked = sco.check_corpus(tmp_path)[["path", "status", "reason"]].values.tolist()
    assert checked == [["a.txt", "read", ""], ["b.txt", "not analysed", "it is in Russian (ru)"]]
    parsed = sco.parse(documents)
    assert parsed.documents["doc_id"].tolist() == ["a"]
    assert set(parsed.sentences["doc_id"]) == {"a"}
    kept = sco.parse(documents.assign(language=pd.NA)).documents["doc_id"].tolist()
    assert kept == ["a", "b"]


def test_corpus_csv_knows_the_language_better(tmp_path):
    """A language that corpus.csv names is taken, whatever the text looks like."""
    (tmp_path / "a.txt").write_text(SUMMIT["en"], encoding="utf-8")
    (tmp_path / "corpus.csv").write_text("file,language\na.txt,French\n")
    with pytest.warns(sco.CorpusWarning, match=r"it is in French \(fr\)"):
        assert sco.read_corpus(tmp_path)["language"].tolist() == ["fr"]
