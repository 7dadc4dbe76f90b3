// One recording in the timeline: opened and played in place, saved, forgotten.

import { type Kept, api } from "./api";
import { openClip } from "./clip";
import { sure } from "./dialogs";
import { action, span } from "./elements";
import { whenGone } from "./gone";
import { isClip, lengthOf } from "./kept";
import { textOf } from "./problem";
import { shareButton } from "./share";
import { openSound } from "./sound";
import type { Stills } from "./stills";
import { alarm, announce, localeOf, say } from "./words";

const SWIPE_PIXELS = 80;

// What a row shows once it is opened; `media` is null for what this browser cannot play.
export interface Inside {
  readonly media: HTMLMediaElement | null;
  readonly parts: HTMLElement[];
  // Hold what was opened no longer.
  close(): void;
}

export interface Setting {
  // Whose voice it is, or what a camera saw.
  what: string;
  zone: string;
  stills: Stills;
}

export class Row {
  readonly element = document.createElement("li");
  private readonly inside = document.createElement("div");
  private readonly moment: string;
  private readonly label: string;
  private opened: Inside | null = null;
  private opening = false;
  private touchedAt = 0;

  constructor(
    private readonly kept: Kept,
    private readonly setting: Setting,
  ) {
    const { element } = this;
    this.moment = new Date(kept.heard_at).toLocaleString(localeOf(), {
      weekday: "long",
      day: "numeric",
      month: "long",
      hour: "numeric",
      minute: "2-digit",
      timeZone: setting.zone,
    });
    this.label = `${this.moment}, ${setting.what}, ${kept.device}`;
    element.dataset.recording = kept.id;
    element.tabIndex = 0;
    element.setAttribute("aria-label", this.label);
    if (isClip(kept)) element.append(this.still());
    element.append(this.line(), this.expiry(), this.buttons(), this.inside);
    this.inside.className = "inside";
    element.addEventListener("keydown", (event) => this.onKey(event));
    element.addEventListener("touchstart", (event) => {
      const own = (event.target as Element).closest("video") !== null;
      this.touchedAt = own ? -Infinity : (event.touches[0]?.clientX ?? 0);
    });
    element.addEventListener("touchend", (event) => {
      const moved = (event.changedTouches[0]?.clientX ?? 0) - this.touchedAt;
      if (moved < -SWIPE_PIXELS) void this.forget();
    });
  }

  // The small picture; touching it plays the clip, as the button beside it does.
  private still(): HTMLElement {
    const place = document.createElement("div");
    place.className = "still";
    const image = document.createElement("img");
    image.alt = "";
    place.append(image);
    place.addEventListener("click", () => void this.play());
    this.setting.stills.show(image, this.kept.id);
    return place;
  }

  private line(): HTMLElement {
    const line = document.createElement("p");
    line.className = "line";
    const time = document.createElement("time");
    time.dateTime = this.kept.heard_at;
    time.textContent = this.moment;
    line.append(time, span(this.setting.what), span(this.kept.device, "soft"));
    if (isClip(this.kept)) line.append(span(lengthOf(this.kept), "soft"));
    return line;
  }

  private expiry(): HTMLElement {
    const day = new Date(this.kept.expires_at).toLocaleDateString(localeOf(), {
      day: "numeric",
      month: "long",
      timeZone: this.setting.zone,
    });
    const line = document.createElement("p");
    line.className = "soft";
    line.textContent = say("expires", { day });
    return line;
  }

  private buttons(): HTMLElement {
    const row = document.createElement("p");
    row.className = "actions";
    const labelled = (text: string) => `${text}: ${this.moment}`;
    const play = action(say("play"), () => void this.play(), labelled(say("play")));
    const forget = action(say("forget"), () => void this.forget(), labelled(say("forget")));
    forget.className = "danger";
    row.append(play, shareButton(this.kept, this.moment), forget);
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
    if (this.gone || this.opening) return;
    this.opening = true;
    try {
      if (this.opened === null) await this.openUp();
      const media = this.opened?.media;
      // A browser that plays nothing so long after a touch waits for the next one.
      if (media?.paused) await media.play().catch(() => undefined);
      else media?.pause();
    } catch (error) {
      this.inside.textContent = textOf(error);
      alarm(textOf(error));
    } finally {
      this.opening = false;
    }
  }

  private async openUp(): Promise<void> {
    const { kept, element } = this;
    const opened = isClip(kept)
      ? await openClip(kept, this.label)
      : await openSound(kept, element.clientWidth);
    if (this.gone) {
      opened.close();
      return;
    }
    this.opened = opened;
    this.inside.replaceChildren(...opened.parts);
    element.dataset.opened = "";
    whenGone(element, () => this.close());
  }

  private close(): void {
    this.opened?.close();
    this.opened = null;
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
