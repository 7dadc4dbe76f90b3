// What a copy of everything consists of: standard formats, and a page that says what each thing is.

import { type Everything, type Kept, api } from "./api";
import type { Bytes } from "./bytes";
import { Film, joined } from "./film";
import { isClip } from "./kept";
import { ageFile, fetchSealed, open } from "./opening";
import { Problem, Unopenable } from "./problem";
import { Index, type Taken } from "./taking-index";
import { unsealed } from "./unsealing";

export type Texts = Record<string, string>;

export interface Wish {
  // The household's identity, or null where recordings stay sealed.
  identity: string | null;
  texts: Texts;
  zone: string;
  signal: AbortSignal;
  // Is told how many recordings are done.
  done: (count: number) => void;
}

export interface Entry {
  name: string;
  input: Bytes | string;
  lastModified: Date;
}

const PAGE = 200;
const AGAIN_MS = 5_000;
const GONE = "no-such-thing";
const TOO_OFTEN = "too-often";
const MAGIC: Record<string, string> = { RIFF: "wav", fLaC: "flac", OggS: "ogg" };

// Yields the files one by one; reads no further than they are taken. Throws `Problem`, and what
// the signal was aborted with.
export async function* filesOf(told: Everything, wish: Wish): AsyncGenerator<Entry> {
  const now = new Date();
  const index = new Index(told, wish.texts, wish.zone, now);
  yield { name: wish.texts.readme!, input: readme(wish.texts), lastModified: now };
  for (const [name, part] of Object.entries(told.parts)) {
    yield { name: `household/${name}.json`, input: json(part), lastModified: now };
  }
  for (const receipt of told.receipts) {
    const name = `receipts/${index.receipt(receipt)}.json`;
    yield { name, input: json(receipt), lastModified: now };
  }
  let count = 0;
  for await (const kept of all(wish.signal)) {
    yield* recording(kept, wish, index);
    wish.done(++count);
  }
  yield { name: "index.html", input: index.page(), lastModified: now };
}

async function* all(signal: AbortSignal): AsyncGenerator<Kept> {
  let next: string | null = "";
  while (next !== null) {
    const asked = new URLSearchParams({ limit: String(PAGE) });
    if (next) asked.set("before", next);
    const page = await patiently(() => api.recordings(asked), signal);
    yield* page.recordings;
    next = page.next;
  }
}

async function* recording(kept: Kept, wish: Wish, index: Index): AsyncGenerator<Entry> {
  const content = await (isClip(kept) ? clip(kept, wish) : sound(kept, wish)).catch(unlessGone);
  if (content === null) return; // forgotten meanwhile
  const lastModified = new Date(kept.heard_at);
  const stem = `recordings/${stemOf(kept)}`;
  const { files, words } = content;
  for (const [kind, input] of files) yield { name: `${stem}.${kind}`, input, lastModified };
  const wordsName = words === null ? null : `${stem}.txt${typeof words === "string" ? "" : ".age"}`;
  if (words !== null) yield { name: wordsName!, input: words, lastModified };
  const said = typeof words === "string" ? words : null;
  yield { name: `${stem}.json`, input: json({ ...kept, words: said }), lastModified };
  const names = files.map(([kind]) => `${stem}.${kind}`);
  index.recording({ kept, files: names, words: wordsName, said, state: content.state });
}

interface Content {
  // How the name of each ends, and what is in it.
  files: [string, Bytes][];
  words: Bytes | string | null;
  state: Taken["state"];
}

// What does not open is taken along sealed, and the page says so.
async function sound(kept: Kept, wish: Wish): Promise<Content> {
  const sealed = await patiently(() => fetchSealed(kept.id), wish.signal);
  const words = sealed.transcript === null ? null : new Uint8Array(sealed.transcript);
  const closed = (state: Content["state"]): Content => {
    return { files: [["wav.age", ageFile(sealed)]], words, state };
  };
  if (wish.identity === null) return closed("sealed");
  try {
    const { sound, words: said } = await open(sealed, wish.identity);
    return { files: [[kindOf(sound), sound]], words: said, state: "opened" };
  } catch (error) {
    if (!(error instanceof Unopenable)) throw error;
    return closed("unopenable");
  }
}

// A clip is one film where it is opened, else its pieces, numbered.
async function clip(kept: Kept, wish: Wish): Promise<Content> {
  const film = await patiently(() => Film.of(kept.id), wish.signal);
  const sealed: Bytes[] = [];
  for (const number of film.pieces.keys()) {
    sealed.push(await patiently(() => film.sealed(number), wish.signal));
  }
  const closed = (state: Content["state"]): Content => {
    const files = sealed.map((piece, number): [string, Bytes] => [pieceKind(number), piece]);
    return { files, words: null, state };
  };
  if (wish.identity === null) return closed("sealed");
  try {
    // The worker takes what it is given, and what does not open is needed again.
    const pieces = await Promise.all(sealed.map((piece) => unsealed(piece.slice())));
    return { files: [["mp4", joined(pieces)]], words: null, state: "opened" };
  } catch (error) {
    if (!(error instanceof Unopenable)) throw error;
    return closed("unopenable");
  }
}

// As `unhear export` has it.
function pieceKind(number: number): string {
  return `${String(number + 1).padStart(4, "0")}.mp4.age`;
}

function kindOf(sound: Uint8Array): string {
  return MAGIC[String.fromCharCode(...sound.subarray(0, 4))] ?? "bin";
}

// The moment in UTC and the first digits of the id, as `unhear export` has it.
export function stemOf(kept: Kept): string {
  const moment = new Date(kept.heard_at).toISOString().replaceAll(/[-:]|\.\d+/g, "");
  return `${moment}-${kept.id.slice(0, 8)}`;
}

function unlessGone(error: unknown): null {
  if (error instanceof Problem && error.kind === GONE) return null;
  throw error;
}

// Ask again, a little later, as long as the house says that it is asked too often.
async function patiently<T>(ask: () => Promise<T>, signal: AbortSignal): Promise<T> {
  for (;;) {
    signal.throwIfAborted();
    try {
      return await ask();
    } catch (error) {
      if (!(error instanceof Problem && error.kind === TOO_OFTEN)) throw error;
      await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
    }
  }
}

function readme(texts: Texts): string {
  return `${texts.readme_text!.trimEnd()}\n`;
}

function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
