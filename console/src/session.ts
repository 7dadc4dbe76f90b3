// The household's identity while this document lives: in memory alone. A reload forgets it.

import { identityOf } from "./identity";
import type { Bytes } from "./bytes";

let secret: Bytes | null = null;
const onUnlocked = new Set<() => void>();
const onLocked = new Set<() => void>();

export function unlock(opened: Bytes): void {
  secret = opened;
  for (const act of onUnlocked) act();
}

export function lock(): void {
  secret?.fill(0);
  secret = null;
  for (const act of onLocked) act();
}

export function onLock(act: () => void): void {
  onLocked.add(act);
}

// Answers how to be told no more.
export function onUnlock(act: () => void): () => void {
  onUnlocked.add(act);
  return () => onUnlocked.delete(act);
}

export function unlockedSecret(): Bytes | null {
  return secret;
}

// Null while nothing was unlocked here.
export function identity(): string | null {
  return secret === null ? null : identityOf(secret);
}
