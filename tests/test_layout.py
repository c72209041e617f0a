"""Tests of blocks and sessions."""

import csv

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from plain_layout import lay_out

import sco_analysis as sco
from sco_analysis.layout import _Kept, count_spoken, layout_of, layouts_of, stage_directions
from sco_analysis.tokens import split_tokens

PAGE = """Talks in Astana
They met on Monday.
President of Chad Anna Bo:
Hello.
We begin.
Ali Cy: Yes.
<…>
Source – The Palace – VISIT WEBSITE
Second day of the talks
They met again.
Anna Bo: Good."""


def test_blocks_of_a_transcript():
    """Headings, prose, labels, speech, marks and source lines are told apart, and a source line ends a session."""
    blocks = [(PAGE[b.start : b.end], b.kind, b.session) for b in layout_of(PAGE).blocks]
    assert blocks == [
        ("Talks in Astana", "heading", 1),
        ("They met on Monday.", "prose", 1),
        ("President of Chad Anna Bo:", "label", 1),
        ("Hello.", "speech", 1),
        ("We begin.", "speech", 1),
        ("Ali Cy:", "label", 1),
        ("Yes.", "speech", 1),
        ("<…>", "mark", 1),
        ("Source – The Palace – VISIT WEBSITE", "furniture", 1),
        ("Second day of the talks", "heading", 2),
        ("They met again.", "prose", 2),
        ("Anna Bo:", "label", 2),
        ("Good.", "speech", 2),
    ]
    assert layout_of(PAGE).titles == {1: "Talks in Astana", 2: "Second day of the talks"}


def test_page_marks_do_not_end_a_speech():
    """A page mark inside a speech is furniture; what follows is the same speech."""
    text = "Anna Bo: We\n\n[[Page 12]]\n\ngo on.\nIvan Cy: Yes.\nAnna Bo: Well.\nIvan Cy: No."
    kinds = [block.kind for block in layout_of(text).blocks]
    assert kinds[:4] == ["label", "speech", "furniture", "speech"]


def test_tags_at_the_end_are_furniture():
    """A heading with nothing below it is a line of tags."""
    text = "They met on Monday.\n\nXi Jinping Nato"
    assert [block.kind for block in layout_of(text).blocks] == ["prose", "furniture"]


def test_stage_directions():
    """Laughter is a stage direction, an aside in brackets is not."""
    text = "Yes. (Laughter.) He (my friend) left. [inaudible]"
    assert [text[a:b] for a, b in stage_directions(text, 0, len(text))] == ["(Laughter.)", "[inaudible]"]


@given(
    st.lists(st.sampled_from(["Anna Bo: Yes.", "A b c", "<…>", "", "Source – The X – VISIT WEBSITE", "**B:** x\ty"]))
)
def test_blocks_leave_out_only_white_space_and_markup(lines):
    """Blocks are spans in order; what lies between them is white space or asterisks."""
    text = "\n".join(lines)
    last = 0
    for block in layout_of(text).blocks:
        assert last <= block.start < block.end
        assert not text[last : block.start].strip(" \n\t*")
        last = block.end
    assert not text[last:].strip(" \n\t*")


def test_words_add_up_on_the_seeds(seeds):
    """Speech, labels, narration and furniture together are the whole document, word by word."""
    blocks = sco.split_blocks(seeds)
    text = seeds.set_index("doc_id")["text"]
    words = pd.Series([len(text[b.doc_id][b.start : b.end].split()) for b in blocks.itertuples()])
    assert words.groupby(blocks["doc_id"]).sum().to_dict() == {key: len(value.split()) for key, value in text.items()}


def test_narration_of_the_seeds_against_two_readers(seeds, shared):
    """Every narration, headline and dateline that the readers marked is a block of that kind and length."""
    kinds = {"dateline": "dateline", "prose": "prose", "headline": "heading"}
    text = seeds.set_index("path")["text"]["001_5c708bf7d9b9e1e4.txt"]
    blocks = [(b.kind, " ".join(text[b.start : b.end].split())) for b in layout_of(text).blocks]
    with (shared / "gold" / "seeds_narration.tsv").open(encoding="utf-8") as stream:
        gold = list(csv.DictReader(stream, delimiter="\t", quoting=csv.QUOTE_NONE))
    for row in gold:
        fitting = [kind for kind, words in blocks if words.startswith(row["first_words"])
                   and len(words.split()) == int(row["n_words"])]  # fmt: skip
        assert kinds[row["kind"]] in fitting, row
    assert len(gold) == 36


def test_blocks_need_the_text():
    """A table without texts is refused with the columns it has."""
    with pytest.raises(sco.TableError, match=r"`documents` lacks the column text; it has doc_id"):
        sco.split_blocks(pd.DataFrame({"doc_id": ["a"]}))


def test_a_label_over_two_lines_is_no_speech():
    """What stands before the speech on the label's second line is still label."""
    text = "Mr. Hall (Chad) (spoke in\nFrench): Hello.\nThe President: Yes.\nMr. Cy (Peru): No.\nThe President: So."
    blocks = [(text[b.start : b.end], b.kind) for b in layout_of(text).blocks]
    assert blocks[:2] == [("Mr. Hall (Chad) (spoke in\nFrench):", "label"), ("Hello.", "speech")]


def test_layouts_are_kept_for_a_block_of_documents():
    """Texts are laid out once, until others are asked for; of more characters than allowed nothing is kept."""
    kept = _Kept(most=300)
    texts = [f"Anna Bo: Yes {i}." for i in range(15)]
    first = kept(texts)
    assert kept(list(texts)) is first
    assert kept(texts[:2]) is not first
    assert kept(texts) is not first
    long = [*texts, "A longer text. " * 5]
    assert kept(long) is not kept(long)
    kept(texts)
    kept.cache_clear()
    assert kept._last is None


_LINES = st.sampled_from(
    ["Anna Bo: Yes. And so on.", "Mr. Cy (Chad): No.", "The PRESIDENT. Order!", "Q Why now?", "ANNA BO", "A heading",
     "The leaders met on Monday to speak of trade,", "transport and peace in the region, they said.", "  Indented.",
     "Source: https://a.org/b", "* * *", "By Dee Ee", "(Applause.)", "Tags: a, b", "What did they say?", "Anna Bo",
     "A paragraph that goes on and on, so that nobody could ever take it for a heading at all, could they? " * 2,
     "He said. Anna Bo: Now.", "[Anna Bo](link): “So.”", "Anna Bo:", "ANNA BO; Yes", "---", "\u3000", "\ud800 x", "",
     "(Chad):", ""]
)  # fmt: skip
_TEXTS = st.lists(st.tuples(_LINES, st.sampled_from(["\n", "\n", "\r\n", "\r", "\f", "\u2028"])), max_size=14)


@settings(max_examples=300)
@given(st.lists(_TEXTS.map(lambda lines: "".join(line + end for line, end in lines)), max_size=4))
def test_layouts_of_many_texts_are_those_of_each_alone(texts):
    """Blocks, labels and titles are those that the plain way finds, line by line and text by text."""
    found = layouts_of(texts)
    assert [found.of(number) for number in range(len(texts))] == [lay_out(text) for text in texts]


@given(st.text(alphabet=st.sampled_from('aB.:： \n\t–-()*[]Q"“1'), max_size=60))
def test_layouts_of_odd_texts_are_those_of_the_plain_way(text):
    """Whatever stands in a line, what the arrays rule out is nothing that the plain way finds."""
    assert layout_of(text) == lay_out(text)


def test_layouts_of_the_seeds_are_those_of_the_plain_way(seeds):
    """On the seeds, in one block, every block, label and title is the one that the plain way finds."""
    found = layouts_of(seeds["text"].tolist())
    assert [found.of(number) for number in range(len(seeds))] == [lay_out(text) for text in seeds["text"]]


@given(
    st.lists(st.sampled_from(["Yes", " ", "(Laughter.)", "[sic]", "(so)", "-", "’s", "\n", "("]), max_size=10).map(
        "".join
    )
)
def test_spoken_words_are_all_but_those_of_stage_directions(text):
    """Words are counted as in a text from which all stage directions are cut."""
    start, left = 0, []
    for begin, end in stage_directions(text, 0, len(text)):
        left.append(text[start:begin])
        start = end
    left.append(text[start:])
    found = count_spoken(split_tokens(text), np.array([0]), np.array([len(text)]))
    assert found.tolist() == [sco.tables.count_words("\n".join(left))]


SIZE = 200_000
HOSTILE = {
    "one word": "a",
    "one line": "word and ",
    "colons": ":",
    "line ends": "\n",
    "returns": "\r",
    "spaces": " ",
    "wide spaces": "\u3000A:\u3000\n",
    "tabs": "\t",
    "capitals": "ABC DEF ",
    "labels on one line": "A: ",
    "empty labels": "A: \n",
    "asterisks": "*",
    "times": "1:",
    "brackets": "(",
    "links": "[aaa](",
    "full stops": ". ",
    "stops and dashes": "A. – ",
    "marks": "--\n",
    "bidi controls": "\u202eA: b\u202c\n",
    "nulls": "A\0: b\0.\n",
    "lone surrogates": "\ud800A: \udfff.\n",
    "questions": "Q x\n",
    "names above paragraphs": "ANNA BO\n\nYes.\n\n",
    "wide colons": "甲乙：他说\n",
}


@pytest.mark.parametrize("piece", HOSTILE.values(), ids=HOSTILE)
def test_hostile_texts_have_a_layout(piece):
    """Whatever is repeated without end, blocks are spans in order that leave out only white space and marks."""
    text = (piece * (SIZE // len(piece) + 1))[:SIZE]
    last = 0
    for block in layout_of(text).blocks:
        assert last <= block.start < block.end
        assert not text[last : block.start].strip("*_ \t\n\u3000")
        last = block.end
    assert not text[last:].strip("*_ \t\n\r\u3000")


@pytest.mark.parametrize(
    ("text", "labels"),
    [
        ("A" + "b" * 100_000 + ": x\nAnna Bo: Yes.\nAnna Bo: No.", ["Anna Bo", "Anna Bo"]),
        ("*" * SIZE + "1:2", []),
        ("1:2" + " " * SIZE + "x: y", []),
        ("Anna Bo:" + " " * SIZE + "Yes.\nAnna Bo: No.", ["Anna Bo", "Anna Bo"]),
        ("Anna Bo" + " " * SIZE + ": Yes.\nAnna Bo: No.", ["Anna Bo", "Anna Bo"]),
        ("---\n" + "a: b\n" * 20_000, []),
    ],
    ids=["a label of 100 KB", "asterisks before a time", "spaces behind a time", "spaces behind a label",
         "spaces before a colon", "front matter without end"],
)  # fmt: skip
def test_labels_of_hostile_texts(text, labels):
    """Labels are found beside what is made to waste time, and none is found in it."""
    accepted = [label.printed for label in layout_of(text).labels if label.accepted]
    assert [printed for printed in accepted if printed != "a"] == labels
