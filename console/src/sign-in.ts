// Sign in, by one of three ways; each opens the household's identity too, where it can.

import { go } from "./navigate";
import { textOf } from "./problem";
import { signInWithPasskey, signInWithPassphrase, signInWithRecovery } from "./unlocking";
import { alarm, say } from "./words";

export function signIn(section: HTMLElement): void {
  const ways: Record<string, (fields: FormData) => Promise<boolean>> = {
    passkey: () => signInWithPasskey(),
    passphrase: (fields) => signInWithPassphrase(text(fields, "guardian"), text(fields, "passphrase")),
    recovery: (fields) => signInWithRecovery(text(fields, "guardian"), text(fields, "phrase")),
  };
  for (const form of section.querySelectorAll<HTMLFormElement>("form[data-with]")) {
    const way = ways[form.dataset.with ?? ""];
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      if (way !== undefined) void enter(section, () => way(new FormData(form)), form.dataset.with!);
    });
  }
}

async function enter(
  section: HTMLElement,
  way: () => Promise<boolean>,
  how: string,
): Promise<void> {
  const problem = section.querySelector<HTMLElement>("[data-problem]")!;
  const buttons = section.querySelectorAll("button");
  problem.textContent = "";
  for (const button of buttons) button.disabled = true;
  try {
    const opens = await way();
    await go(how === "recovery" ? "/account" : "/today");
    if (!opens) alarm(say("signed_in_locked"));
  } catch (error) {
    problem.textContent = textOf(error);
    for (const button of buttons) button.disabled = false;
  }
}

function text(fields: FormData, name: string): string {
  return String(fields.get(name) ?? "");
}
