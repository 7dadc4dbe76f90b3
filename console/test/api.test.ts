import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { api, onStepUp } from "../src/api";
import { Problem } from "../src/problem";

interface Sent {
  url: string;
  request: RequestInit;
}

let sent: Sent[] = [];
let answers: Response[] = [];

Object.assign(globalThis, {
  document: {
    querySelector: () => ({ content: "the token" }),
    getElementById: () => ({ textContent: '{"not_reached": "Away.", "problem_broken": "Broken."}' }),
  },
  fetch: (url: string, request: RequestInit) => {
    sent.push({ url, request });
    const answer = answers.shift();
    return answer === undefined ? Promise.reject(new TypeError("Failed to fetch")) : Promise.resolve(answer);
  },
});

function problem(status: number, kind: string): Response {
  const headers = { "content-type": "application/problem+json" };
  return new Response(JSON.stringify({ type: `/problems/${kind}`, detail: "No." }), { status, headers });
}

beforeEach(() => {
  sent = [];
  answers = [];
  onStepUp(() => Promise.resolve(false));
});

test("every request carries the session's token, and JSON where there is something to say", async () => {
  answers = [Response.json({ id: "a" }), Response.json({ passkeys: [] })];
  await api.withPassphrase("Ada", "proof");
  await api.passkeys();
  const [first, second] = sent;
  assert.equal(first?.url, "/api/v1/session/passphrase");
  assert.equal(first.request.body, '{"guardian":"Ada","proof":"proof"}');
  assert.deepEqual(first.request.headers, { "x-csrf": "the token", "content-type": "application/json" });
  assert.deepEqual(second?.request.headers, { "x-csrf": "the token" });
});

test("a refusal is a problem of its kind; another server's, and a house that is away, are too", async () => {
  answers = [problem(404, "no-such-thing"), new Response("<html>", { status: 502 })];
  await assert.rejects(api.forget("a"), (error: Problem) => {
    return error.status === 404 && error.kind === "no-such-thing" && error.message === "No.";
  });
  await assert.rejects(api.forget("a"), { kind: "broken", message: "Broken." });
  await assert.rejects(api.forget("a"), { kind: "not-reached", message: "Away." });
});

test("what needs a fresh proof is asked once more after one, and never a third time", async () => {
  let proofs = 0;
  onStepUp(() => Promise.resolve(++proofs > 0));
  const demanded = () => problem(403, "step-up-needed");
  answers = [demanded(), new Response(null, { status: 204 })];
  await api.removePasskey("k");
  assert.deepEqual([sent.length, proofs], [2, 1]);
  answers = [demanded(), demanded()];
  await assert.rejects(api.removePasskey("k"), Problem);
  assert.deepEqual([sent.length, proofs], [4, 2]);
});

test("without a proof, or for another refusal, nothing is asked again", async () => {
  answers = [problem(403, "step-up-needed")];
  await assert.rejects(api.removePasskey("k"), Problem);
  onStepUp(() => Promise.resolve(true));
  answers = [problem(403, "not-yours")];
  await assert.rejects(api.removePasskey("k"), Problem);
  assert.equal(sent.length, 2);
});
