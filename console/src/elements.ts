// Small parts of pages.

export function span(text: string, kind = ""): HTMLElement {
  const made = document.createElement("span");
  made.textContent = text;
  made.className = kind;
  return made;
}

// A button; `label` says more than its text to who cannot see what it stands beside.
export function action(text: string, act: () => void, label?: string): HTMLButtonElement {
  const made = document.createElement("button");
  made.type = "button";
  made.textContent = text;
  if (label !== undefined) made.setAttribute("aria-label", label);
  made.addEventListener("click", act);
  return made;
}
