"""The table of pages: endpoint, methods, address, policy. Printed by ``relais routes``."""

from flask import Flask
from werkzeug.routing import Rule

from app.security import policy_of

IMPLIED = {"HEAD", "OPTIONS"}


def list_routes(app: Flask) -> list[dict[str, str | list[str]]]:
    """One entry per address, in the order of endpoints: ``endpoint methods rule policy``."""
    rules = sorted(app.url_map.iter_rules(), key=lambda rule: (rule.endpoint, rule.rule))
    return [_entry(app, rule) for rule in rules]


def _entry(app: Flask, rule: Rule) -> dict[str, str | list[str]]:
    policy = policy_of(app, rule.endpoint)
    return {
        "endpoint": rule.endpoint,
        "methods": sorted(set(rule.methods or ()) - IMPLIED),
        "rule": rule.rule,
        "policy": policy.name if policy else "NONE",
    }


def route_table(app: Flask) -> str:
    """The same as text, one line per address: what is read in review."""
    entries = list_routes(app)
    lines = [(e["endpoint"], ",".join(e["methods"]), e["policy"], e["rule"]) for e in entries]
    return "".join(f"{a:<40} {b:<10} {c:<40} {d}\n" for a, b, c, d in lines)
