// The pages of an operator's desk that need scripts: signing in, joining, and looking.

import { granted } from "./granted";
import { join } from "./join";
import { signIn } from "./sign-in";

const MODULES: Record<string, (section: HTMLElement) => void> = {
  "sign-in": signIn,
  join,
  granted,
};

for (const section of document.querySelectorAll<HTMLElement>("[data-module]")) {
  MODULES[section.dataset.module!]?.(section);
}
