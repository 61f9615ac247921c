"""What was found afterwards: each sentence names one thing that is not as it must be."""

import json
import mailbox
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import psycopg
from flask import Flask

from app.db import db
from app.mail import mail_folder
from app.sealing import seal_journal
from app.verifying import verify_journal
from bench.database.checking import ARRAYS
from bench.database.filling import Filled
from bench.machines.clients import Told
from bench.machines.processes import Machines
from cases.referrals.commands.linking import SEND_ANSWER_LINK
from cases.referrals.tasks import MAIL_MEMBER

#: What broke off so long after a machine was killed was a request of that machine.
KILLED_WITHIN = 3.0
#: What clients wrote, by the name they gave it; then, for each that is there, its traces.
NOTES = "SELECT body FROM timeline_entry WHERE body = ANY (%s)"
REFERRALS = "SELECT client_key FROM referral WHERE client_key = ANY (%s)"
TRACES_OF_NOTES = {
    "journal event of a note": "SELECT e.body FROM timeline_entry e JOIN journal_event j"
    " ON j.object_id = e.id AND j.action = 'entry.written' WHERE e.body = ANY (%s)",
}
TRACES_OF_REFERRALS = {
    "journal event of a referral": "SELECT r.client_key FROM referral r JOIN journal_event j"
    " ON j.object_id = r.id AND j.action = 'referral.sent' WHERE r.client_key = ANY (%s)",
    "line of a referral in the timeline": "SELECT r.client_key FROM referral r"
    " JOIN timeline_entry e ON e.object_id = r.id WHERE r.client_key = ANY (%s)",
    "notice of a referral": "SELECT r.client_key FROM referral r JOIN notice n"
    " ON n.subject_id = r.id AND n.seat_id = r.receiver_seat_id WHERE r.client_key = ANY (%s)",
}
LEFT = "SELECT status, count(*) FROM outbox WHERE status NOT IN ('sent', 'cancelled') GROUP BY 1"
MAILED = "SELECT id::text, status FROM outbox WHERE kind = ANY (%s) AND created_at > %s"
OPEN = """
SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()
  AND backend_type = 'client backend' AND pid <> pg_backend_pid()
"""


def left_in_outbox(connection: psycopg.Connection) -> dict[str, int]:
    """What has not left, by status."""
    return dict(connection.execute(LEFT).fetchall())


def errors_told(machines: Machines, told: Told) -> Iterator[str]:
    """No error but those of the requests of a killed machine."""
    yield from told.errors
    for name, at in told.broken:
        is_known = any(
            name == victim.machine and 0 <= at - killed_at < KILLED_WITHIN
            for victim, killed_at in machines.killed
        )
        if not is_known:
            yield f"{name} broke off without having been killed"


def errors_logged(machines: Machines) -> Iterator[str]:
    """What the processes themselves call an error."""
    for name in machines.names:
        log = machines.filled.folder / f"{name}.log"
        for line in log.read_text(errors="replace").splitlines():
            found = _event(line)
            if found.get("level") in ("error", "critical"):
                yield f"{name} logs {found['event']} {found.get('error', '')}".strip()


def _event(line: str) -> dict[str, Any]:
    try:
        found = json.loads(line)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def lost_or_doubled(connection: psycopg.Connection, told: Told) -> Iterator[str]:
    """What was acknowledged is there once; what broke off, once or not at all; each with what goes
    with it, once as well."""
    for what, statement, acknowledged, traces in (
        ("note", NOTES, told.notes, TRACES_OF_NOTES),
        ("referral", REFERRALS, told.referrals, TRACES_OF_REFERRALS),
    ):
        found = _count(connection, statement, [*acknowledged, *told.unsure])
        yield from _not_once(what, found, {*acknowledged, *found})
        for trace, its_statement in traces.items():
            yield from _not_once(trace, _count(connection, its_statement, list(found)), set(found))


def _count(connection: psycopg.Connection, statement: str, names: list[str]) -> Counter[str]:
    return Counter(row[0] for row in connection.execute(statement.encode(), [names]).fetchall())


def _not_once(what: str, found: Counter[str], wanted: set[str]) -> Iterator[str]:
    missing = sorted(wanted - set(found))
    twice = sorted(name for name, times in found.items() if times > 1)
    for names, how in ((missing, "missing"), (twice, "more than once")):
        if names:
            yield f"{what}: {len(names)} {how}, such as {names[0]}"


def mails_wrong(
    connection: psycopg.Connection, filled: Filled, since: datetime
) -> tuple[Counter[str], list[str]]:
    """Mails by ``Message-ID``, and what is wrong: each that left is kept once, or twice at most."""
    asked = [[MAIL_MEMBER, SEND_ANSWER_LINK], since]
    rows: dict[str, str] = dict(connection.execute(MAILED, asked).fetchall())
    found = _kept_mails(filled)
    sent = {name for name, status in rows.items() if status == "sent"}
    wrong = [f"mail {name}: never left" for name in sorted(sent - set(found))]
    wrong += [f"mail {name}: left {times} times" for name, times in found.items() if times > 2]
    wrong += [f"mail {name}: asked for by nothing" for name in found if name not in rows]
    return found, wrong


def _kept_mails(filled: Filled) -> Counter[str]:
    folder = mail_folder(filled.settings)
    if not folder.is_dir():
        return Counter()
    ids = (str(message["Message-ID"]) for message in mailbox.Maildir(folder, create=False))
    return Counter(one.strip("<>").partition("@")[0] for one in ids)


def kept_wrong(connection: psycopg.Connection, app: Flask) -> Iterator[str]:
    """What triggers keep follows; the journal's chain is whole; nobody is still connected."""
    with app.app_context():
        seal_journal()
        verdict = verify_journal()
        db.engine.dispose()
    for what, statement in (
        ("cases moved to another moment", ARRAYS["case_reader"]),
        ("connections left", OPEN),
    ):
        row = connection.execute(statement.encode()).fetchone()
        if row and row[0]:
            yield f"{row[0]} {what}"
    yield from (str(one) for one in verdict.breaks)
    if verdict.unsealed:
        yield f"{verdict.unsealed} events of the journal are not sealed"
