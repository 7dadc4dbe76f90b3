// Ask the worker to stretch a passphrase.

import type { Bytes } from "./bytes";
import { Problem } from "./problem";
import { say } from "./words";

export function stretched(passphrase: string, salt: Bytes, logN: number): Promise<Bytes> {
  const worker = new Worker("/static/stretch.js", { type: "module" });
  return new Promise<Bytes>((resolve, reject) => {
    worker.onmessage = (event: MessageEvent<Bytes>) => resolve(event.data);
    worker.onerror = () => reject(new Problem(0, "broken", say("problem_broken")));
    worker.postMessage({ passphrase, salt, logN });
  }).finally(() => worker.terminate());
}
