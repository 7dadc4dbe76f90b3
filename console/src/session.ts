// The household's identity while this document lives: in memory alone. A reload forgets it.

import { identityOf } from "./identity";
import type { Bytes } from "./bytes";

let secret: Bytes | null = null;

export function unlock(opened: Bytes): void {
  secret = opened;
}

export function lock(): void {
  secret?.fill(0);
  secret = null;
}

export function unlockedSecret(): Bytes | null {
  return secret;
}

// Null while nothing was unlocked here.
export function identity(): string | null {
  return secret === null ? null : identityOf(secret);
}
