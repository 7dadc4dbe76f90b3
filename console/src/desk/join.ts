// Join: make the passkey that signs in, and whose PRF output is the member's own age identity. Of
// that the desk is told the recipient alone.

import { recipientOf, staffSecret } from "../identity";
import { forsake, makePasskey } from "../passkey";
import { Problem } from "../problem";
import { say } from "../words";
import { type Options, ask } from "./ask";
import { onSubmit } from "./form";

export function join(section: HTMLElement): void {
  const field = section.querySelector<HTMLInputElement>("[name=invitation]");
  if (field !== null && location.hash.length > 1) {
    field.value = location.hash.slice(1);
    history.replaceState(null, "", location.pathname); // it is shown to nobody over the shoulder
  }
  onSubmit(section, async () => {
    const invitation = field === null ? null : field.value.trim();
    const { options, name } = await ask<Options & { name: string }>("join/begin", { invitation });
    section.querySelector("[data-said]")!.textContent = say("joining", { name });
    const { credential, prf } = await makePasskey(options);
    if (prf === null) {
      await forsake(credential);
      throw new Problem(0, "no_key", say("no_key"));
    }
    const recipient = await recipientOf(staffSecret(prf));
    await ask("join/finish", { invitation, credential, recipient });
    location.assign("/");
  });
}
