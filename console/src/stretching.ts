// Ask the worker to stretch a passphrase.

import type { Bytes } from "./bytes";

export function stretched(passphrase: string, salt: Bytes, logN: number): Promise<Bytes> {
  const worker = new Worker("/static/stretch.js", { type: "module" });
  return new Promise<Bytes>((resolve, reject) => {
    worker.onmessage = (event: MessageEvent<Bytes>) => resolve(event.data);
    worker.onerror = () => reject(new Error("the passphrase could not be used"));
    worker.postMessage({ passphrase, salt, logN });
  }).finally(() => worker.terminate());
}
