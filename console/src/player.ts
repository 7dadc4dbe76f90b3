// Play a clip while it is sealed: what is about to be shown is fetched and opened, and no more. A
// clip that is filmed still is followed.

import type { Piece } from "./api";
import type { Bytes } from "./bytes";
import { CannotPlay, Media } from "./media";

const AHEAD_SECONDS = 6;
const BEHIND_SECONDS = 60;
const GAP_SECONDS = 0.5;
const FOLLOW_MS = 2_000;
const INTO_SECONDS = 0.1;

// What can be played: its pieces, each opened when it is wanted; more may come while it grows.
export interface Playable {
  readonly pieces: readonly Piece[];
  readonly growing: boolean;
  readonly length: number;
  more(): Promise<void>;
  opened(number: number): Promise<Bytes>;
}

export class Player {
  readonly video = document.createElement("video");
  private media: Media | null = null;
  private readonly held = new Set<number>();
  private filling = false;
  private following = 0;
  private over = false;

  // `failed` is told what goes wrong after it has begun.
  constructor(
    private readonly film: Playable,
    private readonly failed: (error: unknown) => void,
  ) {
    this.video.controls = true;
    this.video.playsInline = true;
    this.video.setAttribute("controlslist", "nodownload noremoteplayback");
  }

  // Throws `CannotPlay`, and what opening the film throws.
  async begin(): Promise<void> {
    const { film, video } = this;
    this.media = new Media(video, await film.opened(0));
    await this.media.begin(film.length);
    this.held.add(0);
    for (const change of ["timeupdate", "seeking", "waiting"]) {
      video.addEventListener(change, () => void this.fill());
    }
    video.addEventListener("error", () => this.over || this.failed(new CannotPlay()));
    if (film.growing) this.following = window.setInterval(() => void this.follow(), FOLLOW_MS);
    void this.fill();
  }

  close(): void {
    this.over = true;
    clearInterval(this.following);
    this.media?.close();
  }

  private async follow(): Promise<void> {
    try {
      await this.film.more();
      if (this.media !== null) this.media.length = this.film.length;
      if (!this.film.growing) clearInterval(this.following);
      await this.fill();
    } catch (error) {
      clearInterval(this.following);
      if (!this.over) this.failed(error);
    }
  }

  // Bring what is about to be shown, one piece after the other; people may seek meanwhile.
  private async fill(): Promise<void> {
    const { media, film, video } = this;
    if (this.filling || this.over || media === null) return;
    this.filling = true;
    try {
      this.recount(media);
      for (;;) {
        const next = wanted(film.pieces, this.held, video.currentTime);
        if (next === null || this.over) break;
        await this.take(media, next);
        this.skipGap(media);
      }
      if (this.held.has(film.pieces.length - 1) && !film.growing && !this.over) media.end();
    } catch (error) {
      if (!this.over) this.failed(error);
    } finally {
      this.filling = false;
    }
  }

  private async take(media: Media, number: number): Promise<void> {
    const piece = await this.film.opened(number);
    if (this.over) return;
    await media.append(piece);
    const begins = this.film.pieces[number]!.begins + INTO_SECONDS;
    if (!media.holds(begins) && number > 0 && !this.held.has(number - 1)) {
      // It begins with no key picture, and plays behind the one before it alone.
      await this.take(media, number - 1);
      await media.append(piece);
    }
    await media.drop(this.video.currentTime - BEHIND_SECONDS);
    this.recount(media);
    this.held.add(number);
  }

  // Forget which pieces were held that browsers let go of when memory is short.
  private recount(media: Media): void {
    for (const number of this.held) {
      const { begins, ends } = this.film.pieces[number]!;
      if (!media.holds((begins + ends) / 2)) this.held.delete(number);
    }
  }

  private skipGap(media: Media): void {
    const at = this.video.currentTime;
    const next = media.holds(at) ? null : media.nextAfter(at);
    if (next !== null && next - at < GAP_SECONDS) this.video.currentTime = next;
  }
}

// Answers which piece must be brought next to go on playing at a moment; null where all are there.
export function wanted(
  pieces: readonly Piece[],
  held: ReadonlySet<number>,
  moment: number,
): number | null {
  const next = pieces.findIndex(
    ({ begins, ends }, number) =>
      ends > moment && begins < moment + AHEAD_SECONDS && !held.has(number),
  );
  return next < 0 ? null : next;
}
