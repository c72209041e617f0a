"""The notebooks in a real JupyterLab: opened in a browser, all cells run, figures seen, no error."""

import json
import os
import secrets
import shutil
import subprocess
import sys
import time
from pathlib import Path
from urllib.error import URLError
from urllib.request import Request, urlopen

import pytest
from browsing import open_browser

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parent.parent
NAMES = ["topic_frequency", "speaker_share", "sentiment_toward_states"]
PATIENCE = 240  # seconds for one notebook, on a machine that is busy with other tests


class Lab:
    """A running JupyterLab: its address, its token, and what its programming interface answers."""

    def __init__(self, folder, port, token):
        self.folder, self.token, self.address = folder, token, f"http://127.0.0.1:{port}"

    def ask(self, path, method="GET"):
        request = Request(f"{self.address}/{path}", method=method, headers={"Authorization": f"token {self.token}"})
        with urlopen(request, timeout=10) as answer:
            return json.loads(answer.read() or b"null")


def free_port():
    import socket  # noqa: PLC0415 - only here

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    """JupyterLab as `make lab` starts it, on a copy of notebooks and seeds, without the user's own settings."""
    folder = tmp_path_factory.mktemp("lab")
    for name in ("notebooks", "seeds", "pyproject.toml"):
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        copy(ROOT / name, folder / name)
    port, token = free_port(), secrets.token_hex(16)
    own = "JUPYTER_CONFIG_DIR JUPYTER_DATA_DIR JUPYTER_RUNTIME_DIR IPYTHONDIR JUPYTERLAB_SETTINGS_DIR"
    own = {name: str(folder / ".own" / name.lower()) for name in [*own.split(), "JUPYTERLAB_WORKSPACES_DIR"]}
    no_news = Path(own["JUPYTERLAB_SETTINGS_DIR"], "@jupyterlab/apputils-extension/notification.jupyterlab-settings")
    no_news.parent.mkdir(parents=True)
    no_news.write_text('{"fetchNews": "false"}')
    environment = {**os.environ, **own}
    environment |= {"PYTHONPATH": str(ROOT), "JUPYTER_PREFER_ENV_PATH": "1"}
    command = [sys.executable, "-m", "jupyter", "lab", "--no-browser", "--allow-root", "--ServerApp.ip=127.0.0.1",
               f"--ServerApp.port={port}", "--ServerApp.port_retries=0", f"--IdentityProvider.token={token}",
               f"--ServerApp.root_dir={folder}", "--LabApp.news_url=None",
               "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate"]  # fmt: skip
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(command, cwd=folder, env=environment, stdout=log, stderr=subprocess.STDOUT)
    lab = Lab(folder, port, token)
    try:
        for _ in range(PATIENCE):
            try:
                lab.ask("api/status")
                break
            except (URLError, ConnectionError, TimeoutError):
                assert process.poll() is None, (folder / "log").read_text()
                time.sleep(1)
        else:
            raise AssertionError(f"JupyterLab did not start within {PATIENCE} seconds")
        yield lab
        for kernel in lab.ask("api/kernels"):
            lab.ask(f"api/kernels/{kernel['id']}", "DELETE")
        assert lab.ask("api/kernels") == []
        lab.ask("api/shutdown", "POST")
        assert process.wait(timeout=30) == 0
    finally:
        if process.poll() is None:
            process.terminate()
            process.wait(timeout=30)


@pytest.fixture(scope="module")
def window(lab):
    """One window of Chromium; nothing but the server on this machine is asked for anything."""
    with open_browser() as browser:
        page = browser.new_page(viewport={"width": 1400, "height": 1000})
        page.abroad = []

        def stay(route):
            if route.request.url.startswith((lab.address, "data:", "blob:")):
                route.continue_()
            else:
                page.abroad.append(route.request.url)
                route.abort()

        page.route("**/*", stay)
        yield page


def wait_for_rest(page, lab):
    """Wait until the one kernel has rested for two seconds, in the server's eyes and in the window."""
    still = 0
    for _ in range(PATIENCE * 2):
        page.wait_for_timeout(500)
        states = [kernel["execution_state"] for kernel in lab.ask("api/kernels")]
        shown = page.locator(".jp-Notebook-ExecutionIndicator").evaluate_all(
            "them => them.map(it => it.dataset.status)"
        )
        still = still + 1 if states == shown == ["idle"] else 0
        if still == 4:
            return
    raise AssertionError(f"the kernel did not come to rest within {PATIENCE} seconds")


def run_all(page, lab, name):
    """Open a notebook, run all its cells, save it; comes out as the server has it then."""
    page.goto(f"{lab.address}/lab/tree/notebooks/{name}.ipynb?token={lab.token}&reset")
    page.locator(".jp-NotebookPanel:not(.lm-mod-hidden) .jp-Notebook .jp-CodeCell").first.wait_for(timeout=60_000)
    wait_for_rest(page, lab)  # what is run before the kernel is there is not run
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.locator("li[data-command='runmenu:run-all']").click()
    wait_for_rest(page, lab)
    page.keyboard.press("Control+s")
    page.locator(".jp-mod-dirty").wait_for(state="detached", timeout=20_000)
    notebook = lab.ask(f"api/contents/notebooks/{name}.ipynb")["content"]
    for kernel in lab.ask("api/kernels"):
        lab.ask(f"api/kernels/{kernel['id']}", "DELETE")
    return notebook


@pytest.mark.parametrize("name", NAMES)
def test_a_notebook_runs_in_jupyterlab(lab, window, name, tmp_path):
    """Run All in JupyterLab runs every cell without an error; every figure is seen, and described."""
    notebook = run_all(window, lab, name)
    code = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    outputs = [output for cell in code for output in cell["outputs"]]
    assert [o for o in outputs if o["output_type"] == "error" or o.get("name") == "stderr"] == []
    assert all(cell["execution_count"] for cell in code)
    pictures = [output for output in outputs if "image/png" in output.get("data", {})]
    saved = sum("".join(cell["source"]).count("sco.save_figure(") for cell in code)
    assert len(pictures) == saved > 0
    assert all(len(output["metadata"]["image/png"]["alt"]) > 40 for output in pictures)
    assert window.abroad == []
    image = window.locator(".jp-OutputArea-output img").first
    image.scroll_into_view_if_needed()
    image.wait_for(state="visible")
    assert image.evaluate("it => it.naturalWidth") > 300
    assert image.get_attribute("alt") == pictures[0]["metadata"]["image/png"]["alt"]
    unnamed = "them => them.filter(it => !it.alt).length"
    assert window.locator(".jp-OutputArea-output img").evaluate_all(unnamed) == 0
    shot = window.screenshot(path=os.environ.get("SCO_SCREENSHOTS", str(tmp_path)) + f"/lab-{name}.png")
    assert len(shot) > 20_000


def test_sentences_unfold_in_jupyterlab(lab, window):
    """The table of a tally has the sentences behind its rows, folded, in JupyterLab too."""
    fold = window.locator(".jp-RenderedHTMLCommon details").first
    fold.scroll_into_view_if_needed()
    fold.locator("summary").first.click()
    fold.locator("details summary").first.click()
    assert fold.locator("details li").first.is_visible()
