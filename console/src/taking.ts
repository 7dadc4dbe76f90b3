// Take a copy of everything: a zip that is written while it is made, so that no more than one
// recording is in memory. It is opened here, with the household's key, or stays sealed.

import { makeZip } from "client-zip";

import { api } from "./api";
import { whenGone } from "./gone";
import { type Texts, filesOf } from "./taking-files";
import { Problem, textOf } from "./problem";
import { save } from "./saving";
import { unlocked } from "./step-up";
import { alarm, announce, say } from "./words";

// Of the File System Access API, which not every browser has.
interface Place {
  createWritable(): Promise<WritableStream<Uint8Array>>;
  remove?: () => Promise<void>;
}

declare global {
  interface Window {
    showSaveFilePicker?: (wish: { suggestedName: string }) => Promise<Place>;
  }
}

export function taking(section: HTMLElement): void {
  const form = section.querySelector("form")!;
  const taking = new Taking(section, form);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const sealed = new FormData(form).has("sealed");
    void taking.take(sealed);
  });
}

class Taking {
  private stop = new AbortController();
  private readonly shown: HTMLElement;
  private readonly bar: HTMLProgressElement;
  private readonly count: HTMLElement;

  constructor(
    private readonly section: HTMLElement,
    private readonly form: HTMLFormElement,
  ) {
    this.shown = section.querySelector<HTMLElement>("[data-progress]")!;
    this.bar = this.shown.querySelector("progress")!;
    this.count = this.shown.querySelector("output")!;
    const cancel = this.shown.querySelector("button")!;
    cancel.onclick = () => this.stop.abort();
    whenGone(section, () => this.stop.abort());
  }

  async take(sealed: boolean): Promise<void> {
    this.stop = new AbortController();
    this.busy(true);
    try {
      // First of all: a browser asks for a place only while the touch is fresh.
      const place = await this.place();
      const identity = sealed ? null : await unlocked();
      if (identity === null && !sealed) throw new Problem(0, "locked", say("unlock_first"));
      await this.write(place, identity);
      announce(say("taking_done"));
    } catch (error) {
      const stopped = this.stop.signal.aborted || isAbort(error);
      alarm(stopped ? say("taking_stopped") : textOf(error));
    } finally {
      this.busy(false);
    }
  }

  private async place(): Promise<Place | null> {
    return (await window.showSaveFilePicker?.({ suggestedName: this.name() })) ?? null;
  }

  private async write(place: Place | null, identity: string | null): Promise<void> {
    const { signal } = this.stop;
    try {
      const told = await api.everything();
      const stream = makeZip(
        filesOf(told, {
          identity,
          texts: JSON.parse(this.section.dataset.texts!) as Texts,
          zone: this.section.dataset.zone ?? "UTC",
          signal,
          done: (count) => this.show(count, told.recordings),
        }),
      );
      if (place === null) save(await new Response(stream).blob(), this.name());
      else await stream.pipeTo(await place.createWritable(), { signal });
    } catch (error) {
      // Nothing half made stays behind, not even an empty file.
      await place?.remove?.().catch(() => undefined);
      throw error;
    }
  }

  private show(count: number, all: number): void {
    this.bar.max = Math.max(count, all, 1);
    this.bar.value = count;
    this.count.textContent = say("taking_count", { count, all: Math.max(count, all) });
  }

  private busy(on: boolean): void {
    this.form.hidden = on;
    this.shown.hidden = !on;
    this.bar.removeAttribute("value");
    this.count.textContent = "";
    if (on) this.shown.querySelector("button")!.focus();
    else this.form.querySelector("button")!.focus();
  }

  private name(): string {
    return `unhear-${new Date().toISOString().slice(0, 10)}.zip`;
  }
}

function isAbort(error: unknown): boolean {
  return error instanceof DOMException && error.name === "AbortError";
}
