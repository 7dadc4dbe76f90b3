// A sound in the timeline, opened: what was said, and where one is in it.

import type { Kept } from "./api";
import { action } from "./elements";
import { fileStem } from "./kept";
import { type Sealed, ageFile, fetchSealed, open } from "./opening";
import { Problem, Unopenable } from "./problem";
import type { Inside } from "./row";
import { save } from "./saving";
import { unlocked } from "./step-up";
import { Waveform } from "./waveform";
import { say } from "./words";

const HZ = 16_000;

// Throws `Problem` and `Unopenable`.
export async function openSound(kept: Kept, width: number): Promise<Inside> {
  const identity = await unlocked();
  if (identity === null) throw new Problem(0, "locked", say("unlock_first"));
  const sealed = await fetchSealed(kept.id);
  const { words, sound } = await open(sealed, identity);
  const samples = await samplesOf(sound);
  const url = URL.createObjectURL(new Blob([sound], { type: "audio/wav" }));
  const audio = new Audio(url);
  const said = document.createElement("blockquote");
  said.textContent = words ?? say("no_words");
  const wave = new Waveform(audio, samples, width, say("seek"));
  return {
    media: audio,
    parts: [said, wave.element, savers(kept, sealed, sound)],
    close: () => {
      audio.pause();
      audio.removeAttribute("src");
      URL.revokeObjectURL(url);
    },
  };
}

function savers(kept: Kept, sealed: Sealed, sound: Uint8Array<ArrayBuffer>): HTMLElement {
  const row = document.createElement("p");
  row.className = "actions";
  const name = `${fileStem(kept)}.wav`;
  row.append(
    action(say("save_sealed"), () => save(new Blob([ageFile(sealed)]), `${name}.age`)),
    action(say("save_opened"), () => save(new Blob([sound]), name)),
  );
  for (const one of row.children) one.className = "quiet";
  return row;
}

async function samplesOf(sound: Uint8Array<ArrayBuffer>): Promise<Float32Array> {
  const context = new OfflineAudioContext(1, HZ, HZ);
  const decoded = await context.decodeAudioData(sound.slice().buffer).catch(() => {
    throw new Unopenable();
  });
  return decoded.getChannelData(0);
}
