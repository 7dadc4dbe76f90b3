// How the cameras are, told anew every few seconds: above all whether one keeps film just now.

import { type Camera, api } from "./api";
import { whenGone } from "./gone";
import { say } from "./words";

const EVERY_MS = 3_000;

export function cameras(section: HTMLElement): void {
  const timer = setInterval(() => void tell(section), EVERY_MS);
  whenGone(section, () => clearInterval(timer));
}

async function tell(section: HTMLElement): Promise<void> {
  if (document.hidden) return;
  // A house that is away is told by whatever is done next; what is shown stands until then.
  const known = await api.cameras().catch(() => ({ cameras: [] as Camera[] }));
  const lights = [...section.querySelectorAll<HTMLElement>("[data-camera]")];
  for (const { name, state, filming } of known.cameras) {
    const light = lights.find((one) => one.dataset.camera === name);
    const words = light?.querySelector("[data-state]");
    if (light === undefined || !words) continue;
    light.dataset.filming = String(filming);
    const text = say(filming ? "camera_filming" : `camera_${state}`);
    if (words.textContent !== text) words.textContent = text;
  }
}
