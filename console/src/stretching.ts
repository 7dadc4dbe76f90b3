// Ask the worker to stretch a passphrase, and show how far it has come: phones take seconds.

import type { Bytes } from "./bytes";
import { Problem } from "./problem";
import { announce, say } from "./words";

export function stretched(passphrase: string, salt: Bytes, logN: number): Promise<Bytes> {
  const worker = new Worker("/static/stretch.js", { type: "module" });
  const bar = document.createElement("progress");
  bar.setAttribute("aria-label", say("stretching"));
  announce(say("stretching"));
  document.getElementById("told")?.append(bar);
  return new Promise<Bytes>((resolve, reject) => {
    worker.onmessage = ({ data }: MessageEvent<Bytes | number>) => {
      if (typeof data === "number") bar.value = data;
      else resolve(data);
    };
    worker.onerror = () => reject(new Problem(0, "broken", say("problem_broken")));
    worker.postMessage({ passphrase, salt, logN });
  }).finally(() => {
    worker.terminate();
    announce("");
  });
}
