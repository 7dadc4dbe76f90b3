// One recording in the timeline: opened and played in place, saved, forgotten.

import { type Kept, api } from "./api";
import { sure } from "./dialogs";
import { whenGone } from "./gone";
import { type Sealed, ageFile, fetchSealed, open } from "./opening";
import { Problem, Unopenable, textOf } from "./problem";
import { shareButton } from "./share";
import { unlocked } from "./step-up";
import { Waveform } from "./waveform";
import { alarm, announce, localeOf, say } from "./words";

const SWIPE_PIXELS = 80;
const HZ = 16_000;
const SAVING_MS = 60_000;

export class Row {
  readonly element = document.createElement("li");
  private readonly inside = document.createElement("div");
  private audio: HTMLAudioElement | null = null;
  private url = "";
  private touchedAt = 0;

  constructor(
    private readonly kept: Kept,
    who: string,
    zone: string,
  ) {
    const { element } = this;
    element.dataset.recording = kept.id;
    element.tabIndex = 0;
    const at = new Date(kept.heard_at);
    const moment = at.toLocaleString(localeOf(), {
      weekday: "long",
      day: "numeric",
      month: "long",
      hour: "numeric",
      minute: "2-digit",
      timeZone: zone,
    });
    element.setAttribute("aria-label", `${moment}, ${who}, ${kept.device}`);
    element.append(this.line(moment, who), this.expiry(zone), this.buttons(moment), this.inside);
    element.addEventListener("keydown", (event) => this.onKey(event));
    element.addEventListener("touchstart", (event) => {
      this.touchedAt = event.touches[0]?.clientX ?? 0;
    });
    element.addEventListener("touchend", (event) => {
      const moved = (event.changedTouches[0]?.clientX ?? 0) - this.touchedAt;
      if (moved < -SWIPE_PIXELS) void this.forget();
    });
  }

  private line(moment: string, who: string): HTMLElement {
    const line = document.createElement("p");
    line.className = "line";
    const time = document.createElement("time");
    time.dateTime = this.kept.heard_at;
    time.textContent = moment;
    line.append(time, span(who), span(this.kept.device, "soft"));
    return line;
  }

  private expiry(zone: string): HTMLElement {
    const day = new Date(this.kept.expires_at).toLocaleDateString(localeOf(), {
      day: "numeric",
      month: "long",
      timeZone: zone,
    });
    const line = document.createElement("p");
    line.className = "soft";
    line.textContent = say("expires", { day });
    return line;
  }

  private buttons(moment: string): HTMLElement {
    const row = document.createElement("p");
    row.className = "actions";
    const play = action(say("play"), `${say("play")}: ${moment}`, () => void this.play());
    const forget = action(say("forget"), `${say("forget")}: ${moment}`, () => void this.forget());
    forget.className = "danger";
    row.append(play, shareButton(this.kept, moment), forget);
    return row;
  }

  private onKey(event: KeyboardEvent): void {
    if (event.target !== this.element) return;
    if (event.key === "Enter") void this.play();
    else if (event.key === "Delete" || event.key === "Backspace") void this.forget();
    else return;
    event.preventDefault();
  }

  private get gone(): boolean {
    return this.element.dataset.gone !== undefined;
  }

  private async play(): Promise<void> {
    if (this.gone) return;
    try {
      if (this.audio === null) await this.openUp();
      // A browser that plays nothing so long after a touch waits for the next one.
      if (this.audio?.paused) await this.audio.play().catch(() => undefined);
      else this.audio?.pause();
    } catch (error) {
      this.inside.textContent = textOf(error);
      alarm(textOf(error));
    }
  }

  private async openUp(): Promise<void> {
    const identity = await unlocked();
    if (identity === null) throw new Problem(0, "locked", say("unlock_first"));
    const sealed = await fetchSealed(this.kept.id);
    const { words, sound } = await open(sealed, identity);
    const samples = await samplesOf(sound);
    this.url = URL.createObjectURL(new Blob([sound], { type: "audio/wav" }));
    this.audio = new Audio(this.url);
    const said = document.createElement("blockquote");
    said.textContent = words ?? say("no_words");
    const wave = new Waveform(this.audio, samples, this.element.clientWidth, say("seek"));
    this.inside.replaceChildren(said, wave.element, this.savers(sealed, sound));
    whenGone(this.element, () => this.close());
  }

  // Hold what was opened no longer.
  private close(): void {
    this.audio?.pause();
    this.audio?.removeAttribute("src");
    this.audio = null;
    URL.revokeObjectURL(this.url);
  }

  private savers(sealed: Sealed, sound: Uint8Array<ArrayBuffer>): HTMLElement {
    const row = document.createElement("p");
    row.className = "actions";
    const name = this.kept.heard_at.replaceAll(/[^\dT]/g, "").slice(0, 15);
    row.append(
      action(say("save_sealed"), say("save_sealed"), () => save(ageFile(sealed), `${name}.wav.age`)),
      action(say("save_opened"), say("save_opened"), () => save(sound, `${name}.wav`)),
    );
    for (const one of row.children) one.className = "quiet";
    return row;
  }

  private async forget(): Promise<void> {
    if (this.gone) return;
    if (!(await sure(say("forget_sure"), say("forget")))) {
      this.element.focus();
      return;
    }
    try {
      await api.forget(this.kept.id);
      this.close();
      this.element.dataset.gone = "";
      const link = document.createElement("a");
      link.href = "/receipts";
      link.textContent = say("see_receipt");
      const line = document.createElement("p");
      line.append(`${say("forgotten")} `, link);
      this.element.replaceChildren(line);
      announce(say("forgotten"));
      link.focus();
    } catch (error) {
      this.inside.textContent = textOf(error);
      alarm(textOf(error));
    }
  }
}

function span(text: string, kind = ""): HTMLElement {
  const made = document.createElement("span");
  made.textContent = text;
  made.className = kind;
  return made;
}

function action(text: string, label: string, act: () => void): HTMLButtonElement {
  const made = document.createElement("button");
  made.type = "button";
  made.textContent = text;
  made.setAttribute("aria-label", label);
  made.addEventListener("click", act);
  return made;
}

async function samplesOf(sound: Uint8Array<ArrayBuffer>): Promise<Float32Array> {
  const context = new OfflineAudioContext(1, HZ, HZ);
  const decoded = await context.decodeAudioData(sound.slice().buffer).catch(() => {
    throw new Unopenable();
  });
  return decoded.getChannelData(0);
}

function save(content: Uint8Array<ArrayBuffer>, name: string): void {
  const url = URL.createObjectURL(new Blob([content]));
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), SAVING_MS); // some browsers read it a little later
}
