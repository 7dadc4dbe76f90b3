// The service worker: it makes the console installable, shows what the house tells, and stores
// nothing. Pages always come from the house.

/// <reference lib="webworker" />
declare const self: ServiceWorkerGlobalScope;

interface Told {
  title: string;
  body: string;
  path: string;
}

self.addEventListener("fetch", () => undefined);

self.addEventListener("push", (event) => {
  const told = event.data?.json() as Told | undefined;
  if (told === undefined) return;
  const { title, body, path } = told;
  event.waitUntil(self.registration.showNotification(title, { body, data: path }));
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(self.clients.openWindow(event.notification.data as string));
});

export {};
