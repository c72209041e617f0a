"""Does this checkout reproduce a picture: what it says of itself, against the records or a new render."""

import base64
import json
import re
import shutil
import subprocess
import sys

import pytest

from sco_analysis import FigureError, ParameterError, verify
from sco_analysis.cli import main
from sco_analysis.verify import KINDS, read_provenance

pytestmark = pytest.mark.slow
STEM = "speaker-share"


@pytest.fixture
def figures(rendered, tmp_path):
    """A copy of the rendered figures that a test may spoil."""
    return shutil.copytree(rendered / "figures", tmp_path / "figures")


@pytest.mark.parametrize("kind", KINDS)
def test_every_picture_says_where_it_comes_from(figures, kind):
    """Stem, parameters, version and hashes can be read from inside png, svg and pdf, and are those of the record."""
    record = json.loads((figures / f"{STEM}.json").read_text(encoding="utf-8"))
    assert read_provenance((figures / f"{STEM}.{kind}").read_bytes()) == {
        "stem": STEM,
        "data": record["data"],
        "parameters": record["parameters"],
        "version": record["version"],
        "corpus": record["corpus"]["sha256"],
    }


@pytest.mark.parametrize("kind", KINDS)
def test_a_picture_as_it_was_saved_is_reproduced(figures, tmp_path, kind):
    """Under another name, in another place, the bytes are still those of the record."""
    shutil.copy(figures / f"{STEM}.{kind}", tmp_path / "Figure 3 (final)")
    verdict = verify(tmp_path / "Figure 3 (final)", figures, quick=True)
    assert verdict.reproduced
    assert f"bytes: the same as {STEM}.{kind}" in str(verdict)
    assert str(verdict).endswith("\nreproduced")


def test_a_picture_that_was_changed_is_not_reproduced(figures):
    """One byte beside the provenance: data and corpus are the same, the bytes are not."""
    path = figures / f"{STEM}.svg"
    path.write_text(path.read_text(encoding="utf-8").replace("</svg>", " </svg>"), encoding="utf-8")
    verdict = verify(path, figures, quick=True)
    assert not verdict.reproduced
    assert [line.strip() for line in verdict.lines[1:]] == [
        "version: the same",
        "corpus: the same",
        "parameters: the same",
        "data: the same",
        "bytes: not those of a file that is saved here; the picture may have been changed",
    ]


@pytest.mark.parametrize("name", ["data", "corpus", "parameters"])
def test_other_data_corpus_or_parameters_are_told(figures, name):
    """Where a hash or a parameter differs, the line of that name says there and here."""
    path = figures / f"{STEM}.json"
    record = json.loads(path.read_text(encoding="utf-8"))
    other = {"data": "0" * 64, "parameters": {"by": "state"}, "corpus": {**record["corpus"], "sha256": "0" * 64}}
    record = {**record, name: other[name]}
    path.write_text(json.dumps(record), encoding="utf-8")
    verdict = verify(figures / f"{STEM}.png", figures, quick=True)
    differing = [line for line in verdict.lines[1:-1] if not line.endswith("the same")]
    assert not verdict.reproduced
    assert len(differing) == 1
    assert re.match(rf"  {name}: .+, here .+", differing[0])


def test_a_picture_of_another_version_is_not_reproduced(figures, monkeypatch):
    """The version that a picture was made with is compared with that of the package that is here."""
    monkeypatch.setattr(sys.modules["sco_analysis.verify"], "__version__", "9.9.9")
    verdict = verify(figures / f"{STEM}.png", figures, quick=True)
    assert not verdict.reproduced
    assert verdict.lines[1].endswith(", here '9.9.9'")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"hello", "is none of png, svg, pdf; give a picture that save_figure has written"),
        (b"<svg></svg>", "does not say where it comes from"),
        (b"%PDF-1.4 /Keywords (a, b)", "does not say where it comes from"),
        (b"\x89PNG\r\n\x1a\n", "does not say where it comes from"),
        (b"\x89PNG\r\n\x1a\n\xff\xff\xff\xffiTXtSource\0\1\0\0\0broken", "does not say where it comes from"),
        (b'<svg><dc:source>{"stem": 1}</dc:source></svg>', "does not say where it comes from"),
    ],
)
def test_what_says_nothing_of_its_origin_is_asked_wrongly(tmp_path, content, message):
    """A file that is no picture, or no picture of ours, is refused, and the message says what would do."""
    (tmp_path / "x").write_bytes(content)
    with pytest.raises(ParameterError) as raised:
        verify(tmp_path / "x")
    assert message in str(raised.value)
    assert main(["verify", str(tmp_path / "x")]) == 2
    assert main(["verify", str(tmp_path / "nowhere")]) == 2


def test_compressed_texts_of_a_png_are_read():
    """A provenance that an editor has compressed (iTXt) is still found."""
    import zlib  # noqa: PLC0415

    told = {"stem": "x", "data": "", "parameters": {}, "version": "1", "corpus": ""}
    data = b"Source\0\1\0\0\0" + zlib.compress(json.dumps(told).encode())
    chunk = len(data).to_bytes(4, "big") + b"iTXt" + data + b"\0" * 4
    assert read_provenance(b"\x89PNG\r\n\x1a\n" + chunk) == told


def test_a_figure_that_is_not_known_here_is_told(figures, tmp_path):
    """Without a record the message says where it was looked for."""
    with pytest.raises(FigureError, match=r"there is no figure 'speaker-share' here: .*empty has no record of it"):
        verify(figures / f"{STEM}.png", tmp_path / "empty", quick=True)


def test_the_command_answers_by_its_exit_code(figures, monkeypatch, capsys):
    """0 reproduced, 1 not, with what was compared."""
    monkeypatch.setenv("SCO_FIGURES", str(figures))
    assert main(["verify", str(figures / f"{STEM}.pdf"), "--quick"]) == 0
    path = figures / f"{STEM}.pdf"
    path.write_bytes(path.read_bytes() + b"\n")
    assert main(["verify", str(path), "--quick"]) == 1
    assert capsys.readouterr().out.endswith("not reproduced\n")


def test_a_picture_is_reproduced_by_rendering_again(write_notebook, tmp_path):
    """Without a record, the notebook that saves the figure is rendered with its parameters; a page's picture counts."""
    for folder in ("notebooks", "sco_analysis", "corpus"):
        (tmp_path / folder).mkdir()
    (tmp_path / "corpus/talk.txt").write_text("Vladimir Putin: Trade grows.\n\nXi Jinping: Thank you.\n\n" * 3)
    cell = (
        "import sco_analysis as sco\nparsed = sco.parse(sco.read_corpus(corpus))\n"
        "share = sco.speaker_share(parsed, by=by)\n"
        'sco.save_figure(sco.plot_speaker_share(share), share, "my-share", caption="Words.", alt="Bars.", '
        'parameters={"corpus": corpus, "by": by}, corpus=parsed)'
    )
    write_notebook("one", [cell], 'corpus: str = "../corpus"\nby: str = "speaker"', folder=tmp_path / "notebooks")
    command = [sys.executable, "-m", "sco_analysis"]

    def run(*words):
        done = subprocess.run([*command, *words], cwd=tmp_path, capture_output=True, text=True, check=False)
        assert "Traceback" not in done.stderr
        return done.returncode, done.stdout

    assert run("render", "-p", "by=document")[0] == 0
    executed = json.loads((tmp_path / "build/one.ipynb").read_text(encoding="utf-8"))
    shown = [o for cell in executed["cells"] for o in cell["outputs"] if "image/png" in o.get("data", {})]
    (tmp_path / "page.png").write_bytes(base64.b64decode(shown[0]["data"]["image/png"]))
    shutil.rmtree(tmp_path / "figures")
    code, printed = run("verify", "page.png")
    assert (code, printed.splitlines()[0]) == (0, "my-share: compared with one.ipynb, rendered again")
    assert "bytes: the same as the picture in the page" in printed
