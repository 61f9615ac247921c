"""What changes the directory. Each command writes its event in the journal."""

from partners.organisations.commands.organisations import (
    change_organisation,
    confirm_organisation,
    note_directory_export,
    open_organisation,
    rename_organisation,
    resume_organisation,
    suspend_organisation,
)
from partners.organisations.commands.services import (
    add_routing_rule,
    add_service,
    change_service,
    remove_routing_rule,
    restore_service,
    withdraw_service,
)
from partners.organisations.commands.units import (
    UnitFacts,
    change_unit,
    close_unit,
    open_unit,
    reopen_unit,
)

__all__ = [
    "UnitFacts",
    "add_routing_rule",
    "add_service",
    "change_organisation",
    "change_service",
    "change_unit",
    "close_unit",
    "confirm_organisation",
    "note_directory_export",
    "open_organisation",
    "open_unit",
    "remove_routing_rule",
    "rename_organisation",
    "reopen_unit",
    "restore_service",
    "resume_organisation",
    "suspend_organisation",
    "withdraw_service",
]
