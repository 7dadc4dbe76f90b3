// Sign in at the desk: with a passkey, whoever else has said who somebody is.

import { askPasskey } from "../passkey";
import { type Options, ask } from "./ask";
import { onSubmit } from "./form";

export function signIn(section: HTMLElement): void {
  onSubmit(section, async () => {
    const { options } = await ask<Options>("session/begin");
    const { credential } = await askPasskey(options);
    await ask("session/finish", { credential });
    location.assign("/");
  });
}
