// The page of somebody with whom a recording is shared: the key is behind the # of its address,
// and what it opens is opened here and shown while the page is.

import { type Bytes, fromText } from "./bytes";
import { identityOf } from "./identity";
import { bytesAt } from "./opening";
import { openPieces } from "./pieces";
import { Problem, Unopenable, reach, textOf } from "./problem";
import { localeOf, say } from "./words";

interface Shared {
  household: string;
  by: string;
  device: string;
  heard_at: string;
  filmed: boolean;
  until: string;
  pieces: { header: string; at: number; size: number }[];
}

const SECRET_BYTES = 32;
const main = document.getElementById("main")!;
const GRANT = `/api/v1/grants/${main.dataset.grant}`;
const said = main.querySelector("[data-said]")!;
const problem = main.querySelector("[data-problem]")!;
const asks = main.querySelector<HTMLElement>("[data-asks]")!;

async function begin(): Promise<void> {
  const secret = secretIn(location.hash.slice(1));
  if (secret === null) {
    problem.textContent = say("shared_no_key");
    return;
  }
  const { until } = (await (await reach(GRANT)).json()) as { until: string };
  said.textContent = say("shared_until", { at: moment(until) });
  asks.hidden = false;
  asks.querySelector("[data-open]")!.addEventListener("click", () => {
    asks.hidden = true;
    void open(identityOf(secret)).catch(told);
  });
}

// Null for what is no key.
function secretIn(text: string): Bytes | null {
  try {
    const secret = fromText(text);
    return secret.length === SECRET_BYTES ? secret : null;
  } catch {
    return null;
  }
}

async function open(identity: string): Promise<void> {
  problem.textContent = "";
  said.textContent = say("shared_opening");
  const shared = (await (await reach(`${GRANT}/headers`)).json()) as Shared;
  const opened = await openPieces(shared.pieces, await bytesAt(`${GRANT}/payload`), identity);
  main.querySelector("[data-shown]")!.replaceChildren(player(shared, opened));
  said.textContent = say(shared.by === "" ? "shared_household" : "shared_by", {
    by: shared.by,
    household: shared.household,
    device: shared.device,
    at: moment(shared.heard_at),
    until: moment(shared.until),
  });
}

function player({ filmed }: Shared, opened: Bytes[]): HTMLMediaElement {
  const media = document.createElement(filmed ? "video" : "audio");
  const blob = new Blob(opened, { type: filmed ? "video/mp4" : "audio/wav" });
  media.src = URL.createObjectURL(blob);
  media.controls = true;
  media.setAttribute("aria-label", say(filmed ? "shared_film" : "shared_sound"));
  // Browsers offer saving unless they are asked not to.
  media.setAttribute("controlslist", "nodownload noremoteplayback");
  media.addEventListener("error", () => {
    problem.textContent = say("shared_cannot_play");
  });
  media.addEventListener("contextmenu", (event) => event.preventDefault());
  if (media instanceof HTMLVideoElement) {
    media.disablePictureInPicture = true;
    media.playsInline = true;
  }
  return media;
}

function moment(at: string): string {
  return new Date(at).toLocaleString(localeOf(), { dateStyle: "long", timeStyle: "short" });
}

function told(error: unknown): void {
  said.textContent = "";
  const gone = error instanceof Problem && error.status === 404;
  if (gone) problem.textContent = say("shared_gone");
  else if (error instanceof Unopenable) problem.textContent = say("shared_cannot_open");
  else problem.textContent = textOf(error);
}

begin().catch(told);
