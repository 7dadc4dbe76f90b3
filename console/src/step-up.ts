// Ask somebody to prove again who they are: with a passkey where they have one here, else with the
// passphrase or the recovery phrase.

import { api } from "./api";
import { button } from "./dialogs";
import { textOf } from "./problem";
import { identity } from "./session";
import { proveWithPasskey, proveWithWords } from "./unlocking";
import { say } from "./words";

// Answers whether they did. Throws `Problem`.
export async function stepUp(): Promise<boolean> {
  const { passkeys } = await api.passkeys();
  if (passkeys.length === 0) return askWords();
  try {
    await proveWithPasskey();
    return true;
  } catch (error) {
    // Cancelled, or the passkey is on another device, or lost.
    if (!(error instanceof DOMException)) throw error;
    return askWords();
  }
}

// Answer the household's identity, after a proof where it is locked; null where there was none.
export async function unlocked(): Promise<string | null> {
  // A passkey may sign in, and open nothing.
  if (identity() === null && (await stepUp()) && identity() === null) await askWords();
  return identity();
}

// Ask for the passphrase or recovery phrase until one is right; answers whether one was.
function askWords(): Promise<boolean> {
  const dialog = document.createElement("dialog");
  const form = document.createElement("form");
  form.method = "dialog";
  const label = document.createElement("label");
  label.htmlFor = "proof";
  label.textContent = say("prove_again");
  const field = document.createElement("input");
  Object.assign(field, { id: "proof", type: "password", required: true });
  field.autocomplete = "current-password";
  const problem = document.createElement("p");
  problem.setAttribute("role", "alert");
  const yes = button(say("go_on"), "yes");
  form.append(label, field, problem, yes, button(say("cancel"), ""));
  form.addEventListener("submit", (event) => {
    if ((event.submitter as HTMLButtonElement).value === "") return;
    event.preventDefault();
    problem.textContent = "";
    yes.disabled = true;
    proveWithWords(field.value)
      .then(() => dialog.close("yes"))
      .catch((error: unknown) => {
        problem.textContent = textOf(error);
        yes.disabled = false;
        field.select();
      });
  });
  dialog.append(form);
  document.body.append(dialog);
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(dialog.returnValue === "yes");
    });
  });
}
