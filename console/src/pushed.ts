// What a notification shows: made of a message's few words, in the language of the console's page.

export interface Pushed {
  kind: string;
  path: string;
  at: string;
  room?: string;
  clip?: string;
  picture?: string;
  gone?: true;
}

export type Words = Record<string, string>;

export interface Shown {
  title: string;
  body: string;
  path: string;
  at: number;
  kind: string;
  tag: string;
  picture?: string;
  gone: boolean;
}

// A message that is not understood is shown too: a browser that was pushed to must show something.
export function shownOf(message: string, words: Words): Shown {
  const told = understood(message);
  const kind = told !== null && words[`${told.kind}_body`] !== undefined ? told.kind : "other";
  const gone = told?.gone === true;
  const at = new Date(told?.at ?? Date.now());
  const time = at.toLocaleTimeString(words.language, { hour: "numeric", minute: "2-digit" });
  const room = told?.room;
  const title = room === undefined ? undefined : words[`${kind}_in`]?.replace("{room}", () => room);
  return {
    title: title ?? words[kind] ?? "",
    body: (words[gone ? "gone_body" : `${kind}_body`] ?? "").replace("{time}", () => time),
    path: told === null ? "/" : told.path + (told.clip === undefined ? "" : `#${told.clip}`),
    at: at.getTime(),
    kind,
    tag: told?.clip ?? kind,
    gone,
    ...(told?.picture === undefined ? {} : { picture: `data:image/jpeg;base64,${told.picture}` }),
  };
}

function understood(message: string): Pushed | null {
  let told: unknown;
  try {
    told = JSON.parse(message);
  } catch {
    return null;
  }
  if (typeof told !== "object" || told === null) return null;
  const { kind, path, at, room, clip, picture, gone } = told as Record<string, unknown>;
  if (typeof kind !== "string" || typeof path !== "string" || typeof at !== "string") return null;
  if (Number.isNaN(Date.parse(at)) || !/^\/[a-z-]*$/.test(path)) return null;
  return {
    kind,
    path,
    at,
    ...(typeof room === "string" && room !== "" ? { room } : {}),
    ...(typeof clip === "string" && /^[0-9a-f]{32}$/.test(clip) ? { clip } : {}),
    ...(typeof picture === "string" && /^[A-Za-z0-9+/=]+$/.test(picture) ? { picture } : {}),
    ...(gone === true ? { gone } : {}),
  };
}
