// The small pictures of clips: fetched sealed, many at once, for what is near the screen, and opened
// while the household's identity is unlocked.

import { api } from "./api";
import { fromText } from "./bytes";
import { whenGone } from "./gone";
import { told } from "./navigate";
import { Unopenable } from "./problem";
import { identity, onUnlock } from "./session";
import { unsealed } from "./unsealing";

const NEAR = "50% 0px";
const AT_ONCE = 100;

export class Stills {
  private readonly wanted = new Map<HTMLImageElement, string>();
  private readonly clips = new WeakMap<Element, string>();
  private readonly near = new IntersectionObserver((seen) => this.seen(seen), { rootMargin: NEAR });
  private asking = false;

  constructor(section: HTMLElement) {
    const forget = onUnlock(() => void this.ask());
    whenGone(section, () => {
      forget();
      this.near.disconnect();
      this.wanted.clear();
    });
  }

  // Show the picture of a clip, once that is near the screen.
  show(image: HTMLImageElement, clip: string): void {
    this.clips.set(image, clip);
    this.near.observe(image);
  }

  private seen(entries: IntersectionObserverEntry[]): void {
    for (const { target, isIntersecting } of entries) {
      const image = target as HTMLImageElement;
      if (isIntersecting && !image.src) this.wanted.set(image, this.clips.get(image)!);
      else this.wanted.delete(image);
    }
    void this.ask();
  }

  private async ask(): Promise<void> {
    if (this.asking || this.wanted.size === 0 || identity() === null) return;
    this.asking = true;
    const asked = [...this.wanted].slice(0, AT_ONCE);
    for (const [image] of asked) this.wanted.delete(image);
    try {
      const { stills } = await api.stills(asked.map(([, clip]) => clip));
      for (const [image, clip] of asked) await this.open(image, stills[clip]);
    } catch (error) {
      told(error);
    } finally {
      this.asking = false;
    }
    void this.ask();
  }

  private async open(image: HTMLImageElement, still: string | undefined): Promise<void> {
    if (still === undefined || !image.isConnected || identity() === null) return;
    try {
      const picture = await unsealed(fromText(still));
      const url = URL.createObjectURL(new Blob([picture], { type: "image/jpeg" }));
      image.onload = image.onerror = () => URL.revokeObjectURL(url);
      image.src = url;
    } catch (error) {
      // Playing the clip says what is wrong with it.
      if (!(error instanceof Unopenable)) throw error;
    }
  }
}
