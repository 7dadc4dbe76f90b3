// The service worker: it makes the console installable, shows what the house tells, and stores
// nothing. Pages always come from the house.

/// <reference lib="webworker" />

import { shownOf, type Words } from "./pushed";

// The house writes the words before this script.
declare const self: ServiceWorkerGlobalScope & { WORDS: Words };

self.addEventListener("fetch", () => undefined);

self.addEventListener("push", (event) => {
  const shown = shownOf(event.data?.text() ?? "", self.WORDS);
  const { title, body, path, at, tag, picture, gone } = shown;
  // Whoever rings again is told again, in place of the first time.
  const renotify = shown.kind === "rang";
  const lang = self.WORDS.language ?? "";
  const pictures = picture === undefined ? {} : { image: picture, icon: picture };
  // What takes a picture back has its tag, and so its place.
  const options = { body, data: path, tag, lang, timestamp: at, renotify, silent: gone };
  event.waitUntil(self.registration.showNotification(title, { ...options, ...pictures }));
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(open(event.notification.data as string));
});

// Show a page: in a console that is open, without leaving its document, so that what was unlocked
// there stays so.
async function open(path: string): Promise<void> {
  const consoles = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
  // The page that checks receipts stands alone, and goes nowhere.
  const nearest = consoles.find(({ url }) => !new URL(url).pathname.endsWith(".html"));
  if (nearest === undefined) {
    await self.clients.openWindow(path);
    return;
  }
  nearest.postMessage({ show: path });
  await nearest.focus();
}

export {};
