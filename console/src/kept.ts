// What is known of a recording while it is sealed, in words.

import type { Kept } from "./api";
import { say } from "./words";

// Whether a camera filmed it; all else is sound.
export function isClip(kept: Kept): boolean {
  return kept.seen.length > 0;
}

// What a clip shows; that something moved goes without saying where more is known.
export function seenIn(kept: Kept): string {
  const more = kept.seen.filter((what) => what !== "motion");
  return (more.length > 0 ? more : kept.seen).map((what) => say(`seen_${what}`)).join(", ");
}

export function lengthOf(kept: Kept): string {
  const whole = Math.round(kept.seconds);
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}

// What the file is called that it is saved to, without its kind.
export function fileStem(kept: Kept): string {
  return kept.heard_at.replaceAll(/[^\dT]/g, "").slice(0, 15);
}
