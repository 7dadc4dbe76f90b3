// What scripts say: the page brings it, in its language.

// Answer a text with its {slots} filled.
export function say(key: string, slots: Record<string, string | number> = {}): string {
  const table = document.getElementById("words")?.textContent ?? "{}";
  const text = (JSON.parse(table) as Record<string, string>)[key];
  if (text === undefined) throw new Error(`no words for ${key}`);
  return text.replace(/\{(\w+)\}/g, (_, slot: string) => String(slots[slot] ?? ""));
}

// Tell what happened, for a while, to who listens to the page too.
export function announce(text: string): void {
  tell(text, "status", "polite");
}

// Tell who cannot see the screen what everybody else sees there already.
export function whisper(text: string): void {
  tell(text, "status", "polite", false);
}

// Tell what went wrong, until something else is told.
export function alarm(text: string): void {
  tell(text, "alert", "assertive");
}

function tell(text: string, role: string, live: string, seen = true): void {
  const told = document.getElementById("told");
  if (told === null) return;
  told.classList.toggle("unseen", !seen);
  told.setAttribute("role", role);
  told.setAttribute("aria-live", live);
  told.textContent = "";
  void told.offsetHeight; // so that the same text, told again, is told
  told.textContent = text;
}

// Answer a problem in the page's language, where it is known there.
export function sayProblem(kind: string, otherwise: string): string {
  try {
    return say(`problem_${kind}`);
  } catch {
    return otherwise;
  }
}

// How dates are written: as the browser's own language has it, where that is the page's too.
export function localeOf(): string {
  const { lang } = document.documentElement;
  return navigator.language.startsWith(lang) ? navigator.language : lang;
}
