// Open the pieces of a recording that lie in its payload, one behind the other.

import { Decrypter } from "age-encryption";

import { type Bytes, fromText } from "./bytes";
import { Unopenable } from "./problem";

export interface SealedPiece {
  // An age header in base64; `size` bytes of the payload from `at` are its body.
  header: string;
  at: number;
  size: number;
}

// Throws `Unopenable` where one was changed, or sealed to somebody else.
export async function openPieces(
  pieces: SealedPiece[],
  payload: Uint8Array,
  identity: string,
): Promise<Bytes[]> {
  const decrypter = new Decrypter();
  decrypter.addIdentity(identity);
  const opened: Bytes[] = [];
  for (const { header, at, size } of pieces) {
    const head = fromText(header);
    const file = new Uint8Array(head.length + size);
    file.set(head);
    file.set(payload.subarray(at, at + size), head.length);
    const data = await decrypter.decrypt(file).catch(() => {
      throw new Unopenable();
    });
    opened.push(new Uint8Array(data));
  }
  return opened;
}
