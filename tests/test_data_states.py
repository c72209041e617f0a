"""The data behind state mentions: every state of the world, organisations, office holders."""

import csv
import datetime
import re
from pathlib import Path

import pycountry
import pytest

from sco_analysis.dictionaries import read_dictionary, read_people
from sco_analysis.mentions import find_mentions
from sco_analysis.tables import build

SHARED = Path(__file__).resolve().parents[2] / "shared"

#: Codes that name no state and no territory that the press treats as an actor.
WITHOUT_ENTRY = set(
    "ABW AIA ALA ASM ATA ATF BES BLM BMU BVT CCK COK CUW CXR CYM FLK FRO GGY GIB GLP GUF GUM HMD IMN IOT JEY MAF MNP "
    "MSR MTQ MYT NCL NFK NIU PCN PYF REU SGS SHN SJM SPM SXM TCA TKL UMI VGB VIR WLF".split()
)
STATES = read_dictionary("states")


def state_keys():
    """The keys that name states."""
    return {key for key, entry in STATES.entries.items() if entry.kind == "state"}


def test_every_state_of_iso_3166_is_there():
    """The keys are the alpha-3 codes of ISO 3166 without remote territories, and Kosovo's XKX."""
    codes = {country.alpha_3 for country in pycountry.countries}
    assert state_keys() == (codes - WITHOUT_ENTRY) | {"XKX"}


@pytest.mark.parametrize("code", sorted(state_keys() - {"XKX"}))
def test_iso_names_are_found(code):
    """The names that ISO prints, common and official, mean their state; so does a sentence about its government."""
    country = pycountry.countries.get(alpha_3=code)
    names = {getattr(country, field, None) for field in ("name", "common_name", "official_name")} - {None}
    for name in names:
        if "," in name:  # "Korea, Republic of": ISO's order for sorting
            name = " ".join(reversed(name.split(", ")))  # noqa: PLW2901 - the printed order
        name = re.sub(r"\s*\(.*\)", "", name)  # noqa: PLW2901 - an explanation
        if name == "Congo":  # ISO's short name of the one, English for the other
            continue
        if "Province of China" in name:  # names two keys
            continue
        text = f"The government of {name} replied."
        row = {"doc_id": "d", "start": 0, "end": len(text), "text": text}
        assert set(find_mentions(build("sentences", [row]), STATES)["key"]) == {code}, name


def test_every_state_has_a_name_and_known_forms():
    """Each entry has a name, and its forms are those that mentions know."""
    forms = {}
    for pattern in STATES.patterns:
        for key, sub in pattern.targets:
            forms.setdefault(key, set()).add(sub)
    assert all("name" in own for own in forms.values())
    assert set.union(*forms.values()) == {"name", "demonym", "capital", "city", "government", "person"}


def test_every_rule_of_context_says_why():
    """Each rule gives a reason, and has no field that nobody reads."""
    fields = {"why", "forms", "texts", "texts_not", "alone", "short", "shouted", "after_name", "in_name"}
    fields |= {"after", "before", "after_comma", "before_comma", "near", "unless_after", "unless_before", "unless_near"}
    for rule in STATES.extra["contexts"]:
        assert rule["why"]
        assert set(rule) <= fields


def test_the_files_name_their_sources():
    """The states file and the organisations file say where their words come from."""
    assert len(STATES.sources) >= 4


def test_people_have_dates_states_and_plain_names():
    """Each row of people.csv has an ASCII name, a known state or organisation, ISO dates in order and a source."""
    for row in read_people():
        assert row["name"].isascii(), row["name"]
        assert not row["state"] or row["state"] in state_keys(), row
        assert row["gender"] in ("f", "m")
        since = datetime.date.fromisoformat(row["from"])
        assert not row["to"] or since <= datetime.date.fromisoformat(row["to"]), row
        assert row["office"] and row["source"], row


def test_nobody_is_listed_twice_for_one_state():
    """A person has one row a state, and a spelling belongs to one person of a state."""
    spellings = {}
    for row in read_people():
        for name in (row["name"], *filter(None, row["variants"].split("|"))):
            spellings.setdefault((name, row["state"] or row["office"]), set()).add(row["name"])
    assert {name: people for name, people in spellings.items() if len(people) > 1} == {}
    rows = [(row["name"], row["state"] or row["office"]) for row in read_people()]
    assert len(rows) == len(set(rows))


@pytest.mark.skipif(not SHARED.exists(), reason="the shared gold is not beside the checkout")
def test_the_seeds_speakers_are_known_by_their_gold_names():
    """Everybody who speaks for a state in the gold is listed, under the gold's spelling or with it."""
    known = {(name, row["state"]) for row in read_people() for name in (row["name"], *row["variants"].split("|"))}
    spoken = set()
    for file, state in (("seeds_turns.tsv", "affiliation_state"), ("seeds_quotations.tsv", "speaker_state")):
        with (SHARED / "gold" / file).open(encoding="utf-8") as text:
            for row in csv.DictReader(text, delimiter="\t", quoting=csv.QUOTE_NONE):
                if row[state] and len(row["speaker"].split()) > 1:
                    spoken.add((row["speaker"], row[state]))
    institutions = {("Russian agencies", "RUS"), ("Turkish presidency", "TUR")}
    institutions.add(("Indian Ministry of External Affairs", "IND"))
    assert spoken - known == institutions


@pytest.mark.skipif(not SHARED.exists(), reason="the shared gold is not beside the checkout")
def test_the_seeds_mentions_are_those_of_the_readers():
    """Of the pairs both readers judged, at most one in a hundred is missed and none of the traps is taken."""
    with (SHARED / "gold" / "seeds_sentiment_dev.tsv").open(encoding="utf-8") as text:
        gold = list(csv.DictReader(text, delimiter="\t", quoting=csv.QUOTE_NONE))
    spans = {(row["file"], int(row["start"])): row["sentence"] for row in gold}
    rows = [{"doc_id": d, "start": s, "end": s + len(t), "text": t} for (d, s), t in spans.items()]
    mentions = find_mentions(build("sentences", rows), STATES)
    found = set(zip(mentions["doc_id"], mentions["sentence"], mentions["key"], strict=True))
    valid = {True: [], False: []}
    for row in gold:
        # "Your Highness" needs the talk, and a line of tags is furniture: neither is known from the sentence alone
        if row["valid"] and "Highness" not in row["sentence"] and row["sentence"] != "Xi Jinping Nato Vladimir Putin":
            valid[row["valid"] == "1"].append((row["file"], int(row["start"]), row["state"]) in found)
    assert sum(valid[True]) / len(valid[True]) >= 0.99
    assert sum(valid[False]) == 0
