// What is granted is opened here with the member's own identity, shown below a watermark, and kept
// nowhere.

import { recipientOf, staffSecret } from "../identity";
import { askPasskey } from "../passkey";
import { Player } from "../player";
import { Problem, textOf } from "../problem";
import { identity, lock, unlock } from "../session";
import { say } from "../words";
import { type Options, ask } from "./ask";
import { Look } from "./look";
import { watermarked } from "./watermark";

export function granted(section: HTMLElement): void {
  const shown = new Shown(section);
  for (const button of section.querySelectorAll<HTMLButtonElement>("button[data-grant]")) {
    button.addEventListener("click", () => void shown.look(button));
  }
  window.addEventListener("pagehide", () => {
    shown.close();
    lock();
  });
}

class Shown {
  private readonly place: HTMLElement;
  private readonly said: HTMLElement;
  private readonly problem: HTMLElement;
  private end: () => void = () => undefined;

  constructor(private readonly section: HTMLElement) {
    this.place = section.querySelector<HTMLElement>("[data-shown]")!;
    this.said = section.querySelector<HTMLElement>("[data-said]")!;
    this.problem = section.querySelector<HTMLElement>("[data-problem]")!;
  }

  async look(button: HTMLButtonElement): Promise<void> {
    const { home, grant, ticket } = button.dataset as Record<string, string>;
    this.close();
    this.tell("", "");
    button.disabled = true;
    try {
      const look = await this.proven(() => Look.at(home!, grant!));
      this.tell(say("opening"), "");
      const media = look.seen.filmed ? await this.film(look) : await this.sound(look);
      media.setAttribute("aria-label", say(look.seen.filmed ? "film" : "sound"));
      this.tell(say("opened"), "");
      this.place.replaceChildren(watermarked(media, this.section.dataset.name!, ticket!));
    } catch (error) {
      this.close();
      this.tell("", textOf(error));
    } finally {
      button.disabled = false;
    }
  }

  close(): void {
    this.end();
    this.end = () => undefined;
    this.place.replaceChildren();
  }

  private async film(look: Look): Promise<HTMLMediaElement> {
    const player = new Player(look, (error) => this.tell("", textOf(error)));
    this.end = () => player.close();
    await player.begin();
    player.video.disablePictureInPicture = true;
    return guarded(player.video);
  }

  private async sound(look: Look): Promise<HTMLMediaElement> {
    const pieces = await Promise.all(look.pieces.map((_, number) => look.opened(number)));
    const url = URL.createObjectURL(new Blob(pieces, { type: "audio/wav" }));
    const audio = document.createElement("audio");
    this.end = () => {
      audio.pause();
      audio.removeAttribute("src");
      URL.revokeObjectURL(url);
    };
    audio.src = url;
    audio.controls = true;
    return guarded(audio);
  }

  // Have a passkey shown where nothing is unlocked yet, or the desk wants it anew. Throws `Problem`.
  private async proven<T>(act: () => Promise<T>): Promise<T> {
    if (identity() === null) await this.prove();
    try {
      return await act();
    } catch (error) {
      if (!(error instanceof Problem) || error.kind !== "step-up-needed") throw error;
      await this.prove();
      return act();
    }
  }

  private async prove(): Promise<void> {
    const { options } = await ask<Options>("session/proof/begin");
    const { credential, prf } = await askPasskey(options);
    await ask("session/proof/finish", { credential });
    if (prf === null) throw new Problem(0, "no_key", say("no_key"));
    const secret = staffSecret(prf);
    if ((await recipientOf(secret)) !== this.section.dataset.recipient) {
      throw new Problem(0, "other_passkey", say("other_passkey"));
    }
    unlock(secret);
  }

  private tell(said: string, problem: string): void {
    this.said.textContent = said;
    this.problem.textContent = problem;
  }
}

// Browsers offer saving, and views without the watermark, unless they are asked not to.
function guarded(media: HTMLMediaElement): HTMLMediaElement {
  media.setAttribute("controlslist", "nodownload nofullscreen noremoteplayback");
  media.addEventListener("contextmenu", (event) => event.preventDefault());
  return media;
}
