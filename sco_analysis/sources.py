"""Sources as printed → who they are."""

from __future__ import annotations

from typing import NamedTuple

from .layout import Layout
from .people import known


class Source(NamedTuple):
    """Who is quoted, and how that was found."""

    name: str | None
    state: str | None
    role: str | None
    how: str
    confidence: float


def resolve_sources(text: str, layout: Layout, found: list) -> list[Source]:
    """Resolve the sources of the quotations of one document, in order."""
    out: list[Source] = []
    for q in found:
        if q.kind == "scare":
            out.append(Source(None, None, None, "unresolved", 0.0))
        elif q.label:
            name = " ".join(text[q.label[0] : q.label[1]].split())
            p = known(name)
            out.append(Source(p.name if p else name, p.state if p else None, None, "named", 0.8))
        else:
            out.append(out[-1]._replace(how="previous speaker") if out else Source(None, None, None, "unresolved", 0.0))
    return out
