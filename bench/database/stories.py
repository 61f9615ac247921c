"""One case of the bench, from its opening to the present, as lines for ``COPY``.

The shares are those of the demonstration (``cases.demo.stories``), drawn without its coherence: a
text may speak of another trade.
"""

import heapq
from collections import defaultdict
from dataclasses import dataclass, field
from itertools import accumulate

from app.folding import fold
from bench.database.firms import Firm, make_firm
from bench.database.lines import DAY, FALSE, NULL, TRUE, Draw, array, day_text, escaped, instant
from bench.database.pools import Pools
from bench.database.seats import BenchSeat, Worker, frozen, json_column
from bench.database.shape import COMMON_WORD, LONG_ENTRIES, RARE_WORD, SPAN_DAYS, Shape
from cases.casework.commands.opening import ALPHABET
from cases.casework.enums import (
    ActionStatus,
    Audience,
    CaseStatus,
    EntryKind,
    ParticipantRole,
    Phase,
    Section,
)
from cases.demo.notes import AUDIENCES
from cases.demo.referrals import DECLINES
from cases.demo.steering import OUTCOMES
from cases.demo.stories import PHASES
from cases.demo.texts import content
from cases.referrals.commands.sending import EXPIRES_AFTER, TELL_RECEIVER
from cases.referrals.enums import ReferralKind, ReferralState
from partners.organisations.enums import Subject

S = ReferralState
#: How many other seats take part.
PARTNERS = (0, 1, 2, 3)
PARTNERS_WEIGHTS = (40, 35, 18, 7)
#: Half the cases are closed after so many days; few last longer than a year.
MEDIAN_LIFE = 150 * DAY
UNANSWERED = int(EXPIRES_AFTER.total_seconds())
ANSWER_WITHIN = 4 * DAY
SECTIONS = array((Section.IDENTITY, Section.SITUATION))
#: One company in so many comes back some time after its first case.
SECOND_ONE_IN = 12
COMES_BACK_AFTER = 30 * DAY
WRITTEN = (EntryKind.NOTE, EntryKind.CALL, EntryKind.VISIT, EntryKind.MEETING, EntryKind.LETTER)
WRITTEN_WEIGHTS = (35, 35, 10, 14, 6)


@dataclass
class Story:
    """A case being told."""

    index: int
    id: str
    firm: Firm
    lead: BenchSeat
    worker: Worker
    phase: Phase
    opened: int
    end: int
    is_closed: bool
    moved: int
    readers: list[str]
    present: list[tuple[BenchSeat, Worker]]
    basis: str = ""
    covered: list[str] = field(default_factory=list)


class Teller:
    """Tells cases one after the other; ``take_lines`` gives what was told since the last time."""

    def __init__(
        self,
        shape: Shape,
        pools: Pools,
        draw: Draw,
        now: int,
        *,
        measured: BenchSeat,
        exporting: BenchSeat,
        leads: list[BenchSeat],
        others: list[BenchSeat],
    ) -> None:
        self.shape, self.pools, self.draw, self.now = shape, pools, draw, now
        self.measured, self.exporting = measured, exporting
        self.leads, self.others = leads, others
        self.weights = list(accumulate(pools.town_weights))
        self.lines: dict[str, list[str]] = defaultdict(list)
        self.firms: list[Firm] = []
        self.aside: list[tuple[int, int, Firm]] = []
        self.answers = list(DECLINES), list(DECLINES.values())
        self.phases = list(PHASES), list(PHASES.values())
        self.audiences = list(AUDIENCES), list(AUDIENCES.values())
        self.assessment_words = {
            key: [escaped(one) for one in texts]
            for key, texts in content("words")["assessment"].items()
        }

    def take_lines(self) -> dict[str, list[str]]:
        """Everything told since the last time, by table."""
        for firm in self.firms:
            if firm.company:
                self._add("company", *firm.company_row())
            self._add("person", *firm.person_row())
        found, self.lines = self.lines, defaultdict(list)
        self.firms = []
        return found

    def end(self) -> None:
        """Nobody comes back any more."""
        self.firms += [firm for _, _, firm in self.aside]
        self.aside = []

    def tell(self, index: int) -> None:
        """The whole of case number ``index``."""
        story = self._open(index)
        self._share(story)
        self._need_and_send(story)
        self._write(story)
        self._take_stock(story)
        self._act(story)
        self._close(story)
        self._read(story)
        self._case(story)
        self._keep_firm(story)

    # --- the case -----------------------------------------------------------------------------

    def _open(self, index: int) -> Story:
        draw, shape = self.draw, self.shape
        start = self.now - SPAN_DAYS * DAY
        opened = draw.working_time(start + index * SPAN_DAYS * DAY // shape.cases)
        opened = min(opened, self.now - 3600)
        is_long = index == shape.long_index
        lead = self._lead(index)
        firm = self._firm(index, lead, opened)
        phase = Phase.REBOUND if not firm.company else draw.choices(*self.phases)[0]
        life = int(draw.expovariate(0.69 / MEDIAN_LIFE)) + DAY
        is_closed = opened + life < self.now - DAY and not is_long
        end = draw.working_time(opened + life) if is_closed else self.now
        worker = lead.workers[0] if is_long else draw.choice(lead.workers)
        identifier = draw.identifier(opened)
        people = [(lead, worker)]
        story = Story(
            *(index, identifier, firm, lead, worker, phase, opened, end, is_closed, opened),
            *([lead.id], people),
        )
        self._participation(story, lead, worker, ParticipantRole.LEAD, opened, NULL, NULL)
        self._record(story, "case.opened", "case_file", story.id, opened, lead, worker)
        text = f"Dossier ouvert en phase « {phase.label} »."
        self._entry(story, EntryKind.CASE_OPENED, Audience.ALL, lead, worker, text, opened)
        for kind, after in (("phase", phase.value), ("status", CaseStatus.OPEN.value)):
            self._change(story, kind, "", after, "", opened)
        return story

    def _lead(self, index: int) -> BenchSeat:
        """The measured seat leads half of its cases; nobody else's."""
        half = self.shape.is_measured(index) and index // 50 % 2 == 0
        is_theirs = half or index == self.shape.long_index
        return self.measured if is_theirs else self.draw.choice(self.leads)

    def _firm(self, index: int, lead: BenchSeat, opened: int) -> Firm:
        words = " ".join(
            word
            for word, is_borne in (
                (RARE_WORD, self.shape.is_rare(index)),
                (COMMON_WORD, self.shape.is_common(index)),
            )
            if is_borne
        )
        met, draw = opened - 1500, self.draw
        if not words and index % SECOND_ONE_IN == 0 and self._has_come_back(opened):
            firm = heapq.heappop(self.aside)[2]
            if lead.id != firm.first_seat:
                self._add("company_use", firm.company, lead.id, instant(met))
            return firm
        firm = make_firm(index, self.pools.towns, self.weights, words, lead, met, draw)
        if firm.company:
            self._add("company_use", firm.company, lead.id, instant(met))
            link = (draw.identifier(met), firm.company, firm.person, lead.id)
            self._add("company_person", *link, "Gérance", instant(met))
        return firm

    def _has_come_back(self, opened: int) -> bool:
        return bool(self.aside) and self.aside[0][0] + COMES_BACK_AFTER < opened

    def _keep_firm(self, story: Story) -> None:
        """Written now, or set aside when it may come back: more seats will know it."""
        may_come_back = story.is_closed and story.firm.company and not story.firm.has_come_back
        if may_come_back and story.index % SECOND_ONE_IN == 5:
            story.firm.has_come_back = True
            heapq.heappush(self.aside, (story.end, story.index, story.firm))
        else:
            self.firms.append(story.firm)

    def _case(self, story: Story) -> None:
        draw, status = self.draw, CaseStatus.CLOSED
        until, reason, outcome, closed = NULL, NULL, NULL, NULL
        if story.is_closed:
            outcomes = OUTCOMES[story.phase]
            outcome = draw.choices(list(outcomes), list(outcomes.values()))[0].value
            closed = instant(story.end)
        elif story.index == self.shape.long_index:
            status = CaseStatus.OPEN
        else:
            status = draw.choices(
                (CaseStatus.OPEN, CaseStatus.WATCH, CaseStatus.PAUSED), (70, 15, 15)
            )[0]
        if status is CaseStatus.PAUSED:
            until, reason = day_text(self.now // DAY + draw.randrange(5, 90)), "Saison haute."
        reference = "D-" + "".join(draw.choices(ALPHABET)) + _base32(story.index)
        self._add(
            "case_file",
            *(story.id, reference, story.firm.company or NULL, story.firm.person, story.lead.id),
            *(story.worker.membership, story.phase.value, status.value, until, reason),
            *(instant(story.opened), closed, outcome, instant(story.moved)),
            *(array(story.readers), instant(story.opened)),
        )

    def _close(self, story: Story) -> None:
        if not story.is_closed:
            return
        self._change(story, "status", "open", "closed", "", story.end)
        self._record(
            story, "case.closed", "case_file", story.id, story.end, story.lead, story.worker
        )
        text = "Dossier clos."
        where = (story.lead, story.worker, text, story.end)
        self._entry(story, EntryKind.CASE_CLOSED, Audience.ALL, *where)

    def _change(
        self, story: Story, kind: str, before: str, after: str, reason: str, at: int
    ) -> None:
        made = self.draw.identifier(at)
        story.moved = max(story.moved, at)
        facts = (kind, before, after, reason, instant(at), story.worker.membership)
        self._add("case_change", made, story.id, *facts)

    # --- who takes part ------------------------------------------------------------------------

    def _share(self, story: Story) -> None:
        """Partners come by a referral they accepted; the exporting seat observes."""
        draw = self.draw
        count = draw.choices(PARTNERS, PARTNERS_WEIGHTS)[0]
        joining = [one for one in draw.sample(self.others, count) if one.id != story.lead.id]
        if self.shape.is_measured(story.index) and story.lead is not self.measured:
            joining = [self.measured, *joining[:2]]
        story.basis = draw.identifier(story.opened + 60)
        for seat in joining:
            if story.opened + 2 * DAY < story.end:
                self._refer(story, seat, S.ACCEPTED)
            else:
                self._refer_only(story, seat)
        if self.shape.is_exported(story.index):
            worker = draw.choice(self.exporting.workers)
            story.covered.append(self.exporting.id)
            facts = (ParticipantRole.OBSERVER, story.opened + 120, story.basis, NULL)
            self._participation(story, self.exporting, worker, *facts)

    def _refer_only(self, story: Story, seat: BenchSeat) -> None:
        """Too early for an answer: the measured seat is let in at once, the others wait."""
        if seat is self.measured:
            story.covered.append(seat.id)
            worker = self.draw.choice(seat.workers)
            facts = (ParticipantRole.PARTNER, story.opened + 120, story.basis, NULL)
            self._participation(story, seat, worker, *facts)
        else:
            self._refer(story, seat, S.SENT)

    def _need_and_send(self, story: Story) -> None:
        """Half the cases have a referral that did not end in an entry; old ones do not wait."""
        draw = self.draw
        if draw.random() < 0.5 and len(self.others) > 1:
            seat = draw.choice(self.others)
            if draw.random() < 0.06 and story.lead is not self.measured:
                seat = self.measured
            if seat.id != story.lead.id and seat.id not in story.covered:
                self._refer(story, seat, draw.choices((S.DECLINED, S.SENT), (60, 40))[0])
        if story.covered:
            self._basis(story)

    def _basis(self, story: Story) -> None:
        at, given = story.opened + 60, escaped(story.firm.person_name)
        self._add(
            "legal_basis",
            *(story.basis, story.id, "consent", "writing", given, instant(at)),
            *(array(story.covered), SECTIONS, story.worker.membership, story.lead.id),
            *(instant(at), instant(at)),
        )
        self._record(
            story, "agreement.recorded", "legal_basis", story.basis, at, story.lead, story.worker
        )

    def _participation(
        self,
        story: Story,
        seat: BenchSeat,
        worker: Worker,
        role: ParticipantRole,
        at: int,
        basis: str,
        referral: str,
    ) -> None:
        """Without an end: it reads; one partner in twelve has left a closed case."""
        has_left = (
            role is ParticipantRole.PARTNER
            and story.is_closed
            and seat is not self.measured
            and self.draw.random() < 0.08
        )
        ended, reason = (instant(story.end), "left") if has_left else (NULL, "")
        if not has_left:
            if role is not ParticipantRole.LEAD:
                story.readers.append(seat.id)
                story.present.append((seat, worker))
            story.firm.seats.add(seat.id)
        sections = "{}" if role is ParticipantRole.LEAD else SECTIONS
        made = self.draw.identifier(at)
        facts = (worker.membership, basis, referral, sections, instant(at), ended, reason)
        self._add("participation", made, story.id, seat.id, role.value, *facts)

    # --- needs and referrals -------------------------------------------------------------------

    def _refer(self, story: Story, seat: BenchSeat, end: ReferralState) -> None:
        """A need, its referral to one seat, the sheet, the steps, what everybody was told."""
        draw = self.draw
        subject = draw.choice(seat.subjects)
        latest = min(story.opened + 20 * DAY, story.end - DAY)
        sent = draw.between(story.opened, latest) if latest > story.opened else story.opened + 60
        need, referral = draw.identifier(sent - 30), draw.identifier(sent)
        story.covered.append(seat.id)
        self._need(story, need, subject, sent - 30)
        worker = draw.choice(seat.workers)
        moves = self._moves(sent, story.end, end)
        self._referral(story, referral, need, subject, seat, worker, moves)
        if moves[-1][0] is not S.EXPIRED:
            self._sheet(story, referral, seat, subject, sent)
        self._follow(story, referral, seat, worker, subject, moves)
        if end is S.ACCEPTED:
            at = next(at for state, at in moves if state is S.ACCEPTED)
            facts = (ParticipantRole.PARTNER, at, story.basis, referral)
            self._participation(story, seat, worker, *facts)

    def _moves(self, sent: int, limit: int, end: ReferralState) -> list[tuple[ReferralState, int]]:
        """States after the draft, with their instants."""
        draw = self.draw
        moves = [(S.SENT, sent)]
        if end is S.SENT:
            if limit - sent > UNANSWERED:
                return [*moves, (S.EXPIRED, sent + UNANSWERED)]
            if limit < self.now:
                return [*moves, (S.REVOKED, limit)]
            return [*moves, (S.SEEN, draw.between(sent, limit))] if draw.random() < 0.4 else moves
        answered = draw.between(sent + 60, min(sent + ANSWER_WITHIN, limit))
        moves += [(S.SEEN, (sent + answered) // 2), (end, answered)]
        if end is S.DECLINED:
            return moves
        for state, days, share in (
            (S.FIRST_CONTACT, 4, 0.85),
            (S.IN_PROGRESS, 9, 0.8),
            (S.COMPLETED, 60, 0.8),
        ):
            at = moves[-1][1] + DAY // 4 + int(draw.random() * days * DAY)
            if at >= limit or draw.random() > share:
                break
            moves.append((state, at))
        return moves

    def _need(self, story: Story, need: str, subject: Subject, at: int) -> None:
        text, lead = self.draw.choice(self.pools.needs[subject]), story.lead
        facts = (subject.value, Audience.AID.value, text, NULL, instant(at))
        self._add("need", need, story.id, lead.id, story.worker.membership, *facts)
        self._record(story, "need.added", "need", need, at, lead, story.worker)

    def _referral(
        self,
        story: Story,
        referral: str,
        need: str,
        subject: Subject,
        seat: BenchSeat,
        worker: Worker,
        moves: list[tuple[ReferralState, int]],
    ) -> None:
        at = dict(moves)
        state, sent, lead = moves[-1][0], moves[0][1], story.lead
        answered = at.get(S.ACCEPTED) or at.get(S.DECLINED)
        is_over = state in (S.COMPLETED, S.DECLINED, S.EXPIRED, S.REVOKED)
        code, words = NULL, ""
        if state is S.DECLINED:
            code = self.draw.choices(*self.answers)[0].value
            words = self.draw.choice(self.pools.declines[code])
        readers = array(dict.fromkeys((lead.id, seat.id)))
        names = frozen(lead, story.worker, lead.name, seat, story.firm.town)
        self._add(
            "referral",
            *(referral, story.id, need, ReferralKind.JOINT.value, state.value, subject.value),
            *(lead.id, story.worker.membership, seat.id, seat.unit),
            worker.membership if answered else NULL,
            *(story.basis, names, f"bench-{referral}", instant(sent)),
            *(_moment(at.get(S.SEEN)), instant(sent + 2 * DAY), instant(sent + UNANSWERED)),
            *(_moment(answered), instant(moves[-1][1]) if is_over else NULL),
            *(code, words, readers, instant(sent)),
        )

    def _sheet(
        self, story: Story, referral: str, seat: BenchSeat, subject: Subject, at: int
    ) -> None:
        firm = story.firm
        identity = [["Entreprise", firm.name], ["SIREN", firm.siren]]
        identity += [["Entrepreneur", firm.person_name], ["Téléphone", firm.phone]]
        identity += [["Courriel", firm.email], ["Commune", firm.town.name]]
        situation = [["Besoin", subject.label], ["Phase", story.phase.label]]
        situation.append(["Message", self.draw.choice(self.pools.messages[subject])])
        sheet = {
            Section.IDENTITY.value: [line for line in identity if line[1]],
            Section.SITUATION.value: situation,
        }
        names = fold(f"{firm.name} {firm.person_name}")
        seats = array((story.lead.id, seat.id))
        self._add(
            "referral_sheet",
            *(referral, SECTIONS, json_column(sheet), instant(at), names, firm.siren, seats),
        )

    def _follow(
        self,
        story: Story,
        referral: str,
        seat: BenchSeat,
        worker: Worker,
        subject: Subject,
        moves: list[tuple[ReferralState, int]],
    ) -> None:
        """Steps, journal, timeline of the sender, notice to the receiver, outbox."""
        before, draw, lead = S.DRAFT, self.draw, story.lead
        for state, at in moves:
            is_senders = state in (S.SENT, S.REVOKED)
            who, member = (lead, story.worker) if is_senders else (seat, worker)
            made = draw.identifier(at)
            ends = (NULL, NULL) if state is S.EXPIRED else (who.id, member.membership)
            steps = (before.value, state.value, instant(at))
            self._add("referral_step", made, referral, *steps, *ends)
            action = "referral.read" if state is S.SEEN else f"referral.{state.value}"
            if state is not S.EXPIRED:
                self._record(story, action, "referral", referral, at, who, member)
            before = state
        sent = moves[0][1]
        label = f"{subject.label} (suivi partagé)."
        text = escaped(f"Orientation envoyée à {seat.name} : {label}")
        self._entry(
            story, EntryKind.REFERRAL, Audience.OWN, lead, story.worker, text, sent, referral
        )
        self._tell_receiver(story, referral, seat, sent)

    def _tell_receiver(self, story: Story, referral: str, seat: BenchSeat, sent: int) -> None:
        draw, told = self.draw, min(sent + 75, self.now)
        key = f"bench:{TELL_RECEIVER}:{referral}"
        text = escaped(f"{story.lead.name} vous adresse une orientation.")
        read = NULL if self.now - told < 12 * DAY else instant(told + DAY)
        path = f"/orientations/{referral}"
        made = draw.identifier(told)
        self._add("notice", made, key, seat.id, referral, text, path, read, instant(told))
        payload = f'{{"referral_id": "{referral}", "seat_id": "{seat.id}"}}'
        who = ("member", story.worker.user, story.lead.id, referral)
        when = (instant(told), instant(told), instant(sent))
        self._add(
            "outbox",
            *(draw.identifier(sent), TELL_RECEIVER, key, payload, *who),
            *(instant(sent + 60), "sent", "1", *when),
        )

    # --- what is written and done --------------------------------------------------------------

    def _write(self, story: Story) -> None:
        """One to five lines by those who take part; two hundred in the long case."""
        draw, is_long = self.draw, story.index == self.shape.long_index
        count = LONG_ENTRIES - 1 if is_long else draw.randrange(1, 6)
        for _ in range(count):
            seat, worker = story.present[0] if draw.random() < 0.6 else draw.choice(story.present)
            kind = draw.choices(WRITTEN, WRITTEN_WEIGHTS)[0]
            audience = draw.choices(*self.audiences)[0]
            if is_long or not seat.is_aid:
                audience = Audience.AID if seat.is_aid else Audience.ALL
            at = draw.between(story.opened, story.end)
            body = draw.choice(self.pools.bodies[kind])
            entry = self._entry(story, kind, audience, seat, worker, body, at)
            self._record(story, "entry.written", "timeline_entry", entry, at, seat, worker)

    def _entry(
        self,
        story: Story,
        kind: EntryKind,
        audience: Audience,
        seat: BenchSeat,
        worker: Worker,
        body: str,
        at: int,
        about: str = NULL,
    ) -> str:
        made = self.draw.identifier(at)
        moment = instant(at)
        facts = (kind.value, audience.value, seat.id, worker.membership, body, moment)
        is_corrected = kind in WRITTEN and self.draw.random() < 0.03
        later = min(at + 1800, self.now)
        corrected = instant(later) if is_corrected else NULL
        self._add("timeline_entry", made, story.id, *facts, about, corrected, moment)
        if is_corrected:
            self._revision(story, made, audience, worker, body, later)
        return made

    def _revision(
        self, story: Story, entry: str, audience: Audience, worker: Worker, body: str, at: int
    ) -> None:
        """The earlier text said less."""
        facts = (body[: len(body) // 2], instant(at), worker.membership, audience.value)
        self._add("entry_revision", self.draw.identifier(at), entry, story.id, *facts)

    def _take_stock(self, story: Story) -> None:
        """Half the cases have an assessment, with three creditors."""
        draw, words = self.draw, self.assessment_words
        if draw.random() < 0.5:
            return
        at = draw.between(story.opened, min(story.opened + 15 * DAY, story.end))
        made = draw.identifier(at)
        texts = [draw.choice(words[key]) for key in ("moral_strand", "technical_strand")]
        treasury = str(draw.randrange(-180, 260) * 10_000)
        counts = (treasury, draw.choice(words["order_book"]), str(draw.randrange(0, 20)))
        people = (draw.choice(words["staff"]), *texts)
        where = (story.lead.id, story.worker.membership, day_text(at // DAY))
        self._add("assessment", made, story.id, *where, *counts, *people, instant(at))
        for creditor in draw.sample(words["creditors"], 3):
            amount = str(draw.randrange(4, 900) * 10_000)
            is_overdue = TRUE if draw.random() < 0.7 else FALSE
            debt = (made, creditor, amount, is_overdue)
            self._add("assessment_debt", draw.identifier(at), *debt)
        who = (at, story.lead, story.worker)
        self._record(story, "assessment.recorded", "assessment", made, *who)

    def _act(self, story: Story) -> None:
        """One action on average; those of a closed case are done."""
        draw = self.draw
        for _ in range(draw.choices((0, 1, 2), (30, 40, 30))[0]):
            seat, worker = draw.choice(story.present)
            at = draw.between(story.opened, story.end)
            due = at + draw.randrange(3, 40) * DAY
            is_done = story.is_closed or due < self.now - 10 * DAY
            status = ActionStatus.DONE if is_done else ActionStatus.TODO
            done = instant(min(due, story.end)) if is_done else NULL
            made = draw.identifier(at)
            objective = draw.choice(self.pools.actions[draw.choice(seat.subjects)])
            facts = (objective, worker.membership, day_text(due // DAY), status.value, done)
            self._add("case_action", made, story.id, seat.id, *facts, instant(at))
            self._record(story, "action.added", "case_action", made, at, seat, worker)

    def _read(self, story: Story) -> None:
        """Who opened the case: each seat, twice."""
        for seat, worker in story.present:
            for _ in range(2):
                at = self.draw.between(story.opened, story.end)
                self._record(story, "case.read", "case_file", story.id, at, seat, worker)

    def _record(
        self,
        story: Story,
        action: str,
        table: str,
        about: str,
        at: int,
        seat: BenchSeat,
        worker: Worker,
    ) -> None:
        made = self.draw.identifier(at)
        facts = (worker.user, seat.id, action, table, about, story.id, "{}")
        self._add("journal_event", made, instant(at), "member", *facts)

    def _add(self, table: str, *values: str) -> None:
        self.lines[table].append("\t".join(values))


def _moment(at: int | None) -> str:
    return NULL if at is None else instant(at)


def _base32(number: int) -> str:
    """Five letters of a case's number: no two cases have the same reference."""
    letters = ""
    for _ in range(5):
        number, rest = divmod(number, len(ALPHABET))
        letters += ALPHABET[rest]
    return letters
