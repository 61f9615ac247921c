"""A member as pages name them: the shape of the model, without what is not shown."""

import msgspec


class ShownUser(msgspec.Struct, frozen=True):
    """A person's name."""

    full_name: str


class ShownMember(msgspec.Struct, frozen=True):
    """A member, with the person they are."""

    user: ShownUser
