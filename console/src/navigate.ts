// Move between pages without leaving the document, so that what was unlocked stays unlocked.
// Without this script the same links and forms work, and each page must be unlocked anew.

import { Problem, reach, textOf } from "./problem";
import { lock } from "./session";
import { alarm, whisper } from "./words";

type Mount = (main: HTMLElement) => void;
type StepUp = () => Promise<boolean>;

const SWAPPED = ["header", "main", "body > nav", "#words"];
let mount: Mount = () => undefined;
let stepUp: StepUp = () => Promise.resolve(false);
let shown = placeOf(location.href);
let latest = 0;

export function startNavigating(onPage: Mount, onStepUp: StepUp): void {
  mount = onPage;
  stepUp = onStepUp;
  document.addEventListener("click", followed);
  document.addEventListener("submit", sent);
  window.addEventListener("popstate", () => {
    // Moving within a page (to its content, say) leaves it as it is.
    if (placeOf(location.href) !== shown) void show(location.href, false);
  });
  mount(document.querySelector("main")!);
  showPlace();
}

// Where there are more pages than a phone is wide, show where one is.
function showPlace(): void {
  const place = document.querySelector("body > nav [aria-current]");
  place?.scrollIntoView({ inline: "center", block: "nearest" });
}

// Show another page of the console.
export async function go(path: string): Promise<void> {
  await show(new URL(path, location.href).href, true);
}

function followed(event: MouseEvent): void {
  const link = (event.target as Element).closest("a");
  const plain = event.button === 0 && !(event.metaKey || event.ctrlKey || event.shiftKey);
  if (link === null || !plain || link.target || link.hasAttribute("download")) return;
  const url = new URL(link.href);
  if (url.origin !== location.origin || (url.hash && url.pathname === location.pathname)) return;
  event.preventDefault();
  void show(url.href, true);
}

function sent(event: SubmitEvent): void {
  const form = event.target as HTMLFormElement;
  if (event.defaultPrevented || !form.hasAttribute("action")) return;
  event.preventDefault();
  const fields = new FormData(form, event.submitter);
  if (form.method === "get") {
    const asked = new URLSearchParams(fields as unknown as Record<string, string>);
    void show(`${form.action}?${asked}`, true);
  } else {
    void post(form.action, new URLSearchParams(fields as unknown as Record<string, string>));
  }
}

async function post(action: string, fields: URLSearchParams): Promise<void> {
  const request = () => reach(action, { method: "POST", body: fields });
  const proven = async (error: unknown) => {
    const demanded = error instanceof Problem && error.kind === "step-up-needed";
    if (!demanded || !(await stepUp())) throw error;
    return request();
  };
  await take(() => request().catch(proven), "", true);
}

async function show(url: string, push: boolean): Promise<void> {
  await take(() => reach(url), new URL(url).hash, push);
}

// Ask for a page and show it, unless another was asked for meanwhile.
async function take(ask: () => Promise<Response>, hash: string, push: boolean): Promise<void> {
  const mine = ++latest;
  let answer: Response;
  let text: string;
  try {
    answer = await ask();
    text = await answer.text();
  } catch (error) {
    told(error);
    return;
  }
  if (mine === latest) swap(text, answer.url + hash, push);
}

function swap(text: string, url: string, push: boolean): void {
  const next = new DOMParser().parseFromString(text, "text/html");
  document.title = next.title;
  const token = next.querySelector<HTMLMetaElement>("meta[name=csrf]")?.content ?? "";
  document.querySelector<HTMLMetaElement>("meta[name=csrf]")!.content = token;
  // A page for nobody in particular: whoever was signed in takes the key along.
  if (token === "") lock();
  for (const part of SWAPPED) {
    const old = document.querySelector(part);
    const fresh = next.querySelector(part);
    if (old && fresh) old.replaceWith(fresh);
    else if (old) old.remove();
    else if (fresh) document.querySelector("main")!.after(fresh);
  }
  if (push) history.pushState(null, "", url);
  shown = placeOf(url);
  const main = document.querySelector("main")!;
  mount(main);
  showPlace();
  if (push) window.scrollTo(0, 0);
  focusOn(main.querySelector("h1") ?? main);
  whisper(document.title);
}

function focusOn(element: HTMLElement): void {
  element.tabIndex = -1;
  element.focus({ preventScroll: true });
}

// What of an address the house is asked for.
function placeOf(url: string): string {
  const { pathname, search } = new URL(url);
  return pathname + search;
}

// Tell an error, so that nobody misses it.
export function told(error: unknown): void {
  alarm(textOf(error));
}
