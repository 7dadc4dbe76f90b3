// Become a device of the house, with the code that a guardian made; a scanned link brings it along.

import { api } from "./api";
import { go } from "./navigate";
import { textOf } from "./problem";

export function pair(form: HTMLElement): void {
  if (!(form instanceof HTMLFormElement)) return;
  const code = form.elements.namedItem("code") as HTMLInputElement;
  code.value = location.hash.slice(1);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const problem = form.querySelector("[data-problem]")!;
    problem.textContent = "";
    api
      .finishPairing(code.value)
      .then(() => go("/paired"))
      .catch((error: unknown) => {
        problem.textContent = textOf(error);
      });
  });
}
