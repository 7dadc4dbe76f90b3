// The house's operations, version 1, kept by hand in one place; docs/api.md lists who may what.

import { Problem, reach } from "./problem";

export interface SignedInAs {
  guardian: string;
  name: string;
  household: string;
  wrapped: string | null;
}

export interface LockInfo {
  household: string;
  recipient: string;
  passphrase: { log_n: number; salt: string } | null;
  passkeys: boolean;
}

export interface Kept {
  id: string;
  heard_at: string;
  device: string;
  person: string | null;
  seconds: number;
  intent: string | null;
  // What a camera's clip shows; nothing where it is sound.
  seen: string[];
  reasons: string[];
  expires_at: string;
}

export interface Page {
  recordings: Kept[];
  next: string | null;
}

// A piece of a clip: `size` bytes of its payload from `at`, behind a header; moments in seconds.
export interface Piece {
  header: string;
  at: number;
  size: number;
  begins: number;
  ends: number;
}

export interface FilmParts {
  pieces: Piece[];
  growing: boolean;
}

export interface Camera {
  name: string;
  state: string;
  filming: boolean;
}

export interface Forgotten {
  id: string;
  count: string;
  receipt: Record<string, unknown>;
  key: string;
}

export interface NewGrant {
  recording: string;
  headers: string[];
  whom: string;
  why: string;
  days: number;
}

export interface NewAccess {
  recordings: { recording: string; headers: string[] }[];
  hours: number;
}

export interface Receipt extends Record<string, unknown> {
  statement: { kind: string; id?: string; [name: string]: unknown };
}

// What the house itself can say; `recordings` is how many there are to fetch.
export interface Everything {
  recordings: number;
  parts: Record<string, unknown> & {
    household: { name: string };
    people: { id: string; name: string }[];
  };
  receipts: Receipt[];
}

export interface Options {
  options: Record<string, unknown>;
}

export interface Begun extends Options {
  household: string;
  guardian: string;
}

export interface PassphraseLock {
  log_n: number;
  salt: string;
  wrapped: string;
  verifier: string;
}

export interface NewPasskey {
  credential: Record<string, unknown>;
  wrapped: string | null;
  name: string;
}

export interface Household {
  household: string;
  guardian: string;
  guardian_name: string;
  name: string;
  recipient: string;
  recovery: { wrapped: string; verifier: string };
  passphrase: PassphraseLock | null;
  passkey: NewPasskey | null;
  people: { name: string; kind: "adult" | "child" }[];
  keep: boolean;
}

export interface Notifications {
  key: string;
  kinds: string[];
  chosen: string[] | null;
  pictures: boolean;
  elsewhere: number;
}

export interface Subscribed {
  endpoint: string;
  key: string;
  auth: string;
  kinds: string[];
  pictures: boolean;
}

export interface Lesson {
  person: string;
  rate: number;
  sentences: string[];
}

export const STEP_UP_NEEDED = "step-up-needed";
const ROOT = "/api/v1";
let stepUp: () => Promise<boolean> = () => Promise.resolve(false);

// Say how somebody proves again who they are, when an operation demands it.
export function onStepUp(ask: () => Promise<boolean>): void {
  stepUp = ask;
}

export const api = {
  lock: () => ask<LockInfo>("GET", "/session/lock"),
  beginSetup: (guardian: string) => ask<Begun>("POST", "/setup/begin", { guardian }),
  finishSetup: (household: Household) => ask<SignedInAs>("POST", "/setup/finish", household),
  beginPasskey: () => ask<Options>("POST", "/session/passkey/begin"),
  finishPasskey: (credential: object) =>
    ask<SignedInAs>("POST", "/session/passkey/finish", { credential }),
  withPassphrase: (guardian: string, proof: string) =>
    ask<SignedInAs>("POST", "/session/passphrase", { guardian, proof }),
  withRecovery: (guardian: string, proof: string) =>
    ask<SignedInAs>("POST", "/session/recovery", { guardian, proof }),
  beginStepUp: () => ask<Options>("POST", "/session/step-up/begin"),
  finishStepUp: (credential: object) =>
    ask<SignedInAs>("POST", "/session/step-up/finish", { credential }),
  stepUpBy: (kind: "passphrase" | "recovery", proof: string) =>
    ask<SignedInAs>("POST", "/session/step-up", { kind, proof }),
  passkeys: () => ask<{ passkeys: { id: string }[] }>("GET", "/passkeys"),
  beginNewPasskey: () => ask<Options>("POST", "/passkeys/begin"),
  finishNewPasskey: (passkey: NewPasskey) => ask<object>("POST", "/passkeys/finish", passkey),
  removePasskey: (id: string) => ask<void>("DELETE", `/passkeys/${id}`),
  setPassphrase: (lock: PassphraseLock) => ask<void>("PUT", "/passkeys/passphrase", lock),
  notifications: () => ask<Notifications>("GET", "/notifications"),
  switchOn: (wanted: Subscribed) => ask<Notifications>("PUT", "/notifications", wanted),
  switchOff: () => ask<void>("DELETE", "/notifications"),
  switchOffEverywhere: () => ask<void>("DELETE", "/notifications/everywhere"),
  recordings: (asked: URLSearchParams) => ask<Page>("GET", `/recordings?${asked}`),
  grant: (wanted: NewGrant) => ask<{ url: string }>("POST", "/grants", wanted),
  grantAccess: (request: string, wanted: NewAccess) =>
    ask<object>("POST", `/access/requests/${request}/grant`, wanted),
  film: (id: string, after: number) =>
    ask<FilmParts>("GET", `/recordings/${id}/film?after=${after}`),
  stills: (recordings: string[]) =>
    ask<{ stills: Record<string, string> }>("POST", "/recordings/stills", { recordings }),
  cameras: () => ask<{ cameras: Camera[] }>("GET", "/cameras"),
  reply: (camera: string, which: string) =>
    ask<void>("POST", `/cameras/${encodeURIComponent(camera)}/reply`, { which }),
  picture: (camera: string) => picture(`/cameras/${encodeURIComponent(camera)}/picture`),
  forget: (id: string) => ask<Forgotten>("DELETE", `/recordings/${id}`),
  receipt: (entry: string) => ask<Record<string, unknown>>("GET", `/receipts/${entry}`),
  everything: () => ask<Everything>("GET", "/everything"),
  teachVoice: (lesson: Lesson) => ask<void>("POST", "/learning/voice", lesson),
  finishPairing: (code: string) => ask<void>("POST", "/devices/pairings/finish", { code }),
};

async function ask<T>(method: string, path: string, body?: object): Promise<T> {
  const answer = await proven(() => asked(method, path, body));
  return (answer.status === 204 ? undefined : await answer.json()) as T;
}

async function picture(path: string): Promise<Blob> {
  return (await proven(() => asked("GET", path))).blob();
}

// Ask; where a fresh proof is demanded, get one and ask once more. Throws `Problem`.
async function proven(request: () => Promise<Response>): Promise<Response> {
  try {
    return await request();
  } catch (error) {
    const demanded = error instanceof Problem && error.kind === STEP_UP_NEEDED;
    if (!demanded || !(await stepUp())) throw error;
    return request();
  }
}

function asked(method: string, path: string, body?: object): Promise<Response> {
  const headers: Record<string, string> = { "x-csrf": csrf() };
  if (body !== undefined) headers["content-type"] = "application/json";
  const request: RequestInit = { method, headers };
  if (body !== undefined) request.body = JSON.stringify(body);
  return reach(ROOT + path, request);
}

function csrf(): string {
  return document.querySelector<HTMLMetaElement>("meta[name=csrf]")?.content ?? "";
}
