"""Members who are named in a message for the team: “@Ada Lovelace”."""

from collections.abc import Iterable
from uuid import UUID

from apps.teams.models import Membership
from atrium.chores import defer

from .models import Mention, Message


def named_in(body: str, members: Iterable[tuple[UUID, str]]) -> set[UUID]:
    """Those whose name stands in it behind an @, whatever its case; the longest name that fits, and all who bear it."""
    text = body.casefold()
    by_name: dict[str, set[UUID]] = {}
    for pk, name in members:
        by_name.setdefault(name.casefold(), set()).add(pk)
    names = sorted(filter(None, by_name), key=len, reverse=True)
    found: set[UUID] = set()
    at = text.find("@")
    while at >= 0:
        rest = text[at + 1 :]
        for name in names:
            if rest.startswith(name) and not rest[len(name) : len(name) + 1].isalnum():
                found |= by_name[name]
                break
        at = text.find("@", at + 1)
    return found


def note_mentions(message: Message, author: UUID) -> None:
    """Keep who is named, and have those mailed who wish it; inside the team's context. author: a user, who is not."""
    if "@" not in message.body:
        return
    members = {each.pk: each for each in Membership.objects.select_related("user").exclude(user_id=author)}
    for pk in sorted(named_in(message.body, [(pk, str(each.user)) for pk, each in members.items()])):
        mention = Mention.objects.create(message=message, thread_id=message.thread_id, member_id=pk)
        if members[pk].user.mails_mentions:
            defer("feedback.mail_mention", team_id=str(message.team_id), mention_id=str(mention.pk))
