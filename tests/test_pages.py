"""Pages: self-contained, without requests or scripts, readable."""

import re
from html.parser import HTMLParser

import pandas as pd
import pytest

from sco_analysis.rendering.page_tables import MIME
from sco_analysis.rendering.pages import read_page, tell_facts, write_index, write_page

ABOUT = {
    "version": "0.1.0",
    "corpus": {
        "name": "seeds",
        "documents": 5,
        "words": 12172,
        "first": "2024-07-03",
        "last": "2024-07-05",
        "sha256": "ab" * 32,
    },
}


def markdown(source):
    return {"cell_type": "markdown", "source": source, "metadata": {}}


def code(source, *outputs, tags=()):
    return {"cell_type": "code", "source": source, "metadata": {"tags": list(tags)}, "outputs": list(outputs)}


def shown(**data):
    return {"output_type": "display_data", "data": {k.replace("_", "/"): v for k, v in data.items()}, "metadata": {}}


def picture(**metadata):
    return {"output_type": "display_data", "data": {"image/png": "aGVsbG8=\n"}, "metadata": metadata}


def page_of(*cells, figures=None):
    return read_page({"cells": list(cells)}, figures)


class Balance(HTMLParser):
    """Fails when an element is closed that is not open."""

    VOID = frozenset({"meta", "img", "br", "hr", "link", "input"})
    #: what HTML lets end by itself
    ENDS = frozenset({"td", "th", "tr", "li", "caption", "thead", "tbody"})

    def __init__(self):
        super().__init__()
        self.open = []

    def handle_starttag(self, tag, attrs):
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        while self.open[-1] != tag and self.open[-1] in self.ENDS:
            self.open.pop()
        assert self.open.pop() == tag


WHOLE = (
    markdown("# Who speaks?\n\nOf all **words**, how many has each?\n\nMore.\n\n## The tally"),
    code('by: str = "speaker"  # column to compare', tags=["parameters"]),
    code('by = "state"', tags=["injected-parameters"]),
    code('x = "a<b"  # note', shown(text_html=pd.DataFrame({"who": ["Xi"], "n": [3]})._repr_html_())),
    code("ax", picture(alt="Bars: Xi 3.", caption="Words of each.", stem="share")),
    code("print(1)", {"output_type": "stream", "name": "stdout", "text": "\x1b[31mred\x1b[0m <b>\n"}),
)


@pytest.fixture
def whole(tmp_path):
    """A page with a bit of everything, as HTML."""
    (tmp_path / "share.csv").write_text("who,n\nXi,3\n")
    return write_page(page_of(*WHOLE, figures=tmp_path), "speaker_share", ABOUT)


def test_a_page_is_well_formed_and_runs_nothing(whole):
    """Elements are nested properly; there is no script, no handler, no address of another place."""
    balance = Balance()
    balance.feed(whole)
    assert balance.open == []
    assert "default-src 'none'; img-src data:; style-src 'unsafe-inline'" in whole
    assert not re.search(r"<script|<link|<iframe|\son\w+=|https?://|url\(|@import", whole)


def test_a_page_is_lean(whole):
    """Beyond its pictures and data, a page needs less than 15 KB."""
    assert len(re.sub(r'data:[^"]*', "", whole).encode()) < 15_000


def test_title_and_lead_come_from_the_first_heading_and_paragraph():
    """The first heading is the title, the paragraph after it the lead, without its markup where text is wanted."""
    page = page_of(*WHOLE)
    assert (page.title, page.lead) == ("Who speaks?", "Of all words, how many has each?")
    assert page.sections == [{"id": "the-tally", "title": "The tally"}]


def test_sections_of_one_name_have_two_anchors():
    """Two sections of the same name can both be linked to."""
    assert [s["id"] for s in page_of(markdown("# A\n\nB"), markdown("## C\n\n## C")).sections] == ["c", "c-2"]


def test_parameters_show_the_value_in_force_and_what_was_changed():
    """The table of parameters has the value that was set, the comment, and says which are not the default."""
    part = page_of(*WHOLE).parts[1]
    assert part == {
        "kind": "parameters",
        "rows": [{"name": "by", "value": "state", "help": "column to compare"}],
        "changed": ["by"],
    }


def test_code_is_folded_and_escaped(whole):
    """The code is there, folded, escaped, with its comments marked."""
    assert '<summary>Code</summary><pre>x = "a&lt;b"  <i># note</i></pre>' in whole


def test_code_that_is_not_python_stays_as_it_is():
    """A cell magic or a broken line is shown as written, whatever can be marked in it."""
    html = page_of(code('%%bash\necho "$(x\n)"')).parts[0]["html"]
    assert html == '%%bash\necho "$(x\n)"'


def test_figure_has_alt_text_caption_number_and_data(whole):
    """A picture carries its alternative text, its caption with a number, and its data for download."""
    assert '<img src="data:image/png;base64,aGVsbG8=" alt="Bars: Xi 3.">' in whole
    assert "<b>Figure 1.</b> Words of each." in whole
    assert 'href="data:text/csv;charset=utf-8;base64,d2hvLG4KWGksMwo=" download="share.csv"' in whole


def test_figure_without_a_record_says_so():
    """A picture that nobody described is not given a description that it has not."""
    assert page_of(code("ax", picture())).parts[1]["alt"] == "Figure 1, not described"


def test_tables_have_headers_with_scope_and_numbers_to_the_right():
    """Header cells say what they head, numbers are aligned, what is missing is a dash, bare row numbers are gone."""
    frame = pd.DataFrame({"who": ["Xi", "Putin"], "n": [3, 40], "share": ["6.9%", None]}, index=[7, 2])
    assert page_of(code("t", shown(text_html=frame._repr_html_()))).parts[1]["html"] == (
        '<table class="r2 r3"><caption><b>Table 1</b><thead><tr><th scope=col>who'
        "<th scope=col>n<th scope=col>share\n<tbody>"
        "<tr><th>Xi<td>3<td>6.9%\n<tr><th>Putin<td>40<td>–\n</table>"
    )


def test_a_styled_table_keeps_its_caption_and_reads_like_any_other():
    """A table formatted by pandas' styler has its caption, and scopes."""
    pytest.importorskip("jinja2")
    frame = pd.DataFrame({"who": ["Xi"], "n": [3]}).style.hide(axis="index").set_caption("Words")
    part = page_of(code("t", shown(text_html=frame._repr_html_()))).parts[1]
    assert "<caption><b>Table 1.</b> Words<thead>" in part["html"]
    assert "<th>Xi<td>3" in part["html"]


def test_a_table_with_a_named_index_has_one_row_of_headers():
    """The name of an index stands above its column, not in a row of its own."""
    frame = pd.DataFrame({"who": ["Xi"], "n": [3]}).set_index("who")
    head = page_of(code("t", shown(text_html=frame._repr_html_()))).parts[1]["html"].split("<tbody>")[0]
    assert head.endswith("<tr><th scope=col>who<th scope=col>n\n")


def test_a_table_with_two_named_indexes_has_one_row_of_headers_and_no_empty_one():
    """Sparse row headers keep their spans; the names of the indexes and of the columns stand in one row."""
    index = pd.MultiIndex.from_tuples([("direct", "label"), ("direct", "named")], names=["speech", "how"])
    frame = pd.DataFrame({"spans": [3, 4]}, index=index)
    assert page_of(code("t", shown(text_html=frame._repr_html_()))).parts[1]["html"] == (
        '<table><caption><b>Table 1</b></caption><thead><tr><th scope="col">speech</th>'
        '<th scope="col">how</th><th scope="col">spans</th></tr></thead><tbody>'
        '<tr><th scope="row" rowspan="2">direct</th><th scope="row">label</th><td>3</td></tr>'
        '<tr><th scope="row">named</th><td>4</td></tr></tbody></table>'
    )


def test_a_comment_in_the_cell_is_the_caption_of_its_table():
    """A line `# Table: …` says what a table without a caption of its own shows; links add a sentence to it."""
    frame = pd.DataFrame({"who": ["Xi"], "n": [3]})
    rows = {
        "column": 0,
        "rows": [{"row": 0, "name": "Xi", "n": 1, "sentences": [{"text": "No", "marks": [], "where": "a"}]}],
    }
    traced = {"output_type": "display_data", "metadata": {}, "data": {"text/html": frame._repr_html_(), MIME: rows}}
    part = page_of(code("# Table: Words & more\nt", traced)).parts[1]
    assert "<b>Table 1.</b> Words &amp; more. Each name leads to sentences of its row.<thead>" in part["html"]
    assert "<tr><th><a href=#t1-0>Xi</a><td>3" in part["html"]


def test_a_row_of_pages_stands_together_in_the_index():
    """Pages for each value of a parameter are one list, each with its value and its result; they are no cards."""
    pages = []
    for name in ("Xi", "Putin"):
        page = page_of(
            markdown("# Who\n\nWhose words?"), code("m", shown(text_markdown=f"{name} & co"), tags=["result"])
        )
        page.of = name
        pages.append((f"who--{name.lower()}", page, {**ABOUT, "each": {"speaker": name}}))
    index = write_index(pages, "0.1.0")
    assert "<h2>Who, for each speaker</h2>" in index
    assert '<li><a href="who--putin.html">Putin</a><p>Putin &amp; co</p></li>' in index
    assert '<ul class="cards">' not in index
    assert "<h1>Who: Xi</h1>" in write_page(pages[0][1], "who--xi", ABOUT)


def test_a_bare_object_is_not_shown():
    """The representation of an object tells a reader nothing; text does."""
    assert [part["kind"] for part in page_of(code("ax", shown(text_plain="<Axes: title='x'>"))).parts] == ["code"]
    assert page_of(code("s", shown(text_plain="'said'"))).parts[1] == {"kind": "text", "text": "'said'"}


def test_printed_text_is_escaped_and_without_colours(whole):
    """What was printed is shown as text."""
    assert "<pre>red &lt;b&gt;</pre>" in whole


def test_index_has_a_card_for_each_page():
    """A card has title, link, lead, thumbnail with its alternative text, and the facts of the corpus."""
    index = write_index([("speaker_share", page_of(*WHOLE), ABOUT), ("empty", page_of(code("1")), {})], "0.1.0")
    balance = Balance()
    balance.feed(index)
    assert '<h2><a href="speaker_share.html">Who speaks?</a></h2>' in index
    assert '<img src="data:image/png;base64,aGVsbG8=" alt="Bars: Xi 3.">' in index
    assert "Corpus seeds, 5 documents, 12,172 words, 2024-07-03 to 2024-07-05 · 1 figure, 1 table" in index
    assert '<h2><a href="empty.html">empty</a></h2>' in index


def test_index_tells_the_result_in_a_sentence():
    """What a cell tagged as the result shows is on the card, as text; a page without one has none."""
    told = page_of(markdown("# A\n\nWho?"), code("m", shown(text_markdown="**Xi** has 69 % & more."), tags=["result"]))
    index = write_index([("a", told, {}), ("b", page_of(markdown("# B\n\nWho?")), {})], "0.1.0")
    assert told.result == "Xi has 69 % & more."
    assert '<p>Who?</p><p class="result">Xi has 69 % &amp; more.</p>' in index
    assert index.count('class="result"') == 1


def test_facts_of_an_unknown_corpus_are_empty():
    """Where nothing is known of a corpus, nothing is said."""
    assert tell_facts({}) == ""
