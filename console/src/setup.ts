// The first run: make the household's keys here, show the recovery phrase once, hand over what is
// wrapped.

import { type Household, api } from "./api";
import { type Bytes, toText } from "./bytes";
import {
  newEntropy,
  newSecret,
  passkeyKey,
  passphraseProof,
  phraseOf,
  random,
  recipientOf,
  recoveryKey,
  recoveryProof,
  verifierOf,
  wrap,
} from "./identity";
import { go } from "./navigate";
import { forsake, makePasskey } from "./passkey";
import { Problem, textOf } from "./problem";
import { unlock } from "./session";
import { stretched } from "./stretching";
import { requireUnguessable } from "./weighing";
import { say } from "./words";

const LOG_N = 17;
const SALT_BYTES = 16;
const ASKED_WORDS = 2;

export function setup(form: HTMLElement): void {
  if (!(form instanceof HTMLFormElement)) return;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const way = (event.submitter as HTMLButtonElement).value;
    void make(form, way);
  });
}

async function make(form: HTMLFormElement, way: string): Promise<void> {
  const problem = form.querySelector<HTMLElement>("[data-problem]")!;
  problem.textContent = "";
  lockForm(form, true);
  let made: Record<string, unknown> | null = null;
  try {
    const fields = new FormData(form);
    const guardian = String(fields.get("guardian"));
    const begun = await api.beginSetup(guardian);
    const secret = newSecret();
    const entropy = newEntropy();
    const household: Household = {
      household: begun.household,
      guardian: begun.guardian,
      guardian_name: guardian,
      name: String(fields.get("household")),
      recipient: await recipientOf(secret),
      recovery: {
        wrapped: toText(wrap(secret, recoveryKey(entropy), begun.household, "recovery")),
        verifier: toText(verifierOf(recoveryProof(entropy))),
      },
      passphrase: null,
      passkey: null,
      people: [...names(fields, "adults", "adult"), ...names(fields, "children", "child")],
      keep: fields.get("keep") === "yes",
    };
    if (way === "passkey") {
      const { credential, prf } = await makePasskey(begun.options);
      made = credential;
      if (prf === null) throw new Problem(0, "no_prf", say("no_prf"));
      const wrapped = toText(wrap(secret, passkeyKey(prf), begun.household, "passkey"));
      household.passkey = { credential, wrapped, name: say("first_passkey") };
    } else {
      const people = household.people.map(({ name }) => name);
      const known = [household.name, guardian, ...people];
      household.passphrase = await locked(
        secret,
        String(fields.get("passphrase")),
        begun.household,
        known,
      );
    }
    await writtenDown(form, phraseOf(entropy));
    await api.finishSetup(household);
    unlock(secret);
    await go("/today");
  } catch (error) {
    if (made !== null) await forsake(made);
    showForm(form);
    problem.textContent = textOf(error);
  }
}

// Wrap the identity by a passphrase, as the server keeps it. Throws `Problem` for one that is short
// or would be guessed; `names` are those of the household and its people.
export async function locked(
  secret: Bytes,
  passphrase: string,
  household: string,
  names: string[],
) {
  if (passphrase.trim().length < 8) throw new Problem(0, "short", say("short_passphrase"));
  await requireUnguessable(passphrase, names);
  const salt = random(SALT_BYTES);
  const key = await stretched(passphrase, salt, LOG_N);
  return {
    log_n: LOG_N,
    salt: toText(salt),
    wrapped: toText(wrap(secret, key, household, "passphrase")),
    verifier: toText(verifierOf(passphraseProof(key))),
  };
}

// Show the form again, and nothing of a phrase that opens no household.
function showForm(form: HTMLFormElement): void {
  const section = document.querySelector<HTMLElement>("[data-phrase]")!;
  section.querySelector("[data-words]")!.replaceChildren();
  section.querySelector<HTMLFormElement>("[data-check]")!.reset();
  section.hidden = true;
  form.hidden = false;
  form.querySelector("details")?.setAttribute("open", "");
  lockForm(form, false);
}

function lockForm(form: HTMLFormElement, on: boolean): void {
  for (const button of form.querySelectorAll("button")) button.disabled = on;
}

function names(fields: FormData, field: string, kind: "adult" | "child") {
  return String(fields.get(field) ?? "")
    .split(",")
    .map((name) => name.trim())
    .filter((name) => name !== "")
    .map((name) => ({ name, kind }));
}

// Show the recovery phrase, and wait until somebody shows that it is written down.
function writtenDown(form: HTMLFormElement, phrase: string): Promise<void> {
  const section = document.querySelector<HTMLElement>("[data-phrase]")!;
  const words = phrase.split(" ");
  section.querySelector("[data-words]")!.replaceChildren(
    ...words.map((word) => {
      const item = document.createElement("li");
      item.textContent = word;
      return item;
    }),
  );
  const places = chosen(words.length);
  const check = section.querySelector<HTMLFormElement>("[data-check]")!;
  places.forEach((place, number) => {
    check.querySelector(`[data-label="${number}"]`)!.textContent = say("which_word", {
      number: place + 1,
    });
  });
  section.querySelector<HTMLElement>("[data-print]")!.onclick = () => window.print();
  form.hidden = true;
  section.hidden = false;
  section.querySelector<HTMLElement>("h2")!.tabIndex = -1;
  section.querySelector<HTMLElement>("h2")!.focus();
  const problem = check.querySelector("[data-problem]")!;
  problem.textContent = "";
  return new Promise((resolve) => {
    check.onsubmit = (event) => {
      event.preventDefault();
      const typed = [...new FormData(check).values()].map((word) => String(word).trim().toLowerCase());
      if (places.every((place, number) => typed[number] === words[place])) {
        section.querySelector("[data-words]")!.replaceChildren();
        resolve();
      } else {
        problem.textContent = say("words_differ");
      }
    };
  });
}

// Two different places of `count`, in order.
function chosen(count: number): number[] {
  const places = new Set<number>();
  while (places.size < ASKED_WORDS) places.add((random(1)[0] ?? 0) % count);
  return [...places].sort((one, other) => one - other);
}
