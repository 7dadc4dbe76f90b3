// A clip as it is kept: pieces of film, each sealed on its own, which are fetched and opened one by
// one as they are needed.

import { type Piece, api } from "./api";
import { type Bytes, fromText } from "./bytes";
import { RECORDINGS, bytesAt } from "./opening";
import { unsealed } from "./unsealing";

export class Film {
  readonly pieces: Piece[] = [];
  growing = false;

  private constructor(private readonly id: string) {}

  // Throws `Problem`.
  static async of(id: string): Promise<Film> {
    const film = new Film(id);
    await film.more();
    return film;
  }

  // In seconds.
  get length(): number {
    return this.pieces.at(-1)?.ends ?? 0;
  }

  // Ask for what came since. Throws `Problem`.
  async more(): Promise<void> {
    const { pieces, growing } = await api.film(this.id, this.pieces.length);
    this.pieces.push(...pieces);
    this.growing = growing;
  }

  // A piece as a standard .age file. Throws `Problem`.
  async sealed(number: number): Promise<Bytes> {
    const { header, at, size } = this.pieces[number]!;
    const body = await bytesAt(`${RECORDINGS}/${this.id}/payload`, [at, at + size]);
    return joined([fromText(header), body]);
  }

  // Throws `Unopenable` and `Problem`.
  async opened(number: number): Promise<Bytes> {
    return unsealed(await this.sealed(number));
  }

  // The whole film as one MP4 file. Throws as `opened` does.
  async whole(): Promise<Bytes> {
    const pieces: Bytes[] = [];
    for (const number of this.pieces.keys()) pieces.push(await this.opened(number));
    return joined(pieces);
  }
}

export function joined(parts: Bytes[]): Bytes {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
