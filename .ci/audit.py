"""Licences and known vulnerabilities of what is installed: ``python .ci/audit.py``; exits with 1 when one is refused.

Licences are read from the metadata of the installed packages, without the network. Vulnerabilities of the versions in
requirements.lock are asked of the database of open-source advisories (OSV); where it cannot be reached this is said,
and is no failure: a list of our own would be stale on the day after it was written (docs/decisions).
"""

from __future__ import annotations

import json
import re
import sys
import tomllib
import urllib.error
import urllib.request
from collections.abc import Iterable, Iterator, Mapping
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path
from typing import Any

import yaml
from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parent.parent
ALLOWED = ROOT / ".ci" / "licences.yml"
ADVISORIES = "https://api.osv.dev/v1/querybatch"


def at_run_time() -> list[str]:
    """List what the project needs at run time: its dependencies, and those of every extra but the tests'."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project.get("optional-dependencies", {})
    return [*project["dependencies"], *(need for extra in extras if extra != "test" for need in extras[extra])]


def needed(requirements: Iterable[str]) -> dict[str, Distribution]:
    """Find the installed packages that meet ``requirements``, with those that they need, and so on, by name."""
    found: dict[str, Distribution] = {}
    waiting = [(one.name, frozenset(one.extras)) for one in map(Requirement, requirements)]
    while waiting:
        asked, chosen = waiting.pop()
        key = re.sub(r"[-_.]+", "-", asked).lower()
        try:
            package = found.setdefault(key, distribution(asked))
        except PackageNotFoundError:  # of another system
            continue
        for requirement in map(Requirement, package.requires or []):
            wanted = [{"extra": extra} for extra in chosen] or [{"extra": ""}]
            applies = requirement.marker is None or any(map(requirement.marker.evaluate, wanted))
            if applies and re.sub(r"[-_.]+", "-", requirement.name).lower() not in found:
                waiting.append((requirement.name, frozenset(requirement.extras)))
    return found


def tell_licences(package: Distribution) -> list[str]:
    """Say what the metadata tell of a package's licence: the SPDX expression, else classifiers, else the free text."""
    about = package.metadata
    classified = [
        line.rpartition("::")[2].strip() for line in about.get_all("Classifier") or [] if line.startswith("License")
    ]
    expression = about.get("License-Expression")
    free = (about.get("License") or "").strip().splitlines()
    return [expression] if expression else classified or free[:1]


def is_allowed(told: str, allowed: Mapping[str, Any]) -> bool:
    """Say whether a licence, or an expression of several with AND and OR, is among those allowed."""
    names = {name.lower() for key, value in allowed.items() for name in (key, *value.get("also", ()))}
    either = [re.split(r"\s+AND\s+", part) for part in re.split(r"\s+OR\s+", told.strip())]
    return told.lower() in names or any(all(one.strip(" ()").lower() in names for one in both) for both in either)


def check_licences(packages: Mapping[str, Distribution], rules: Mapping[str, Any]) -> Iterator[str]:
    """Complain of each package whose licence is unknown or not allowed."""
    for name, package in sorted(packages.items()):
        excepted = rules["packages"].get(name, {}).get("licence")
        told = [excepted] if excepted else tell_licences(package)
        if not told:
            yield f"{name}: its metadata tell no licence; find it out and write it into {ALLOWED.name}"
        elif not all(is_allowed(one, rules["licences"]) for one in told):
            yield f"{name}: {', '.join(told)} is not allowed; see {ALLOWED.name}"


def read_lock(text: str) -> dict[str, str]:
    """Read the versions of a lock, by name."""
    return dict(re.findall(r"^([\w.-]+)==([^\s;\\]+)", text, re.M))


def check_vulnerabilities(
    versions: Mapping[str, str], rules: Mapping[str, Any], address: str = ADVISORIES
) -> Iterator[str]:
    """Ask the database of advisories; complain of each that is known of one of the versions.

    Raises `OSError` when the database cannot be reached, `ValueError` when it answers something else.
    """
    queries = [{"package": {"name": name, "ecosystem": "PyPI"}, "version": v} for name, v in versions.items()]
    body = json.dumps({"queries": queries}).encode()
    request = urllib.request.Request(address, body, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=30) as answer:
        results = json.load(answer)["results"]
    for (name, version), result in zip(versions.items(), results, strict=True):
        for known in result.get("vulns", []):
            if known["id"] not in (rules.get("vulnerabilities") or {}):
                yield f"{name} {version}: {known['id']}, https://osv.dev/vulnerability/{known['id']}"


def main() -> int:
    """Check both, and print what is wrong."""
    rules = yaml.safe_load(ALLOWED.read_text(encoding="utf-8"))
    packages = needed(at_run_time())
    wrong = list(check_licences(packages, rules))
    versions = read_lock((ROOT / "requirements.lock").read_text(encoding="utf-8"))
    print(f"licences: {len(packages)} packages needed at run time, {len(wrong)} not allowed")
    try:
        known = list(check_vulnerabilities(versions, rules))
        print(f"vulnerabilities: {len(versions)} locked versions, {len(known)} known advisories")
    except (OSError, ValueError, KeyError) as error:
        known = []
        print(f"vulnerabilities: NOT CHECKED, the database of advisories cannot be reached ({error})")
    for line in wrong + known:
        print(f"  {line}", file=sys.stderr)
    return int(bool(wrong or known))


if __name__ == "__main__":
    sys.exit(main())
