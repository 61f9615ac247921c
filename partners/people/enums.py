"""Roles of members, kinds of absence, and their French labels."""

from app.actors import Role, Side

ROLE_LABELS = {
    Role.ADVISER: "Conseiller·ère",
    Role.MEDIATOR: "Médiateur·rice",
    Role.COORDINATOR: "Coordinateur·rice",
    Role.MANAGER: "Responsable de structure",
    Role.ACCOUNTANT: "Expert-comptable (tiers déclarant)",
    Role.OBSERVER: "Observateur·rice",
    Role.AUDITOR: "Auditeur·rice (DPO)",
    Role.PLATFORM_ADMIN: "Administration de la plateforme",
}
SIDE_LABELS = {Side.AID: "accompagnement", Side.RECOVERY: "recouvrement"}
