// The one form of a page, and what is told when it fails.

import { textOf } from "../problem";

export function onSubmit(section: HTMLElement, act: (fields: FormData) => Promise<void>): void {
  const form = section.querySelector("form")!;
  const problem = section.querySelector("[data-problem]")!;
  const button = form.querySelector("button")!;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    problem.textContent = "";
    button.disabled = true;
    act(new FormData(form))
      .catch((error: unknown) => {
        problem.textContent = textOf(error);
      })
      .finally(() => {
        button.disabled = false;
      });
  });
}
