// Ask the worker to open age files with the household's identity. When the identity is locked, the
// worker goes, and what it was about to open is opened no more.

import type { Bytes } from "./bytes";
import { Problem, Unopenable } from "./problem";
import { identity, onLock } from "./session";
import type { Unseal, Unsealed } from "./unseal";
import { say } from "./words";

interface Waiting {
  resolve: (opened: Bytes) => void;
  reject: (error: unknown) => void;
}

const waiting = new Map<number, Waiting>();
let worker: Worker | null = null;
let asked = 0;

onLock(() => drop(locked));

// Throws `Unopenable`, and `Problem` while nothing is unlocked.
export function unsealed(file: Bytes): Promise<Bytes> {
  const key = identity();
  if (key === null) return Promise.reject(locked());
  const number = ++asked;
  const request: Unseal = { number, file, identity: key };
  return new Promise((resolve, reject) => {
    waiting.set(number, { resolve, reject });
    working().postMessage(request, [file.buffer]);
  });
}

function working(): Worker {
  if (worker !== null) return worker;
  worker = new Worker("/static/unseal.js", { type: "module" });
  worker.onmessage = ({ data }: MessageEvent<Unsealed>) => {
    const asking = waiting.get(data.number);
    waiting.delete(data.number);
    if (data.opened === null) asking?.reject(new Unopenable());
    else asking?.resolve(data.opened);
  };
  worker.onerror = () => drop(() => new Problem(0, "broken", say("problem_broken")));
  return worker;
}

function drop(why: () => Problem): void {
  worker?.terminate();
  worker = null;
  for (const { reject } of waiting.values()) reject(why());
  waiting.clear();
}

function locked(): Problem {
  return new Problem(0, "locked", say("unlock_first"));
}
