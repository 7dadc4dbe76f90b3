// What went wrong, in words that say what to do (RFC 9457).

import { lock } from "./session";
import { say, sayProblem } from "./words";

const PROBLEM = "application/problem+json";
const SIGNED_OUT = "sign-in-needed";
const CANCELLED = new Set(["NotAllowedError", "AbortError", "InvalidStateError"]);

// A refusal: `kind` is its word, the message says what to do. The status is 0 for the browser's own.
export class Problem extends Error {
  constructor(
    readonly status: number,
    readonly kind: string,
    detail: string,
  ) {
    super(detail);
  }
}

// What is kept could not be opened: it was changed, or sealed to somebody else.
export class Unopenable extends Error {}

// Ask the house for anything. Throws `Problem`: what it refuses, or that it cannot be reached.
// Whose session is over has nothing open here any more either.
export async function reach(path: string, request: RequestInit = {}): Promise<Response> {
  const answer = await fetch(path, request).catch(() => {
    throw new Problem(0, "not-reached", say("not_reached"));
  });
  if (answer.ok) return answer;
  const problem = await problemOf(answer);
  if (problem.kind === SIGNED_OUT) lock();
  throw problem;
}

async function problemOf(answer: Response): Promise<Problem> {
  if (answer.headers.get("content-type") !== PROBLEM) {
    return new Problem(answer.status, "broken", say("problem_broken"));
  }
  const { type, detail } = (await answer.json()) as { type: string; detail: string };
  return new Problem(answer.status, type.replace("/problems/", ""), detail);
}

// What people are told of an error.
export function textOf(error: unknown): string {
  if (error instanceof Problem) return sayProblem(error.kind, error.message);
  if (error instanceof DOMException && CANCELLED.has(error.name)) return say("passkey_cancelled");
  return say(error instanceof Unopenable ? "cannot_open" : "problem_broken");
}
