"""Need, referral, its frozen sheet and history, access requests, printouts."""

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, Computed, ForeignKey, Index, LargeBinary, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, TEXT
from sqlalchemy.dialects.postgresql import UUID as PG_UUID
from sqlalchemy.orm import Mapped, mapped_column, validates

from app import clock
from app.db import Base, Dated, Identified, RowClass, related, row_class, text_enum
from app.folding import fold
from cases.casework.enums import Audience, Section
from cases.casework.models import CaseFile, LegalBasis
from cases.referrals.enums import DeclineCode, PrintoutStatus, ReferralKind, ReferralState
from partners.organisations.enums import Subject
from partners.organisations.models import Seat, Unit
from partners.people.models import Membership

CASE = row_class(RowClass.CASE)
#: What a sending or an answer leaves behind.
LAST = row_class(RowClass.CASE, written_last=True)
SEATS = ARRAY(PG_UUID(as_uuid=True))
#: Whom a referral is about, for whoever may no longer know.
NOT_TOLD = "Entreprise non communiquée"


class Need(Identified, Dated, Base):
    """What a case needs; its state is computed from its referrals, never typed."""

    __tablename__ = "need"
    __table_args__ = (CASE,)

    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("case_file.id"), index=True)
    seat_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("seat.id"))
    author_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("membership.id"))
    subject: Mapped[Subject] = mapped_column(text_enum(Subject))
    audience: Mapped[Audience] = mapped_column(text_enum(Audience), default=Audience.AID)
    description: Mapped[str]
    budget_euros: Mapped[int | None]
    client_key: Mapped[str | None] = mapped_column(unique=True)

    case: Mapped[CaseFile] = related()
    author: Mapped[Membership | None] = related()
    referrals: Mapped[list["Referral"]] = related(back_populates="need")


class Referral(Identified, Dated, Base):
    """One sending of a need to one seat.

    ``frozen`` keeps, from the sending on, ``sender`` and ``receiver`` (``organisation``, ``unit``,
    ``member``), ``territory`` (INSEE codes and names), ``lead`` (name) and ``promises`` (hours):
    figures do not move when people or names do. What is personal sits in the sheet alone, which
    closes. ``reader_seats`` (sender, lead, receiver once sent) is kept by a trigger.
    ``client_key`` makes a double click one sending. ``due_at`` is ``answer_by`` while an answer is
    waited for: the box (``BoxedReferral``) is sorted by it.
    """

    __tablename__ = "referral"
    __table_args__ = (
        CheckConstraint(
            "kind NOT IN ('joint', 'handover') OR state = 'draft' OR basis_id IS NOT NULL",
            name="basis",
        ),
        CheckConstraint("(state = 'declined') = (decline_code IS NOT NULL)", name="decline"),
        CheckConstraint("state = 'draft' OR sent_at IS NOT NULL", name="sent_at"),
        Index("ix_referral_reader_seats", "reader_seats", postgresql_using="gin"),
        Index("ix_referral_receiver_seat_id_state", "receiver_seat_id", "state"),
        Index(
            "uq_referral_waiting",
            "need_id",
            "receiver_seat_id",
            unique=True,
            postgresql_where=text("state IN ('sent', 'seen')"),
        ),
        CASE,
    )

    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("case_file.id"), index=True)
    need_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("need.id"), index=True)
    kind: Mapped[ReferralKind] = mapped_column(text_enum(ReferralKind))
    state: Mapped[ReferralState] = mapped_column(
        text_enum(ReferralState), default=ReferralState.DRAFT
    )
    subject: Mapped[Subject] = mapped_column(text_enum(Subject))
    sender_seat_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("seat.id"))
    sender_member_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("membership.id"))
    receiver_seat_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("seat.id"))
    receiver_unit_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("unit.id"))
    receiver_member_id: Mapped[uuid.UUID | None] = mapped_column(
        ForeignKey("membership.id"), index=True
    )
    basis_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("legal_basis.id"), index=True)
    redirected_from_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("referral.id"))
    message: Mapped[str] = mapped_column(default="")
    frozen: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)
    client_key: Mapped[str] = mapped_column(unique=True)
    sent_at: Mapped[datetime | None]
    seen_at: Mapped[datetime | None]
    answer_by: Mapped[datetime | None]
    due_at: Mapped[datetime | None] = mapped_column(
        Computed("CASE WHEN state IN ('sent', 'seen') THEN answer_by END", persisted=True)
    )
    expires_at: Mapped[datetime | None]
    answered_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    decline_code: Mapped[DeclineCode | None] = mapped_column(text_enum(DeclineCode))
    decline_text: Mapped[str] = mapped_column(default="")
    can_entrepreneur_read: Mapped[bool] = mapped_column(default=False)
    proposed_seat_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("seat.id"))
    end_note: Mapped[str] = mapped_column(default="")
    reader_seats: Mapped[list[uuid.UUID]] = mapped_column(SEATS, default=list, server_default="{}")

    need: Mapped[Need] = related(back_populates="referrals")
    case: Mapped[CaseFile] = related()
    sender_seat: Mapped[Seat] = related(foreign_keys=[sender_seat_id])
    receiver_seat: Mapped[Seat] = related(foreign_keys=[receiver_seat_id])
    sender_member: Mapped[Membership | None] = related(foreign_keys=[sender_member_id])
    receiver_member: Mapped[Membership | None] = related(foreign_keys=[receiver_member_id])
    receiver_unit: Mapped[Unit | None] = related()
    proposed_seat: Mapped[Seat | None] = related(foreign_keys=[proposed_seat_id])
    basis: Mapped[LegalBasis | None] = related()
    sheet: Mapped["ReferralSheet | None"] = related(back_populates="referral", uselist=False)

    @property
    def title(self) -> str:
        """Whom it is about, as far as its reader may still know; ``sheet`` and ``case`` loaded."""
        if self.sheet is not None and self.sheet.title:
            return self.sheet.title
        return self.case.title if self.case is not None else NOT_TOLD


class ReferralSheet(Base):
    """The frozen *fiche de liaison*: the consented fields and nothing else.

    ``content`` maps a section to a list of ``[label, value]``. The receiver reads it from the
    sending until the referral is declined, redirected, expired or revoked. ``folded_names``,
    ``siren`` and ``search_keys`` repeat whom it is about, to be searched: they close with it.
    ``seats`` are its sender's and its receiver's, kept by a trigger.
    """

    __tablename__ = "referral_sheet"
    __table_args__ = (
        Index(
            "ix_referral_sheet_searched",
            "seats",
            "search_keys",
            postgresql_using="gin",
            postgresql_with={"fastupdate": "off"},
        ),
        LAST,
    )

    referral_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("referral.id"), primary_key=True)
    sections: Mapped[list[str]] = mapped_column(ARRAY(TEXT))
    content: Mapped[dict[str, Any]] = mapped_column(JSONB)
    frozen_at: Mapped[datetime] = mapped_column(default=clock.now)
    folded_names: Mapped[str] = mapped_column(server_default="")
    siren: Mapped[str] = mapped_column(server_default="")
    search_keys: Mapped[list[str]] = mapped_column(
        ARRAY(TEXT), Computed("sheet_keys(folded_names, siren)", persisted=True), deferred=True
    )
    seats: Mapped[list[uuid.UUID]] = mapped_column(SEATS, server_default="{}", deferred=True)

    referral: Mapped[Referral] = related(back_populates="sheet")

    @validates("content")
    def _keep_searched_words(self, _key: str, content: dict[str, Any]) -> dict[str, Any]:
        lines = content.get(Section.IDENTITY.value) or []
        named = [value for label, value in lines if label in ("Entreprise", "Entrepreneur")]
        self.folded_names = fold(" ".join(named))
        siren = "".join(value for label, value in lines if label == "SIREN")
        self.siren = "".join(char for char in siren if char.isdigit())
        return content

    @property
    def title(self) -> str:
        """The company's name, else the person's: the first line of the identity."""
        lines = self.content.get("identity") or [["", ""]]
        return str(lines[0][1])


class ReferralStep(Identified, Base):
    """One transition of a referral; ``undone_at`` when its author took it back in the minute.

    Taken by a link, it keeps which one, and the name and function of whoever answered.
    """

    __tablename__ = "referral_step"
    __table_args__ = (
        CheckConstraint("signed_name = '' OR link_id IS NOT NULL", name="signed_by_link"),
        LAST,
    )

    referral_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("referral.id"), index=True)
    before: Mapped[ReferralState] = mapped_column(text_enum(ReferralState, "before"))
    after: Mapped[ReferralState] = mapped_column(text_enum(ReferralState, "after"))
    at: Mapped[datetime] = mapped_column(default=clock.now)
    seat_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("seat.id"))
    member_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("membership.id"))
    link_id: Mapped[uuid.UUID | None]
    signed_name: Mapped[str] = mapped_column(default="", server_default="")
    signed_function: Mapped[str] = mapped_column(default="", server_default="")
    note: Mapped[str] = mapped_column(default="")
    undone_at: Mapped[datetime | None]

    referral: Mapped[Referral] = related()
    member: Mapped[Membership | None] = related()

    @property
    def signature(self) -> str:
        """Name and function of whoever answered by a link."""
        return f"{self.signed_name}, {self.signed_function}" if self.signed_name else ""

    @property
    def author(self) -> str:
        """Who took it, as its readers are told; ``member`` and its user loaded."""
        if self.signature:
            return f"répondu par lien : {self.signature}"
        if self.member is not None:
            return self.member.user.full_name
        return "par le lien de réponse" if self.link_id else "Relais"


class AccessRequest(Identified, Dated, Base):
    """*Demande d’accès*: names a company, never a case; always gets the same answer."""

    __tablename__ = "access_request"
    __table_args__ = (CASE,)

    seat_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("seat.id"), index=True)
    member_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("membership.id"))
    siren: Mapped[str | None]
    company_name: Mapped[str]
    subject: Mapped[Subject] = mapped_column(text_enum(Subject))
    reason: Mapped[str]

    seat: Mapped[Seat] = related()
    member: Mapped[Membership] = related()


class AccessRequestMatch(Base):
    """Which open case a request fell upon: written by a definer function, read by its lead.

    ``lead_seat_id`` leads the case now; a trigger keeps it.
    """

    __tablename__ = "access_request_match"
    __table_args__ = (
        Index(
            "ix_access_request_match_led",
            "lead_seat_id",
            "request_id",
            postgresql_where=text("handled_at IS NULL"),
        ),
        CASE,
    )

    request_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("access_request.id"), primary_key=True)
    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("case_file.id"), index=True)
    handled_at: Mapped[datetime | None]
    handled_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("membership.id"))
    lead_seat_id: Mapped[uuid.UUID | None]

    request: Mapped[AccessRequest] = related()
    case: Mapped[CaseFile] = related()


class Printout(Identified, Dated, Base):
    """A document being made by the worker for one member, with its progress in percent."""

    __tablename__ = "printout"
    __table_args__ = (CheckConstraint("progress BETWEEN 0 AND 100", name="progress"), CASE)

    referral_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("referral.id"), index=True)
    user_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("user_account.id"))
    seat_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("seat.id"))
    status: Mapped[PrintoutStatus] = mapped_column(
        text_enum(PrintoutStatus), default=PrintoutStatus.WAITING
    )
    progress: Mapped[int] = mapped_column(default=0)
    content: Mapped[bytes | None] = mapped_column(LargeBinary)
    expires_at: Mapped[datetime]

    referral: Mapped[Referral] = related()
