// Open any part of the payload of an age file without the rest (C2SP age.md, "Payload"): chunks of
// 64 KiB, each sealed under its number and whether it is the last.

import { chacha20poly1305 } from "@noble/ciphers/chacha.js";
import { hkdf } from "@noble/hashes/hkdf.js";
import { sha256 } from "@noble/hashes/sha2.js";

import { type Bytes, utf8 } from "./bytes";
import { Unopenable } from "./problem";

// Answers the payload's bytes from `start` to before `end`.
export type ReadAt = (start: number, end: number) => Promise<Uint8Array>;

const NONCE_BYTES = 16;
const CHUNK_BYTES = 64 * 1024;
const TAG_BYTES = 16;
const SEALED_BYTES = CHUNK_BYTES + TAG_BYTES;
const KEY_BYTES = 32;

export class Payload {
  // Bytes of plaintext.
  readonly length: number;
  private readonly last: number;

  private constructor(
    private readonly key: Uint8Array,
    private readonly size: number,
    private readonly readAt: ReadAt,
  ) {
    this.last = Math.ceil((size - NONCE_BYTES) / SEALED_BYTES) - 1;
    this.length = size - NONCE_BYTES - (this.last + 1) * TAG_BYTES;
  }

  // Take a payload of `size` bytes. Its last chunk is opened, so that one that was cut short or
  // added to is refused before anything of it is believed. Throws `Unopenable`.
  static async open(fileKey: Uint8Array, size: number, readAt: ReadAt): Promise<Payload> {
    if (!possible(size)) throw new Unopenable();
    const nonce = await readAt(0, NONCE_BYTES);
    const key = hkdf(sha256, fileKey, nonce, utf8("payload"), KEY_BYTES);
    const payload = new Payload(key, size, readAt);
    await payload.chunks(payload.last, payload.last);
    return payload;
  }

  // Answer up to `length` bytes of plaintext from `offset`, fewer at the end; reads the chunks they
  // lie in with one call. Throws `Unopenable` where one of these was changed.
  async read(offset: number, length: number): Promise<Bytes> {
    const end = Math.min(offset + length, this.length);
    if (offset < 0 || offset >= end) return new Uint8Array();
    const first = Math.floor(offset / CHUNK_BYTES);
    const opened = await this.chunks(first, Math.floor((end - 1) / CHUNK_BYTES));
    return opened.slice(offset - first * CHUNK_BYTES, end - first * CHUNK_BYTES);
  }

  private async chunks(first: number, last: number): Promise<Bytes> {
    const start = NONCE_BYTES + first * SEALED_BYTES;
    const end = Math.min(NONCE_BYTES + (last + 1) * SEALED_BYTES, this.size);
    const sealed = await this.readAt(start, end);
    const opened = new Uint8Array(end - start - (last - first + 1) * TAG_BYTES);
    for (let number = first; number <= last; number++) {
      const at = (number - first) * SEALED_BYTES;
      const chunk = sealed.subarray(at, at + SEALED_BYTES);
      opened.set(this.opened(chunk, number), (number - first) * CHUNK_BYTES);
    }
    return opened;
  }

  private opened(chunk: Uint8Array, number: number): Uint8Array {
    try {
      return chacha20poly1305(this.key, nonceOf(number, number === this.last)).decrypt(chunk);
    } catch {
      throw new Unopenable();
    }
  }
}

// Whether a payload can have this size: its last chunk is whole, and empty only where it is alone.
function possible(size: number): boolean {
  const sealed = size - NONCE_BYTES;
  const last = sealed <= SEALED_BYTES ? sealed : ((sealed - 1) % SEALED_BYTES) + 1;
  return last > TAG_BYTES || (last === TAG_BYTES && sealed === TAG_BYTES);
}

// Eleven bytes of the chunk's number, big-endian, and one that says whether it is the last.
function nonceOf(number: number, last: boolean): Uint8Array {
  const nonce = new Uint8Array(12);
  new DataView(nonce.buffer).setBigUint64(3, BigInt(number));
  nonce[11] = Number(last);
  return nonce;
}
