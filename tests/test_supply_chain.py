"""What is installed, and what is asked of the network: known licences, known advisories, and nothing at run time."""

import importlib.util
import json
import subprocess
import sys
import threading
from email.message import Message
from http.server import BaseHTTPRequestHandler, HTTPServer
from types import SimpleNamespace

import pytest
import yaml
from conftest import CUT_OFF, ROOT, watched

RULES = yaml.safe_load((ROOT / ".ci/licences.yml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def audit():
    """Load the script that CI runs."""
    spec = importlib.util.spec_from_file_location("audit", ROOT / ".ci/audit.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def package(**fields):
    about = Message()
    for name, value in fields.items():
        about[name.replace("_", "-")] = value
    return SimpleNamespace(metadata=about)


def test_every_package_needed_at_run_time_has_an_allowed_licence(audit):
    """All that the project needs, as far down as needs go, tells a licence that is allowed; each has its reason."""
    packages = audit.needed(audit.at_run_time())
    assert {"numpy", "jupyterlab", "pandas", "certifi"} <= set(packages)
    assert "hypothesis" not in packages
    assert list(audit.check_licences(packages, RULES)) == []
    assert all(rule["reason"] for rules in (RULES["licences"], RULES["packages"]) for rule in rules.values())


@pytest.mark.parametrize(
    ("about", "complaint"),
    [
        ({"License_Expression": "MIT AND (BSD-3-Clause OR GPL-3.0-only)"}, ""),
        ({"License_Expression": "GPL-3.0-only OR MIT"}, ""),
        ({"License": "MIT License\n\nCopyright"}, ""),
        ({"License_Expression": "GPL-3.0-only"}, "x: GPL-3.0-only is not allowed; see licences.yml"),
        ({"License_Expression": "MIT AND GPL-2.0-only"}, "x: MIT AND GPL-2.0-only is not allowed; see licences.yml"),
        (
            {"Classifier": "License :: OSI Approved :: GNU General Public License v3 (GPLv3)", "License": "MIT"},
            "x: GNU General Public License v3 (GPLv3) is not allowed; see licences.yml",
        ),
        ({"Name": "x"}, "x: its metadata tell no licence; find it out and write it into licences.yml"),
    ],
)
def test_licences_that_are_not_allowed_are_told(audit, about, complaint):
    """A licence is read from the expression, else the classifiers, else the text; unknown and refused ones are told."""
    assert list(audit.check_licences({"x": package(**about)}, RULES)) == ([complaint] if complaint else [])


@pytest.fixture
def database():
    """A database of advisories on this machine, which knows one of numpy 1.0."""
    asked = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            asked.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            known = [{"vulns": [{"id": "X-1"}]} if q["version"] == "1.0" else {} for q in asked[-1]["queries"]]
            self.send_response(200)
            self.end_headers()
            self.wfile.write(json.dumps({"results": known}).encode())

        def log_message(self, *_):
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield SimpleNamespace(address=f"http://127.0.0.1:{server.server_port}/", asked=asked)
    server.shutdown()
    server.server_close()


def test_known_advisories_are_told(audit, database, monkeypatch):
    """Each locked version is asked for; what is known of it is told, unless the data file says why not."""
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    versions = audit.read_lock("numpy==1.0 \\\n    --hash=sha256:00\ncolorama==0.4.6 ; sys_platform == 'win32' \\\n")
    told = list(audit.check_vulnerabilities(versions, RULES, database.address))
    assert told == ["numpy 1.0: X-1, https://osv.dev/vulnerability/X-1"]
    assert database.asked[0]["queries"][1] == {
        "package": {"name": "colorama", "ecosystem": "PyPI"},
        "version": "0.4.6",
    }
    assert list(audit.check_vulnerabilities(versions, {"vulnerabilities": {"X-1": "why"}}, database.address)) == []


def test_a_database_that_cannot_be_reached_is_no_failure_but_told(audit, monkeypatch, capsys):
    """Without the network the licences are checked all the same, and what was not checked is said."""

    def fail(*_):
        raise OSError("no network")
        yield

    monkeypatch.setattr(audit, "check_vulnerabilities", fail)
    assert audit.main() == 0
    assert "NOT CHECKED, the database of advisories cannot be reached (no network)" in capsys.readouterr().out


@pytest.mark.slow
def test_the_main_job_asks_nothing_of_the_network(rendered, tmp_path):
    """To render, parse, cite and verify works with the network cut off, and no process tries to reach beyond."""
    env = watched(tmp_path / "asked") | {"SCO_FIGURES": str(rendered / "figures")}
    figure = sorted((rendered / "figures").glob("*.png"))[0]
    for words in (
        ["parse", "seeds", "--out", tmp_path / "tables"],
        ["cite", figure.stem],
        ["verify", figure, "--quick"],
    ):
        command = [*CUT_OFF, sys.executable, "-m", "sco_analysis", *map(str, words)]
        done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
    assert (tmp_path / "asked").read_text() == ""
    assert rendered.with_name("asked").read_text() == ""


def test_whoever_asks_the_network_is_noticed(tmp_path):
    """What the test above rests on: a process that looks up a name, or connects, is refused and written down."""
    env = watched(tmp_path / "asked")
    code = "import socket, sys\ntry:\n    {}\nexcept OSError as error:\n    sys.exit('was asked' not in str(error))"
    calls = ["socket.getaddrinfo('example.org', 80)", "socket.socket().connect(('192.0.2.1', 80))"]
    for call in calls:
        assert subprocess.run([sys.executable, "-c", code.format(call)], env=env, check=False).returncode == 0
    assert [line.split()[:2] for line in (tmp_path / "asked").read_text().splitlines()] == [
        ["socket.getaddrinfo", "example.org"],
        ["socket.connect", "192.0.2.1"],
    ]


@pytest.mark.skipif(not CUT_OFF, reason="this machine does not let us take the network from a process")
def test_the_network_is_cut_off_indeed():
    """Where it is cut off, a process sees no way out: not even the loopback device is up."""
    call = "socket.socket().connect(('192.0.2.1', 80))"
    code = f"import socket\ntry:\n    {call}\nexcept OSError as error:\n    print(error)"
    done = subprocess.run([*CUT_OFF, sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[Errno 101] Network is unreachable\n"
