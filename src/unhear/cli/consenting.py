"""`unhear consent`: what may be done with what people say, and who said so."""

from typing import Annotated

import typer

from unhear.cli.naming import local, name_of, person_called
from unhear.cli.output import Json, console, open_house, show_json, show_table
from unhear.house.house import House
from unhear.household.consent import Choice, Consent
from unhear.household.words import PersonId, Purpose

consent = typer.Typer(help="What may be done with what people say.", no_args_is_help=True)

Name = Annotated[str, typer.Argument(help="Whose words; `unknown` for unnamed voices.")]
For = Annotated[Purpose, typer.Option("--for", help="What it is about.")]
ForAny = Annotated[
    list[Purpose], typer.Option("--for", help="What it is about; repeat for several.")
]
By = Annotated[
    str | None, typer.Option(help="Who decides; the only guardian where there is but one.")
]


@consent.command("list")
def list_consents(context: typer.Context, *, as_json: Json = False) -> None:
    """List what was consented to, what stands against it, and what waits for an answer."""
    house = open_house(context)
    consents = [_consent_row(house, one) for one in house.household.consents]
    objections = [
        {
            "person": name_of(house, one.person),
            "for": one.purpose.value,
            "by": name_of(house, one.by),
            "at": one.at,
        }
        for one in house.household.objections
    ]
    waiting = [
        {
            "id": one.id,
            "person": name_of(house, one.choice.person),
            "for": ", ".join(one.choice.purposes),
            "by": name_of(house, one.choice.by),
            "how": one.method,
            "asked": one.asked_at,
        }
        for one in house.household.waiting
    ]
    if as_json:
        everyone = house.household.all_guardians
        lists = {"consents": consents, "objections": objections, "waiting": waiting}
        show_json({**lists, "all_guardians": everyone})
        return
    columns = ["person", "for", "counts", "by", "given", "how"]
    rows = [[str(row[column]) for column in columns] for row in consents]
    show_table(f"{len(rows)} consents", columns, rows)
    for row in consents:
        if row["lapsed"] is not None:
            console.print(f"{row['person']}, {row['for']}: {row['lapsed']}.", markup=False)
    for no in objections:
        console.print(f"{no['by']} says no to {no['for']} for {no['person']}.", markup=False)
    for one in waiting:
        console.print(f"{one['id']}: {one['by']} is asked for {one['for']}.", markup=False)


@consent.command("give")
def give_consent(
    context: typer.Context,
    name: Name,
    *,
    purpose: ForAny,
    by: By = None,
    method: Annotated[str, typer.Option(help="How it is made sure who says so.")] = "terminal",
    attested_by: Annotated[
        str, typer.Option(help="Who of an operator's staff answers for it.")
    ] = "",
    as_json: Json = False,
) -> None:
    """Consent for one person, on the notice as it stands (`unhear notice`)."""
    house = open_house(context)
    choice = Choice(person_called(house, name), tuple(purpose), _decides(house, by))
    verified = house.consents.verify(choice, method, attested_by)
    house.household = house.consents.give(choice, verified)
    _tell(house, name, choice, as_json=as_json)


@consent.command("ask")
def ask_for_consent(
    context: typer.Context,
    name: Name,
    *,
    purpose: ForAny,
    method: Annotated[str, typer.Option(help="How the guardian is asked, such as email-plus.")],
    contact: Annotated[str, typer.Option(help="How they are reached; erased with the request.")],
    by: By = None,
    as_json: Json = False,
) -> None:
    """Ask a guardian who is elsewhere. Unanswered, the request erases itself."""
    house = open_house(context)
    choice = Choice(person_called(house, name), tuple(purpose), _decides(house, by))
    waiting = house.consents.ask(choice, method, contact)
    if as_json:
        show_json({"id": waiting.id, "days": house.settings.waiting_days})
        return
    console.print(
        f"Asked. `unhear consent answer {waiting.id}` notes the answer; without one it is erased "
        f"after {house.settings.waiting_days} days."
    )


@consent.command("answer")
def answer_request(
    context: typer.Context,
    request: Annotated[str, typer.Argument(help="The request's id.")],
    answer: Annotated[str, typer.Argument(help="What the method asked for.")],
    *,
    as_json: Json = False,
) -> None:
    """Note the answer to a request that waits; it and how the guardian was reached go."""
    house = open_house(context)
    waiting = next((one for one in house.household.waiting if one.id == request), None)
    house.household = house.consents.answer(request, answer)
    if waiting is not None:
        _tell(house, name_of(house, waiting.choice.person), waiting.choice, as_json=as_json)


@consent.command("drop")
def drop_request(
    context: typer.Context,
    request: Annotated[str, typer.Argument(help="The request's id.")],
    *,
    as_json: Json = False,
) -> None:
    """Erase a request that waits."""
    open_house(context).consents.drop(request)
    if as_json:
        show_json({"dropped": request})
    else:
        console.print("Erased.")


@consent.command("withdraw")
def withdraw_consent(
    context: typer.Context,
    name: Name,
    *,
    purpose: For,
    by: By = None,
    delete: Annotated[
        bool, typer.Option("--delete", help="Erase what was kept for it as well.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Say no: nothing is done for that purpose any more, whoever else consents.

    What was kept for it stays, until it expires or `unhear consent delete`.
    """
    house = open_house(context)
    person, guardian = person_called(house, name), _decides(house, by)
    house.household = house.consents.stop(person, purpose, guardian)
    if delete:
        _delete(house, name, person, purpose, as_json=as_json)
    elif as_json:
        show_json({"person": name, "for": purpose.value})
    else:
        console.print(f"Stopped, and in the ledger: {name}, {purpose.value}.", markup=False)


@consent.command("delete")
def delete_kept(context: typer.Context, name: Name, *, purpose: For, as_json: Json = False) -> None:
    """Erase what was kept for a purpose; what is allowed from now on stays as it is."""
    house = open_house(context)
    _delete(house, name, person_called(house, name), purpose, as_json=as_json)


@consent.command("guardians")
def guardians(
    context: typer.Context,
    *,
    needed: Annotated[
        bool, typer.Option("--all/--one", help="Who must consent to something for a child.")
    ],
    by: Annotated[list[str], typer.Option(help="Who agrees; for --one every guardian, repeated.")],
    as_json: Json = False,
) -> None:
    """Let every guardian have to consent for a child, or one be enough. Any of them can stop."""
    house = open_house(context)
    agreed = [person_called(house, name) for name in by]
    household = house.consents.require_all_guardians(agreed, on=needed)
    if as_json:
        show_json({"all_guardians": household.all_guardians})
    else:
        console.print("All must consent." if needed else "One is enough.")


@consent.command("methods")
def methods(context: typer.Context, *, as_json: Json = False) -> None:
    """List how it can be made sure that a guardian consents for a child."""
    house = open_house(context)
    practice = house.practice
    weak, weak_disclosing = practice.too_weak(discloses=False), practice.too_weak(discloses=True)
    rows = [
        {
            "method": name,
            "clause": one.clause,
            "ready": one.ready,
            "enough": name not in weak,
            "enough_where_disclosed": name not in weak_disclosing,
        }
        for name, one in practice.methods.items()
    ]
    if as_json:
        show_json({"methods": rows})
        return
    marks = {True: "yes", False: "no"}
    shown = [[marks.get(v, v) if isinstance(v, bool) else v for v in r.values()] for r in rows]
    columns = ["method", "clause", "ready", "enough", "where disclosed"]
    show_table("Methods", columns, [[str(cell) for cell in row] for row in shown])


def _decides(house: House, by: str | None) -> PersonId:
    """Answer who decides: who is named, or the only guardian."""
    if by is not None:
        return person_called(house, by)
    guardians = sorted(house.household.guardians)
    if len(guardians) != 1:
        raise typer.BadParameter("there are several guardians; say --by who decides")
    return guardians[0]


def _consent_row(house: House, one: Consent) -> dict[str, object]:
    counts = house.household.consent(one.person, one.purpose, house.clock()) is not None
    return {
        "person": name_of(house, one.person),
        "for": one.purpose.value,
        "counts": counts and one.lapsed is None,
        "by": "" if one.by is None else name_of(house, one.by),
        "given": local(house, one.given_at),
        "how": one.method,
        "result": one.result,
        "lapsed": one.lapsed,
        "notice": one.notice,
        "salt": one.salt.hex(),
    }


def _tell(house: House, name: str, choice: Choice, *, as_json: bool) -> None:
    """Say what was noted, and whether it counts: somebody else may have said no."""
    household, now, wanted = house.household, house.clock(), choice.purposes
    counts = [one for one in wanted if household.consent(choice.person, one, now) is not None]
    if as_json:
        show_json({"person": name, "for": [*wanted], "counts": counts})
        return
    console.print(f"Noted, and in the ledger: {name}, to {', '.join(wanted)}.", markup=False)
    if still := [purpose for purpose in wanted if purpose not in counts]:
        console.print(
            f"It does not count yet ({', '.join(still)}): another guardian said no, or all must "
            "consent. See `unhear consent list`."
        )


def _delete(house: House, name: str, person: PersonId, purpose: Purpose, *, as_json: bool) -> None:
    receipt = house.consents.delete(person, purpose)
    if as_json:
        show_json({"person": name, "for": purpose.value, "receipt": receipt.statement["id"]})
    else:
        console.print(f"Forgotten: {receipt.statement['count']} kept things.")
        console.print("The receipt is among `unhear receipts`.")
