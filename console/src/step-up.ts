// Ask somebody to prove again who they are: with a passkey where they have one, else in a dialog.

import { api } from "./api";
import { identity } from "./session";
import { proveWithPasskey, proveWithPassphrase } from "./unlocking";
import { say } from "./words";

// Answers whether they did.
export async function stepUp(): Promise<boolean> {
  try {
    const { passkeys } = await api.passkeys();
    if (passkeys.length > 0) {
      await proveWithPasskey();
      return true;
    }
    const passphrase = await askedFor();
    if (passphrase === null) return false;
    await proveWithPassphrase(passphrase);
    return true;
  } catch {
    return false;
  }
}

// Answer the household's identity, after a proof where it is locked; null where there was none.
export async function unlocked(): Promise<string | null> {
  return identity() ?? ((await stepUp()) ? identity() : null);
}

function askedFor(): Promise<string | null> {
  const dialog = document.createElement("dialog");
  const form = document.createElement("form");
  form.method = "dialog";
  const label = document.createElement("label");
  label.htmlFor = "proof";
  label.textContent = say("prove_again");
  const field = document.createElement("input");
  Object.assign(field, { id: "proof", type: "password", required: true });
  field.autocomplete = "current-password";
  form.append(label, field, button(say("go_on"), "yes"), button(say("cancel"), ""));
  dialog.append(form);
  document.body.append(dialog);
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(dialog.returnValue === "yes" ? field.value : null);
    });
  });
}

export function button(text: string, value: string): HTMLButtonElement {
  const made = document.createElement("button");
  made.textContent = text;
  made.value = value;
  if (value === "") {
    made.className = "quiet";
    made.formNoValidate = true;
  }
  return made;
}
