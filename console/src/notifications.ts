// Whether this browser is told while nobody looks at the console, and of what (W3C Push API).

import { api } from "./api";
import { fromText, toText } from "./bytes";
import { go } from "./navigate";
import { Problem, textOf } from "./problem";
import { announce, say } from "./words";

export function notifications(section: HTMLElement): void {
  const problem = section.querySelector<HTMLElement>("[data-problem]")!;
  const attempt = (what: () => Promise<void>) => {
    problem.textContent = "";
    what().catch((error: unknown) => {
      problem.textContent = textOf(error);
    });
  };
  const form = section.querySelector<HTMLFormElement>("[data-alerts]")!;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const chosen = new FormData(form);
    attempt(() => switchedOn(chosen.getAll("kind").map(String), chosen.has("pictures")));
  });
  const off = section.querySelector("[data-off]");
  off?.addEventListener("click", () =>
    attempt(async () => {
      await api.switchOff();
      await unsubscribed();
      await shown("alerts_ended");
    }),
  );
  const everywhere = section.querySelector("[data-everywhere]");
  everywhere?.addEventListener("click", () =>
    attempt(async () => {
      await api.switchOffEverywhere();
      await unsubscribed();
      await shown("alerts_ended_everywhere");
    }),
  );
  // The house forgets this browser when somebody signs out; so does its push service.
  const leave = document.querySelector<HTMLFormElement>('form[action="/sign-out"]');
  leave?.addEventListener("submit", () => void unsubscribed());
}

async function switchedOn(kinds: string[], pictures: boolean): Promise<void> {
  if (kinds.length === 0) throw new Problem(0, "none", say("alerts_none"));
  if (!("Notification" in window) || !("PushManager" in window)) {
    throw new Problem(0, "impossible", say("alerts_impossible"));
  }
  // First of all: browsers ask only right after a touch.
  if ((await Notification.requestPermission()) !== "granted") {
    throw new Problem(0, "refused", say("alerts_refused"));
  }
  const { key } = await api.notifications();
  const subscription = await subscribed(key);
  const point = subscription.getKey("p256dh");
  const auth = subscription.getKey("auth");
  if (point === null || auth === null) throw new Problem(0, "none", say("alerts_impossible"));
  await api.switchOn({
    endpoint: subscription.endpoint,
    key: toText(new Uint8Array(point)),
    auth: toText(new Uint8Array(auth)),
    kinds,
    pictures,
  });
  await shown("alerts_set");
}

// Subscribe for messages that the house signs with this key, and no others. Throws `Problem`.
async function subscribed(key: string): Promise<PushSubscription> {
  const { pushManager } = await navigator.serviceWorker.ready;
  const known = await pushManager.getSubscription();
  const ours = known?.options.applicationServerKey;
  if (known && ours && toText(new Uint8Array(ours)) === key) return known;
  await known?.unsubscribe();
  const options = { userVisibleOnly: true, applicationServerKey: fromText(key) };
  return pushManager.subscribe(options).catch(() => {
    throw new Problem(0, "no-service", say("alerts_no_service"));
  });
}

async function unsubscribed(): Promise<void> {
  if (!("PushManager" in window)) return;
  const registration = await navigator.serviceWorker.getRegistration();
  await (await registration?.pushManager.getSubscription())?.unsubscribe();
}

async function shown(said: string): Promise<void> {
  await go("/account");
  announce(say(said));
}
