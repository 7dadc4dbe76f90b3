// The console's script: each part of a page that needs one says which.

import { access } from "./access";
import { onStepUp } from "./api";
import { areas } from "./areas";
import { cameras } from "./cameras";
import { filming } from "./filming";
import { live } from "./live";
import { go, startNavigating } from "./navigate";
import { lesson } from "./lesson";
import { message } from "./message";
import { pair } from "./pair";
import { notifications } from "./notifications";
import { passkeys } from "./passkeys";
import { receipts } from "./receipts";
import { setup } from "./setup";
import { signIn } from "./sign-in";
import { sliders } from "./sliders";
import { stepUp } from "./step-up";
import { taking } from "./taking";
import { talk } from "./talk";
import { timeline } from "./timeline";

const MODULES: Record<string, (element: HTMLElement) => void> = {
  access,
  areas,
  cameras,
  filming,
  lesson,
  message,
  live,
  notifications,
  pair,
  passkeys,
  receipts,
  setup,
  "sign-in": signIn,
  sliders,
  taking,
  talk,
  timeline,
};

onStepUp(stepUp);
startNavigating((main) => {
  for (const element of main.querySelectorAll<HTMLElement>("[data-module]")) {
    MODULES[element.dataset.module ?? ""]?.(element);
  }
}, stepUp);
if ("serviceWorker" in navigator) {
  const { lang } = document.documentElement;
  void navigator.serviceWorker.register(`/sw.js?language=${lang}`);
  navigator.serviceWorker.addEventListener("message", (event: MessageEvent<{ show: string }>) => {
    void go(event.data.show);
  });
}
