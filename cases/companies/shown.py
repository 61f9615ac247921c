"""Company and person as the page of a case names them: the shape of the models, less what is not
shown."""

import uuid

import msgspec


class ShownCommune(msgspec.Struct, frozen=True):
    """A commune's name."""

    name: str


class ShownCompany(msgspec.Struct, frozen=True):
    """A company; the codes are those of the reference tables, ``commune_code`` the INSEE's."""

    id: uuid.UUID
    name: str
    siren: str | None
    naf: str | None
    headcount_band: str | None
    commune_code: str | None
    commune: ShownCommune | None


class ShownPerson(msgspec.Struct, frozen=True):
    """The entrepreneur (*dirigeant·e*)."""

    id: uuid.UUID
    full_name: str
    phone: str
