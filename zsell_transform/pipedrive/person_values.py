"""What is known of a person beside the name, under which names the rooms of the house know it."""

from __future__ import annotations

from typing import Final

import attrs


@attrs.frozen
class PersonValue:
    """One value of a person.

    Attributes:
        key: its column in the frames that are compared.
        header: the wizard's.
        held: the column of `Held.persons` that has all of a person's, where Pipedrive shows several.
        caption: how the line of a lead's note begins that says it, where the person has another one.
    """

    key: str
    header: str
    held: str
    caption: str


EMAIL: Final = PersonValue("email", "Person - Email (Work)", "emails", "E-mail")
WORK: Final = PersonValue("work", "Person - Phone (Work)", "phones", "Phone")
MOBILE: Final = PersonValue("mobile", "Person - Phone (Mobile)", "phones", "Mobile")
JOB: Final = PersonValue("job", "Person - Job title", "", "Job title")
ADDRESS: Final = PersonValue("address", "Person - Address", "", "Address")

#: What the wizard finds a person by, beside the name.
FOUND_BY: Final = (EMAIL, WORK, MOBILE)
#: What else is told of a lead's person.
TOLD_BESIDE: Final = (JOB, ADDRESS)

FIRST_NAME: Final = "Person - First name"
LAST_NAME: Final = "Person - Last name"
PERSON_OWNER: Final = "Person - Owner"
