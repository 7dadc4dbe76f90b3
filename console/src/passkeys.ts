// One's own passkeys, and the household's passphrase.

import { api } from "./api";
import { type Bytes, fromHex, toText } from "./bytes";
import { passkeyKey, wrap } from "./identity";
import { go } from "./navigate";
import { makePasskey } from "./passkey";
import { unlockedSecret } from "./session";
import { Problem, textOf } from "./problem";
import { locked } from "./setup";
import { unlocked } from "./step-up";
import { announce, say } from "./words";

export function passkeys(section: HTMLElement): void {
  const problem = section.querySelector<HTMLElement>("[data-problem]")!;
  const attempt = (what: () => Promise<void>) => {
    problem.textContent = "";
    what().catch((error: unknown) => {
      problem.textContent = textOf(error);
    });
  };
  for (const item of section.querySelectorAll<HTMLElement>("[data-passkey]")) {
    item.querySelector("[data-remove]")!.addEventListener("click", () =>
      attempt(async () => {
        await api.removePasskey(toText(fromHex(item.dataset.passkey!)));
        await go("/account");
        announce(say("passkey_removed"));
      }),
    );
  }
  const add = section.querySelector<HTMLFormElement>("[data-add]")!;
  add.addEventListener("submit", (event) => {
    event.preventDefault();
    attempt(() => added(String(new FormData(add).get("name"))));
  });
  const change = section.querySelector<HTMLFormElement>("[data-passphrase]")!;
  change.addEventListener("submit", (event) => {
    event.preventDefault();
    const names = JSON.parse(section.dataset.names ?? "[]") as string[];
    attempt(() => changed(String(new FormData(change).get("passphrase")), names));
  });
}

async function added(name: string): Promise<void> {
  const secret = await opened();
  const { household } = await api.lock();
  const { options } = await api.beginNewPasskey();
  const { credential, prf } = await makePasskey(options);
  const wrapped = prf && toText(wrap(secret, passkeyKey(prf), household, "passkey"));
  await api.finishNewPasskey({ credential, wrapped, name });
  await go("/account");
  announce(say(prf === null ? "passkey_added_locked" : "passkey_added"));
}

async function changed(passphrase: string, names: string[]): Promise<void> {
  const secret = await opened();
  const { household } = await api.lock();
  await api.setPassphrase(await locked(secret, passphrase, household, names));
  await go("/account");
  announce(say("passphrase_set"));
}

// The identity's secret, after a proof where it is locked. Throws `Problem` where there was none.
async function opened(): Promise<Bytes> {
  await unlocked();
  const secret = unlockedSecret();
  if (secret === null) throw new Problem(0, "locked", say("unlock_first"));
  return secret;
}
