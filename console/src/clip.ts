// A camera's clip in the timeline: its small picture, and its film, opened.

import type { Kept } from "./api";
import { action } from "./elements";
import { Film } from "./film";
import { fileStem } from "./kept";
import { CannotPlay } from "./media";
import { Player } from "./player";
import { Problem, textOf } from "./problem";
import type { Inside } from "./row";
import { save } from "./saving";
import { unlocked } from "./step-up";
import { alarm, announce, say } from "./words";

const MP4 = "video/mp4";

// `label` says which clip it is. What this browser cannot play can be saved all the same.
// Throws `Problem` and `Unopenable`.
export async function openClip(kept: Kept, label: string): Promise<Inside> {
  if ((await unlocked()) === null) throw new Problem(0, "locked", say("unlock_first"));
  const film = await Film.of(kept.id);
  const problem = document.createElement("p");
  problem.setAttribute("data-problem", "");
  const failed = (error: unknown) => {
    problem.textContent = error instanceof CannotPlay ? say("cannot_play") : textOf(error);
    alarm(problem.textContent);
  };
  const player = new Player(film, failed);
  player.video.setAttribute("aria-label", label);
  const parts = [player.video, problem, saver(kept, film)];
  try {
    await player.begin();
  } catch (error) {
    player.close();
    if (!(error instanceof CannotPlay)) throw error;
    failed(error);
    return { media: null, parts: parts.slice(1), close: () => undefined };
  }
  return { media: player.video, parts, close: () => player.close() };
}

function saver(kept: Kept, film: Film): HTMLElement {
  const row = document.createElement("p");
  row.className = "actions";
  const button = action(say("save_film"), () => void saved());
  button.className = "quiet";
  row.append(button);
  return row;

  async function saved(): Promise<void> {
    button.disabled = true;
    announce(say("save_opening"));
    try {
      save(new Blob([await film.whole()], { type: MP4 }), `${fileStem(kept)}.mp4`);
      announce(say("saved"));
    } catch (error) {
      alarm(textOf(error));
    } finally {
      button.disabled = false;
    }
  }
}
