"""The ledger: why something has to be made again, and what survives."""

from sco_analysis.store.files import put
from sco_analysis.store.ledger import Ledger

CODE = {"code": "1"}


def entered(tmp_path):
    """Write down one page with one product."""
    put(tmp_path / "site/one.html", b"page")
    Ledger(tmp_path, CODE).enter("one", {"notebook": "n", "corpus": "c"}, [tmp_path / "site/one.html"])
    return Ledger(tmp_path, CODE)  # as another run reads it


def test_what_is_unchanged_need_not_be_made(tmp_path):
    """The same inputs and whole products: no reason."""
    assert entered(tmp_path).why("one", {"notebook": "n", "corpus": "c"}) == []


def test_what_has_changed_is_named(tmp_path):
    """Each input that differs is a reason; so is a page never made."""
    ledger = entered(tmp_path)
    assert ledger.why("one", {"notebook": "m", "corpus": "c"}) == ["notebook"]
    assert ledger.why("one", {"notebook": "n", "corpus": "d", "code": "x"}) == ["corpus", "code"]
    assert ledger.why("two", {"notebook": "n"}) == ["not rendered before"]


def test_products_removed_or_altered_by_hand_are_made_again(tmp_path):
    """A product that is gone or has other bytes is a reason, by its name."""
    ledger, page = entered(tmp_path), tmp_path / "site/one.html"
    page.write_bytes(b"pagE")
    assert ledger.why("one", {"notebook": "n", "corpus": "c"}) == ["site/one.html was altered"]
    page.unlink()
    assert ledger.why("one", {"notebook": "n", "corpus": "c"}) == ["site/one.html was removed"]


def test_a_broken_record_is_as_good_as_none(tmp_path):
    """Whatever stands in the record's file, the worst is that all is made again."""
    for content in ("", "[]", '{"pages": 3}', '{"pages": {}, "facts": 1}'):
        entered(tmp_path).path.write_text(content)
        assert Ledger(tmp_path, CODE).why("one", {"notebook": "n", "corpus": "c"}) == ["not rendered before"]


def test_facts_are_found_once_for_each_state_of_the_code(tmp_path):
    """What was found is recalled for the same question, and found anew with other code."""
    asked = []
    for code in ("1", "1", "2"):
        ledger = Ledger(tmp_path, {"code": code})
        assert ledger.recall(["words", "abc"], lambda code=code: asked.append(code) or 7) == 7
    assert asked == ["1", "2"]


def test_parsed_corpora_belong_to_one_state_of_the_code(tmp_path):
    """The folder of earlier code is removed; asked for anew, so is what is in this one's."""
    old = Ledger(tmp_path, {"code": "0"}).parsed()
    mine = Ledger(tmp_path, CODE).parsed()
    (mine / "x").touch()
    assert (old.exists(), old != mine) == (False, True)
    assert list(Ledger(tmp_path, CODE).parsed().iterdir()) == [mine / "x"]
    assert list(Ledger(tmp_path, CODE).parsed(anew=True).iterdir()) == []


def test_what_is_forgotten_is_made_again(tmp_path):
    """After `forget` nothing is known."""
    entered(tmp_path).forget()
    assert Ledger(tmp_path, CODE).why("one", {"notebook": "n", "corpus": "c"}) == ["not rendered before"]
