"""Pages in a real browser: nothing is asked of the network, nothing runs, anyone can read them."""

import re

import pytest
from browsing import axe, open_browser

pytestmark = pytest.mark.slow

PAGES = ["index", "topic_frequency", "speaker_share", "sentiment_toward_states"]
OPEN_ALL = "() => document.querySelectorAll('details').forEach(fold => fold.open = true)"
WIDER = """() => [...document.body.querySelectorAll('*')]
  .filter(it => it.getBoundingClientRect().right > innerWidth + 1 && !it.closest('section, pre'))
  .map(it => it.outerHTML.slice(0, 80))"""


@pytest.fixture(scope="module")
def browser():
    """Chromium, started once for this module."""
    with open_browser() as browser:
        yield browser


@pytest.fixture
def visit(browser, rendered):
    """Open a page of the rendered site: ``visit(name, …)``; all it asks for is noted, all but itself refused."""
    contexts = []

    def visit(name, **options):
        address = (rendered / "site" / f"{name}.html").as_uri()
        context = browser.new_context(**options)
        contexts.append(context)
        page = context.new_page()
        page.asked, page.said = [], []

        def refuse(route):
            page.asked.append(route.request.url)
            route.continue_() if route.request.url.partition("#")[0].startswith("file:") else route.abort()

        page.route("**/*", refuse)
        page.on("console", lambda message: page.said.append(message.text))
        page.on("pageerror", lambda error: page.said.append(str(error)))
        page.goto(address)
        return page

    yield visit
    for context in contexts:
        context.close()


def violations(page):
    """Return what axe-core finds wrong: rule, number of places, the first of them."""
    page.evaluate(axe())
    found = page.evaluate("() => axe.run(document, {resultTypes: ['violations']})")
    return [(rule["id"], len(rule["nodes"]), rule["nodes"][0]["html"]) for rule in found["violations"]]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_accessible(visit, name, scheme):
    """axe-core finds nothing wrong with any page, everything unfolded, in light and in dark."""
    page = visit(name, color_scheme=scheme, bypass_csp=True)
    page.evaluate(OPEN_ALL)
    assert violations(page) == []
    background = page.evaluate("() => getComputedStyle(document.body).backgroundColor")
    light = sum(map(int, re.findall(r"\d+", background)[:3])) > 3 * 128
    assert light == (scheme == "light")


@pytest.mark.parametrize("name", PAGES)
def test_a_page_asks_for_nothing_but_itself(visit, name):
    """A page makes one request, its own, and the console stays empty; its pictures are all there."""
    page = visit(name)
    assert page.asked == [page.url]
    assert page.said == []
    loaded = page.evaluate("() => [...document.images].map(it => it.complete && it.naturalWidth > 100)")
    assert loaded
    assert all(loaded)


@pytest.mark.parametrize("name", PAGES)
def test_every_picture_is_described(visit, rendered, name):
    """Every picture has the alternative text of a figure's record."""
    records = [path.read_text(encoding="utf-8") for path in (rendered / "figures").glob("*.json")]
    for text in visit(name).evaluate("() => [...document.images].map(it => it.alt)"):
        assert len(text) > 40
        assert any(text in record for record in records), text


@pytest.mark.parametrize("name", PAGES)
def test_a_page_fits_a_narrow_window(visit, name):
    """At 320 px nothing sticks out to the right: wide tables and code scroll in a box of their own."""
    page = visit(name, viewport={"width": 320, "height": 640})
    page.evaluate(OPEN_ALL)
    assert page.evaluate("() => document.documentElement.scrollWidth") == 320
    assert page.evaluate(WIDER) == []
    boxes = page.evaluate("() => [...document.querySelectorAll('section')].map(it => [it.scrollWidth > it.clientWidth, "
                          "getComputedStyle(it).overflowX, it.tabIndex])")  # fmt: skip
    assert all(overflow == "auto" and tab == 0 for wide, overflow, tab in boxes if wide)


@pytest.mark.parametrize("name", PAGES)
def test_the_keyboard_reaches_everything(visit, name):
    """Tab reaches every link, fold and scrolling box in the order of the page, and the place is seen."""
    page = visit(name)
    wanted = page.evaluate("() => [...document.querySelectorAll('a[href], summary, [tabindex]')]"
                           ".filter(it => it.checkVisibility()).map((it, n) => (it.dataset.n = n, n))")  # fmt: skip
    assert wanted
    reached = []
    for _ in wanted:
        page.keyboard.press("Tab")
        reached.append(page.evaluate("() => Number(document.activeElement.dataset.n)"))
    assert reached == wanted
    assert page.evaluate("() => getComputedStyle(document.activeElement).outlineStyle") == "solid"


def test_a_fold_opens_with_the_keyboard(visit):
    """Enter on a fold shows the code in it."""
    page = visit("topic_frequency")
    page.locator("summary").first.focus()
    page.keyboard.press("Enter")
    assert page.locator("details").first.locator("pre").is_visible()


@pytest.mark.parametrize("name", PAGES)
def test_on_paper_a_page_is_black_on_white(visit, name):
    """Print drops navigation and what is folded, and is black on white even for a reader in the dark."""
    page = visit(name, color_scheme="dark")
    page.emulate_media(media="print", color_scheme="dark")
    colours = page.evaluate("() => [getComputedStyle(document.body).color, getComputedStyle(document.body).background]")
    assert colours[0] == "rgb(0, 0, 0)"
    assert colours[1].startswith("rgb(255, 255, 255)")
    assert not any(it.is_visible() for it in page.locator("nav, summary").all())
    assert page.locator("h1").is_visible()


def test_the_policy_stops_scripts_and_requests(browser, rendered, tmp_path):
    """A script, a handler, a form or a foreign picture in an output neither runs nor asks for anything."""
    evil = (
        "<script>document.title = 'script ran'</script><img src='nowhere.png' onerror=\"document.title = 'handler'\">"
        "<link rel='stylesheet' href='other.css'><iframe src='other.html'></iframe>"
    )
    whole = (rendered / "site" / "index.html").read_text(encoding="utf-8")
    (tmp_path / "evil.html").write_text(whole.replace("<main>", f"<main>{evil}", 1), encoding="utf-8")
    (tmp_path / "other.html").write_text("<title>other</title>", encoding="utf-8")
    page = browser.new_page()
    asked = []
    page.on("requestfinished", lambda request: asked.append(request.url.rpartition("/")[2]))
    page.goto((tmp_path / "evil.html").as_uri())
    page.wait_for_timeout(200)
    assert page.title() not in ("script ran", "handler")
    assert {name for name in asked if not name.startswith("base64") and len(name) < 40} <= {"evil.html"}
    page.close()


@pytest.mark.parametrize("name", PAGES[1:])
def test_a_row_of_a_tally_leads_to_its_sentences(visit, name):
    """Pressing the name of a row shows sentences that it counts and no others; the way back hides them again."""
    page = visit(name, bypass_csp=True)
    row = page.locator("section tbody a[href^='#t']").nth(1)
    assert not page.locator(".rows").first.is_visible()
    row.focus()
    page.keyboard.press("Enter")
    head = page.locator(".rows h3:visible")
    assert head.count() == 1
    assert row.inner_text() in head.inner_text()
    assert page.locator(".rows ol:visible").count() == 1
    assert page.locator(".rows li:visible").count() in (1, 2, 3)
    assert head.evaluate("it => it.getBoundingClientRect().top") < 900
    assert violations(page) == []
    page.set_viewport_size({"width": 320, "height": 640})
    assert page.evaluate("() => document.documentElement.scrollWidth") == 320
    page.get_by_role("link", name="Back to table").first.click()
    assert not page.locator(".rows").first.is_visible()


@pytest.mark.parametrize("name", PAGES[1:])
def test_every_row_with_a_number_leads_somewhere(visit, name):
    """Each name in a traced table has its sentences on the page."""
    dead = "() => [...document.querySelectorAll('a[href^=\"#\"]')].filter(it => !document.querySelector(it.hash))"
    assert visit(name).evaluate(f"{dead}.map(it => it.hash)") == []


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_lean(rendered, name):
    """Beyond its words and its figures a page weighs at most 15 KB: style, tables, sentences, code, all of it."""
    whole = re.sub(r'data:[^"]*', "", (rendered / "site" / f"{name}.html").read_text(encoding="utf-8"))
    words = re.sub(r"<style>.*?</style>|<[^>]+>", "", whole, flags=re.S)
    assert len(whole.encode()) - len(words.encode()) <= 15_000


@pytest.mark.parametrize("name", PAGES[1:])
def test_every_header_is_heard_as_one(visit, name):
    """In the accessibility tree each header cell heads its row or its column, with or without an attribute."""
    page = visit(name)
    tree = page.context.new_cdp_session(page).send("Accessibility.getFullAXTree")["nodes"]
    roles = [node["role"]["value"] for node in tree if not node["ignored"]]
    for role, cells in (("rowheader", "tbody th"), ("columnheader", "thead th")):
        assert roles.count(role) == page.locator(cells).count() > 0, role


def test_the_index_leads_to_every_page(visit):
    """Each card of the index, pressed anywhere, leads to its page, and that back to the index."""
    page = visit("index")
    for name in PAGES[1:]:
        page.locator(".cards li", has=page.locator(f"a[href='{name}.html']")).locator("img").click(force=True)
        assert page.url.endswith(f"/{name}.html")
        page.get_by_role("link", name="All analyses").click()
        assert page.url.endswith("/index.html")
