// Open what is kept, here in the browser: the server sends what is sealed, and never sees the key.
// What is opened lives in memory while it is on the screen, and is stored nowhere.

import { Decrypter } from "age-encryption";

import type { Bytes } from "./bytes";
import { Problem, Unopenable, reach } from "./problem";

export interface Opened {
  words: string | null;
  sound: Uint8Array<ArrayBuffer>;
}

export interface Sealed {
  header: Uint8Array;
  payload: Uint8Array;
  transcript: Uint8Array | null;
}

export const RECORDINGS = "/api/v1/recordings";
const NO_WORDS = "no-words";

// Fetch a recording as it is kept. Throws `Problem`.
export async function fetchSealed(id: string): Promise<Sealed> {
  const [header, payload, transcript] = await Promise.all([
    bytesAt(`${RECORDINGS}/${id}/header`),
    bytesAt(`${RECORDINGS}/${id}/payload`),
    wordsAt(`${RECORDINGS}/${id}/transcript`),
  ]);
  return { header, payload, transcript };
}

// The standard .age file of the sound: its header and its payload, one after the other.
export function ageFile(sealed: Sealed): Uint8Array<ArrayBuffer> {
  const file = new Uint8Array(sealed.header.length + sealed.payload.length);
  file.set(sealed.header);
  file.set(sealed.payload, sealed.header.length);
  return file;
}

// Open a recording with the household's identity (AGE-SECRET-KEY-1...). Throws `Unopenable`.
export async function open(sealed: Sealed, identity: string): Promise<Opened> {
  const decrypter = new Decrypter();
  decrypter.addIdentity(identity);
  try {
    const sound = new Uint8Array(await decrypter.decrypt(ageFile(sealed)));
    const words = sealed.transcript && (await decrypter.decrypt(sealed.transcript, "text"));
    return { words, sound };
  } catch {
    throw new Unopenable();
  }
}

// Fetch what is sealed, or a range of it. Throws `Problem`.
export async function bytesAt(path: string, range?: [number, number]): Promise<Bytes> {
  const request: RequestInit = { cache: "no-store" };
  if (range !== undefined) request.headers = { range: `bytes=${range[0]}-${range[1] - 1}` };
  const answer = await reach(path, request);
  return new Uint8Array(await answer.arrayBuffer());
}

// Null where the words alone were forgotten.
async function wordsAt(path: string): Promise<Uint8Array | null> {
  try {
    return await bytesAt(path);
  } catch (error) {
    if (error instanceof Problem && error.kind === NO_WORDS) return null;
    throw error;
  }
}
