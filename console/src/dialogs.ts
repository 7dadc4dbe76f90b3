// Ask before something that cannot be undone.

import { say } from "./words";

// Answers whether they said yes.
export function sure(question: string, yes: string): Promise<boolean> {
  const dialog = document.createElement("dialog");
  const form = document.createElement("form");
  form.method = "dialog";
  const text = document.createElement("p");
  text.textContent = question;
  const agree = button(yes, "yes");
  agree.className = "danger";
  form.append(text, agree, button(say("cancel"), ""));
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

// A button that closes a dialog with a value; one without a value says no.
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
