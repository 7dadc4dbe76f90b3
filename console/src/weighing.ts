// Ask the worker whether a passphrase would be guessed, before it becomes one.

import { Problem } from "./problem";
import type { Weigh, Why } from "./weighed";
import { announce, say } from "./words";

// Throws `Problem`, which says why, and what to do.
export async function requireUnguessable(passphrase: string, names: string[]): Promise<void> {
  const why = await ask({ passphrase, names });
  if (why === "leaked") throw new Problem(0, why, say("leaked_passphrase"));
  if (why === "named") throw new Problem(0, why, say("named_passphrase"));
  if (why === "guessable") throw new Problem(0, why, say("guessable_passphrase"));
}

function ask(asked: Weigh): Promise<Why | null> {
  const worker = new Worker("/static/weigh.js", { type: "module" });
  announce(say("weighing"));
  return new Promise<Why | null>((resolve, reject) => {
    worker.onmessage = ({ data }: MessageEvent<Why | null>) => resolve(data);
    worker.onerror = () => reject(new Problem(0, "broken", say("problem_broken")));
    worker.postMessage(asked);
  }).finally(() => {
    worker.terminate();
    announce("");
  });
}
