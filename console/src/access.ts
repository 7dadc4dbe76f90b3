// A request of staff: a guardian plays what it names, chooses, and grants it: each header is opened
// here and sealed anew to the member's own key. The house cannot do that, and the desk cannot.

import { type Kept, api } from "./api";
import { toText } from "./bytes";
import { openClip } from "./clip";
import { action } from "./elements";
import { whenGone } from "./gone";
import { isClip } from "./kept";
import { go } from "./navigate";
import { Problem, textOf } from "./problem";
import { keyOf, rewrappedTo } from "./rewrap";
import type { Inside } from "./row";
import { headersOf } from "./share";
import { openSound } from "./sound";
import { unlocked } from "./step-up";
import { alarm, announce, say } from "./words";

export function access(card: HTMLElement): void {
  const rows = [...card.querySelectorAll<HTMLElement>("[data-kept]")];
  for (const row of rows) new Listening(row);
  const form = card.querySelector<HTMLFormElement>("[data-granting]");
  if (form === null) return;
  const problem = form.querySelector<HTMLElement>("[data-problem]")!;
  const agree = form.querySelector<HTMLButtonElement>("[data-grant]")!;
  form.hidden = false;
  form.querySelector("[data-all]")?.addEventListener("click", () => {
    for (const row of rows) boxOf(row).checked = true;
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    problem.textContent = "";
    agree.disabled = true;
    const chosen = rows.filter((row) => boxOf(row).checked).map(keptOf);
    const hours = Number(form.querySelector<HTMLSelectElement>("[name=hours]")!.value);
    grant(card.dataset.request!, card.dataset.recipient!, chosen, hours)
      .then(async () => {
        await go("/access");
        announce(say("access_granted"));
      })
      .catch((error: unknown) => {
        problem.textContent = textOf(error);
        alarm(problem.textContent);
        agree.disabled = false;
      });
  });
}

// Throws `Problem` and `Unopenable`.
async function grant(
  request: string,
  recipient: string,
  chosen: Kept[],
  hours: number,
): Promise<void> {
  if (chosen.length === 0) throw new Problem(0, "none", say("access_none_chosen"));
  const identity = await unlocked();
  if (identity === null) throw new Problem(0, "locked", say("unlock_first"));
  const key = keyOf(recipient);
  const recordings = [];
  for (const kept of chosen) {
    const headers: string[] = [];
    for (const header of await headersOf(kept)) {
      headers.push(toText(await rewrappedTo(header, identity, key)));
    }
    recordings.push({ recording: kept.id, headers });
  }
  await api.grantAccess(request, { recordings, hours });
}

function keptOf(row: HTMLElement): Kept {
  return JSON.parse(row.dataset.kept!) as Kept;
}

function boxOf(row: HTMLElement): HTMLInputElement {
  return row.querySelector<HTMLInputElement>("input[type=checkbox]")!;
}

// Play a recording in place, before anybody else does.
class Listening {
  private readonly inside = document.createElement("div");
  private opened: Inside | null = null;

  constructor(private readonly row: HTMLElement) {
    const label = row.querySelector("label")?.textContent?.trim() ?? "";
    const play = action(say("play"), () => void this.play(label), `${say("play")}: ${label}`);
    play.className = "quiet";
    this.inside.className = "inside";
    row.append(play, this.inside);
    whenGone(row, () => this.opened?.close());
  }

  private async play(label: string): Promise<void> {
    try {
      this.opened ??= await this.open(label);
      const { media } = this.opened;
      if (media?.paused) await media.play().catch(() => undefined);
      else media?.pause();
    } catch (error) {
      this.inside.textContent = textOf(error);
      alarm(textOf(error));
    }
  }

  private async open(label: string): Promise<Inside> {
    const kept = keptOf(this.row);
    const opened = isClip(kept)
      ? await openClip(kept, label)
      : await openSound(kept, this.row.clientWidth);
    this.inside.replaceChildren(...opened.parts);
    return opened;
  }
}
