// One look: what is sealed comes through the desk piece by piece, and is opened in the worker.

import type { Piece } from "../api";
import { type Bytes, fromText } from "../bytes";
import { joined } from "../film";
import { bytesAt } from "../opening";
import type { Playable } from "../player";
import { unsealed } from "../unsealing";
import { ask } from "./ask";

interface Seen {
  device: string;
  heard_at: string;
  filmed: boolean;
  pieces: Piece[];
}

export class Look implements Playable {
  readonly growing = false;
  readonly pieces: readonly Piece[];

  private constructor(
    private readonly id: string,
    readonly seen: Seen,
  ) {
    this.pieces = seen.pieces;
  }

  // The look is stated before this returns. Throws `Problem`.
  static async at(home: string, grant: string): Promise<Look> {
    const { look, seen } = await ask<{ look: string; seen: Seen }>("looks", { home, grant });
    return new Look(look, seen);
  }

  // In seconds.
  get length(): number {
    return this.pieces.at(-1)?.ends ?? 0;
  }

  async more(): Promise<void> {
    // What was granted is whole.
  }

  // Throws `Unopenable` and `Problem`.
  async opened(number: number): Promise<Bytes> {
    const { header, at, size } = this.pieces[number]!;
    const range = `first=${at}&last=${at + size - 1}`;
    const body = await bytesAt(`/api/v1/looks/${this.id}/payload?${range}`);
    return unsealed(joined([fromText(header), body]));
  }
}
