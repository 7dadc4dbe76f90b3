"""The people of the house, how long things stay, and what guardians are told.

`unhear people`, `unhear retention` and `unhear notices`.
"""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Annotated

import typer

from unhear.cli.naming import name_of, person_called
from unhear.cli.output import Json, console, open_house, show_json, show_table
from unhear.clock import month_number, month_start
from unhear.forget.snapshot import snapshot
from unhear.house.told import told_text
from unhear.household.ages import AgeBand
from unhear.household.retention import DeviceKind, Retention, RetentionRule
from unhear.household.words import Person, PersonKind, Purpose
from unhear.keep.notices import notices as kept_notices

people = typer.Typer(help="Who lives here.", no_args_is_help=True)
retention = typer.Typer(help="How long kept things stay.", no_args_is_help=True)

Name = Annotated[str, typer.Argument(help="What they are called; `unknown` for unnamed voices.")]


@people.command("list")
def list_people(context: typer.Context, *, as_json: Json = False) -> None:
    """List who lives here."""
    house = open_house(context)
    rows = [
        {
            "name": p.name,
            "kind": p.kind.value,
            "age": _age(p),
            "warned": p.warned_day is not None,
        }
        for p in house.household.people
    ]
    if as_json:
        show_json({"people": rows})
        return
    warned = "goes unused, and is erased unless kept"
    shown = [
        [
            str(r["name"]),
            str(r["kind"]),
            " until ".join(r["age"].values()) if isinstance(r["age"], dict) else "",
            warned if r["warned"] else "",
        ]
        for r in rows
    ]
    show_table(house.household.name, ["name", "", "age", ""], shown)


@people.command("add")
def add_person(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="What they are called.")],
    *,
    kind: Annotated[PersonKind, typer.Option(help="What they are to the house.")],
    as_json: Json = False,
) -> None:
    """Add somebody. Nothing they say is kept until `unhear consent give`."""
    person = open_house(context).family.add(name, kind)
    if as_json:
        show_json({"added": person.name, "kind": kind.value})
    else:
        console.print(f"{name} is added. Nothing of what {name} says is kept yet.", markup=False)


@people.command("keep")
def keep_person(context: typer.Context, name: Name, *, as_json: Json = False) -> None:
    """Keep a child's profile that goes unused: it counts as used today."""
    house = open_house(context)
    house.family.keep_profile(person_called(house, name))
    if as_json:
        show_json({"kept": name})
    else:
        console.print(f"{name}'s profile stays.", markup=False)


@people.command("remove")
def remove_person(context: typer.Context, name: Name, *, as_json: Json = False) -> None:
    """Forget everything of somebody, and that they live here."""
    house = open_house(context)
    receipt = house.family.remove(person_called(house, name))
    if as_json:
        show_json({"removed": name, "receipt": receipt.statement["id"]})
    else:
        console.print(f"{name} is forgotten: {receipt.statement['count']} kept things.")
        console.print("The receipt is among `unhear receipts`.")


@people.command("sign-out")
def sign_out(
    context: typer.Context,
    name: Annotated[str | None, typer.Argument(help="Whom; everybody, without a name.")] = None,
    *,
    as_json: Json = False,
) -> None:
    """Sign a guardian out of the console in every browser; each counts as never seen then."""
    house = open_house(context)
    person = None if name is None else person_called(house, name)
    known = {one.id for one in house.household.browsers if person in (None, one.person)}
    ended = sum(one.browser in known for one in house.sign_ins.all())
    house.family.forget_browsers(known)
    if as_json:
        show_json({"signed_out": ended})
    else:
        console.print(f"{ended} sign-ins are over, at once and wherever the console is served.")


@people.command("age")
def tell_age(
    context: typer.Context,
    name: Name,
    band: Annotated[AgeBand, typer.Argument(help="From which age until which.")],
    *,
    until: Annotated[
        datetime | None,
        typer.Option(
            formats=["%Y-%m"],
            help="The month in which they leave that band, or come of age: otherwise you are asked "
            "again in a year.",
        ),
    ] = None,
    as_json: Json = False,
) -> None:
    """Tell how old a child is, no more exactly than that."""
    house = open_house(context)
    child = person_called(house, name)
    month = None if until is None else month_number(until.replace(tzinfo=UTC))
    household = house.ages.tell(child, band, month)
    told = household.person(child)
    if as_json:
        show_json({"name": name, "age": None if told is None else _age(told)})
    else:
        console.print(f"{name} is {band}.", markup=False)


@people.command("take-over")
def take_over(
    context: typer.Context,
    name: Name,
    *,
    purpose: Annotated[
        list[Purpose] | None, typer.Option("--for", help="What they allow; repeat for several.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Let somebody who came of age decide. What was kept for anything else is erased."""
    house = open_house(context)
    receipts = house.ages.take_over(person_called(house, name), purpose or [])
    if as_json:
        show_json({"name": name, "receipts": [one.statement["id"] for one in receipts]})
    else:
        console.print(f"{name} decides now, and allows what was named alone.", markup=False)


@retention.command("show")
def show_retention(context: typer.Context, *, as_json: Json = False) -> None:
    """Show how long things stay."""
    _show_retention(open_house(context).household.retention, as_json=as_json)


@retention.command("set")
def set_retention(
    context: typer.Context,
    *,
    days: Annotated[int | None, typer.Option(help="Recordings that no rule is about.")] = None,
    child_profile_days: Annotated[
        int | None, typer.Option(help="A child's profile that goes unused.")
    ] = None,
    rule: Annotated[
        list[str] | None,
        typer.Option(help="DAYS[:purpose|person|device kind]..., such as 7:child:voice; repeat."),
    ] = None,
    clear: Annotated[bool, typer.Option("--clear", help="Drop the rules there are.")] = False,
    as_json: Json = False,
) -> None:
    """Change how long things stay, from now on. The shortest rule that fits counts."""
    house = open_house(context)
    old = house.household.retention
    try:
        new = replace(
            old,
            days=old.days if days is None else days,
            rules=(*(() if clear else old.rules), *map(_rule, rule or ())),
            child_profile_days=(
                old.child_profile_days if child_profile_days is None else child_profile_days
            ),
        )
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None
    _show_retention(house.family.set_retention(new).retention, as_json=as_json)


def notices(context: typer.Context, *, as_json: Json = False) -> None:
    """Read what the house tells its guardians."""
    house = open_house(context)
    found = snapshot(
        house.database,
        house.keeper,
        lambda transaction, tree: kept_notices(transaction, tree, house.household.id),
    )
    rows = [
        {"at": one.at, "guardian": name_of(house, one.guardian), "text": told_text(one.told, "en")}
        for one in found
    ]
    if as_json:
        show_json({"notices": rows})
        return
    for row in rows:
        console.print(f"[bold]{row['at']:%Y-%m-%d}[/bold] {row['guardian']}: {row['text']}")
    if not rows:
        console.print("Nothing to tell.")


def _age(person: Person) -> dict[str, str] | None:
    """Answer what is known of a child's age, and until when that is so."""
    if person.age is None:
        return None
    look = f"{month_start(person.age.look_month):%Y-%m}"
    return {"band": person.age.band or "not told", "until": look}


def _show_retention(retention: Retention, *, as_json: bool) -> None:
    rules = [
        {
            "days": rule.days,
            "purpose": rule.purpose,
            "person": rule.person,
            "device": rule.device,
        }
        for rule in retention.rules
    ]
    if as_json:
        show_json(
            {
                "days": retention.days,
                "child_profile_days": retention.child_profile_days,
                "rules": rules,
            }
        )
        return
    console.print(f"Recordings stay {retention.days} days where no rule is shorter.")
    console.print(f"A child's unused profile stays {retention.child_profile_days} days.")
    show_table(
        f"{len(rules)} rules",
        ["days", "purpose", "person", "device"],
        [["any" if value is None else str(value) for value in rule.values()] for rule in rules],
    )


def _rule(text: str) -> RetentionRule:
    """Read `DAYS[:selector]...`. Raises `ValueError` for what is no rule."""
    days, *selectors = text.split(":")
    if not days.isdecimal():
        raise ValueError(f"{text!r} is no rule; write it like 7:child:voice")
    rule = RetentionRule(int(days))
    for selector in selectors:
        if selector in set(Purpose):
            rule = replace(rule, purpose=Purpose(selector))
        elif selector in set(PersonKind):
            rule = replace(rule, person=PersonKind(selector))
        elif selector in set(DeviceKind):
            rule = replace(rule, device=DeviceKind(selector))
        else:
            known = ", ".join((*Purpose, *PersonKind, *DeviceKind))
            raise ValueError(f"{selector!r} is nothing a rule can be about; there are {known}")
    return rule
