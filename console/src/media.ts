// Film that a page puts together itself (Media Source Extensions).

import { typeOf } from "./codecs";

// This browser plays no film of such a kind.
export class CannotPlay extends Error {}

// On iPhones there is this one alone.
declare const ManagedMediaSource: typeof MediaSource | undefined;

export class Media {
  readonly source: MediaSource;
  private buffer: SourceBuffer | null = null;

  // Begin with what starts with an initialization segment; it decides what can be played.
  // Throws `CannotPlay`.
  constructor(
    private readonly video: HTMLVideoElement,
    private readonly first: Uint8Array<ArrayBuffer>,
  ) {
    const Source = typeof ManagedMediaSource === "undefined" ? MediaSource : ManagedMediaSource;
    if (!Source.isTypeSupported(typeOf(first))) throw new CannotPlay();
    this.source = new Source();
  }

  // Attach it to its element and play what it began with, of `seconds` in all, or of unknown length.
  async begin(seconds = Infinity): Promise<void> {
    const { video, source, first } = this;
    video.disableRemotePlayback = true;
    const url = URL.createObjectURL(source);
    const opened = happens(source, "sourceopen");
    video.src = url;
    await opened;
    URL.revokeObjectURL(url);
    source.duration = seconds;
    this.buffer = source.addSourceBuffer(typeOf(first));
    await this.append(first);
  }

  async append(piece: Uint8Array<ArrayBuffer>): Promise<void> {
    await this.change((buffer) => buffer.appendBuffer(piece));
  }

  // Let go of what lies before a moment.
  async drop(before: number): Promise<void> {
    const from = this.video.buffered.length > 0 ? this.video.buffered.start(0) : before;
    if (from < before) await this.change((buffer) => buffer.remove(0, before));
  }

  set length(seconds: number) {
    if (this.ready && this.source.duration < seconds) this.source.duration = seconds;
  }

  // Say that what is there reaches to the end.
  end(): void {
    if (this.ready) this.source.endOfStream();
  }

  holds(moment: number): boolean {
    const { buffered } = this.video;
    for (let range = 0; range < buffered.length; range++) {
      if (buffered.start(range) <= moment && moment < buffered.end(range)) return true;
    }
    return false;
  }

  // Where film begins again after a moment, or null where none does.
  nextAfter(moment: number): number | null {
    const { buffered } = this.video;
    for (let range = 0; range < buffered.length; range++) {
      if (buffered.start(range) > moment) return buffered.start(range);
    }
    return null;
  }

  // Hold nothing any longer.
  close(): void {
    this.video.pause();
    this.video.removeAttribute("src");
    this.video.load();
    this.buffer = null;
  }

  private get ready(): boolean {
    return this.buffer !== null && !this.buffer.updating && this.source.readyState === "open";
  }

  private async change(act: (buffer: SourceBuffer) => void): Promise<void> {
    if (this.buffer === null || this.source.readyState === "closed") return;
    const done = happens(this.buffer, "updateend");
    act(this.buffer);
    await done;
    if (this.video.error !== null) throw new CannotPlay();
  }
}

function happens(target: EventTarget, name: string): Promise<void> {
  return new Promise((resolve) => {
    target.addEventListener(name, () => resolve(), { once: true });
  });
}
