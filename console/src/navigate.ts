// Move between pages without leaving the document, so that what was unlocked stays unlocked.
// Without this script the same links and forms work, and each page must be unlocked anew.

import { Problem, problemOf } from "./api";
import { announce, say, sayProblem } from "./words";

type Mount = (main: HTMLElement) => void;
type StepUp = () => Promise<boolean>;

const SWAPPED = ["header", "main", "body > nav", "#words"];
let mount: Mount = () => undefined;
let stepUp: StepUp = () => Promise.resolve(false);

export function startNavigating(onPage: Mount, onStepUp: StepUp): void {
  mount = onPage;
  stepUp = onStepUp;
  document.addEventListener("click", followed);
  document.addEventListener("submit", sent);
  window.addEventListener("popstate", () => void show(location.href, false));
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
  const request = () => fetch(action, { method: "POST", body: fields });
  try {
    let answer = await request();
    if (answer.status === 403) {
      const problem = await problemOf(answer);
      if (problem.kind !== "step-up-needed" || !(await stepUp())) throw problem;
      answer = await request();
    }
    if (!answer.ok) throw await problemOf(answer);
    swap(await answer.text(), answer.url, true);
  } catch (error) {
    told(error);
  }
}

async function show(url: string, push: boolean): Promise<void> {
  try {
    const answer = await fetch(url);
    if (!answer.ok) throw await problemOf(answer);
    swap(await answer.text(), answer.url + new URL(url).hash, push);
  } catch (error) {
    told(error);
  }
}

function swap(text: string, url: string, push: boolean): void {
  const next = new DOMParser().parseFromString(text, "text/html");
  document.title = next.title;
  const token = next.querySelector<HTMLMetaElement>("meta[name=csrf]");
  const ours = document.querySelector<HTMLMetaElement>("meta[name=csrf]");
  if (token !== null && ours !== null) ours.content = token.content;
  for (const part of SWAPPED) {
    const old = document.querySelector(part);
    const fresh = next.querySelector(part);
    if (old && fresh) old.replaceWith(fresh);
    else if (old) old.remove();
    else if (fresh) document.querySelector("main")!.after(fresh);
  }
  if (push) history.pushState(null, "", url);
  const main = document.querySelector("main")!;
  mount(main);
  showPlace();
  main.focus();
  window.scrollTo(0, 0);
  announce(document.title);
}

export function told(error: unknown): void {
  const text =
    error instanceof Problem ? sayProblem(error.kind, error.message) : say("not_reached");
  announce(text);
}
