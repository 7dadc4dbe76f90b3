// The desk's operations for scripts.

import { reach } from "../problem";

// Throws `Problem`.
export async function ask<T>(path: string, body: object = {}): Promise<T> {
  const csrf = document.querySelector<HTMLMetaElement>("meta[name=csrf]")!.content;
  const headers = { "content-type": "application/json", "x-csrf": csrf };
  const request = { method: "POST", headers, body: JSON.stringify(body) };
  const answer = await reach(`/api/v1/${path}`, request);
  return (answer.status === 204 ? undefined : await answer.json()) as T;
}

export interface Options {
  options: Record<string, unknown>;
}
