"""The demonstration: the synthetic region published, with someone of each role to sign in as."""

from __future__ import annotations

import csv
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from django.db import transaction
from django.db.models import Count

from harmfree.publish.reading import LiveRun
from harmfree.web.access.roles import NAMES, Role
from harmfree.web.accounts.models import Membership, User
from harmfree.web.boards.tasks import ask_for_all
from harmfree.web.dashboards.models import Annotation
from harmfree.web.organisations.models import Kind, Organisation
from harmfree.web.publication.models import Finding
from harmfree.web.publication.publish import publish
from harmfree.web.worklist.identities import keep, made_up
from harmfree.web.worklist.models import Identity

Progress = Callable[[str, int, int], None]
DOMAIN = "demo.example"
PEOPLE: dict[Role, tuple[str, str]] = {
    Role.CLINICIAN: ("pharmacist", "Priya Shah, practice pharmacist"),
    Role.SITE_MEMBER: ("manager", "Tom Ellis, practice manager"),
    Role.CARER: ("carer", "Grace Owusu, senior carer"),
    Role.LEAD: ("lead", "Maeve Doyle, programme lead"),
    Role.ANALYST: ("analyst", "Sam Iqbal, region analyst"),
    Role.CONTRIBUTOR: ("contributor", "Joan Whitaker, patient partner"),
    Role.ADMINISTRATOR: ("administrator", "Lee Carter, administrator"),
}


@dataclass(frozen=True)
class SignIn:
    """One way into the demonstration."""

    role: str
    email: str
    place: str


def set_up(live: LiveRun, secret_folder: Path, progress: Progress) -> tuple[list[SignIn], str]:
    """Publish the run and make the sign-ins; they and the password that all of them share.

    The password is made at the first call and kept in `secret_folder`, because a password that
    stands in public code would open every demonstration that somebody forgot to close.
    """
    published = publish(live, progress)
    password = _password(secret_folder)
    with transaction.atomic():
        sign_ins = [_sign_in(role, _place(role), password) for role in PEOPLE]
        put_on_charts(live, User.objects.get(email=f"{PEOPLE[Role.LEAD][0]}@{DOMAIN}"))
        if not Identity.objects.exists():
            keep(made_up(live))
        ask_for_all(published)
    return sign_ins, password


def _password(folder: Path) -> str:
    path = folder / "demonstration"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text("-".join(secrets.token_hex(2) for _ in range(4)), encoding="ascii")
    return path.read_text(encoding="ascii")


def _place(role: Role) -> Organisation | None:
    """Where a role works: the practice and the home with most to do, the region, or everywhere."""
    if role in (Role.CLINICIAN, Role.SITE_MEMBER):
        busiest = (
            Finding.objects.filter(organisation__kind=Kind.PRACTICE)
            .values("organisation")
            .annotate(open=Count("id"))
            .order_by("-open", "organisation")
            .first()
        )
        return Organisation.objects.get(pk=busiest["organisation"]) if busiest else None
    if role == Role.CARER:
        return Organisation.objects.filter(kind=Kind.CARE_HOME).first()
    if role in (Role.LEAD, Role.ANALYST):
        return Organisation.objects.filter(kind=Kind.REGION).first()
    return None


def _sign_in(role: Role, place: Organisation | None, password: str) -> SignIn:
    name, shown = PEOPLE[role]
    email = f"{name}@{DOMAIN}"
    user = User.objects.filter(email=email).first() or User.objects.create_user(email, shown)
    user.set_password(password)
    user.save()
    Membership.objects.get_or_create(user=user, role=role, organisation=place)
    return SignIn(NAMES[role], email, place.name if place else "everywhere")


def put_on_charts(live: LiveRun, by: User) -> None:
    """Put the pharmacists' go-live dates of the synthetic region on the charts."""
    path = live.store.folder / "rollout.csv"
    if not path.is_file():
        return
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            at = Organisation.objects.filter(code=row["site"]).first()
            if at and row["go_live"]:
                Annotation.objects.get_or_create(
                    organisation=at,
                    on=date.fromisoformat(row["go_live"]),
                    text="Practice pharmacist started",
                    defaults={"by": by, "intervention": True},
                )
