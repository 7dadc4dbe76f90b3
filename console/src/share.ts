// Share a recording with somebody who does not live here: its headers are sealed anew here, for an
// identity that lies in the link alone, behind the #, which browsers send to nobody.

import { type Kept, api } from "./api";
import { fromText, toText } from "./bytes";
import { button } from "./dialogs";
import { action } from "./elements";
import { newSecret } from "./identity";
import { isClip } from "./kept";
import { RECORDINGS, bytesAt } from "./opening";
import { Problem, textOf } from "./problem";
import { rewrapped } from "./rewrap";
import { unlocked } from "./step-up";
import { announce, say } from "./words";

const DAYS = [1, 2, 3, 4, 5, 6, 7];
const DAYS_CHOSEN = 2;

interface Terms {
  whom: string;
  why: string;
  days: number;
}

// A button that asks for whom, why and for how long, and then shows the link.
export function shareButton(kept: Kept, moment: string): HTMLButtonElement {
  const made = action(say("share"), () => ask(kept), `${say("share")} ${moment}`);
  made.className = "quiet";
  return made;
}

function ask(kept: Kept): void {
  const { dialog, form, problem } = newDialog(say("share_title"));
  const whom = field("whom", say("share_whom"), 60);
  const why = field("why", say("share_why"), 200);
  const days = choice("share-days", say("share_stay"));
  const agree = button(say("share_now"), "yes");
  form.append(line(say("share_help")), ...whom.parts, ...why.parts, ...days.parts);
  form.append(problem, agree, button(say("cancel"), ""));
  form.addEventListener("submit", (event) => {
    if ((event.submitter as HTMLButtonElement).value === "") return;
    event.preventDefault();
    problem.textContent = "";
    agree.disabled = true;
    const terms = {
      whom: whom.control.value,
      why: why.control.value,
      days: Number(days.control.value),
    };
    share(kept, terms)
      .then((link) => {
        dialog.close();
        show(link);
      })
      .catch((error: unknown) => {
        problem.textContent = textOf(error);
        agree.disabled = false;
      });
  });
  open(dialog);
}

// Answer the link. Throws `Problem` and `Unopenable`.
async function share(kept: Kept, terms: Terms): Promise<string> {
  const identity = await unlocked();
  if (identity === null) throw new Problem(0, "locked", say("unlock_first"));
  const secret = newSecret();
  const headers: string[] = [];
  for (const header of await headersOf(kept)) {
    headers.push(toText(await rewrapped(header, identity, secret)));
  }
  const { url } = await api.grant({ recording: kept.id, headers, ...terms });
  return `${url}#${toText(secret)}`;
}

// The headers of a recording, sealed to the household.
export async function headersOf(kept: Kept): Promise<Uint8Array[]> {
  if (!isClip(kept)) return [await bytesAt(`${RECORDINGS}/${kept.id}/header`)];
  const { pieces } = await api.film(kept.id, 0);
  return pieces.map((piece) => fromText(piece.header));
}

function show(link: string): void {
  const { dialog, form } = newDialog(say("share_link"));
  const shown = document.createElement("input");
  Object.assign(shown, { id: "share-link", readOnly: true, value: link });
  shown.setAttribute("aria-label", say("share_link"));
  const copy = button(say("share_copy"), "copy");
  copy.type = "button";
  copy.addEventListener("click", () => {
    shown.select();
    void navigator.clipboard.writeText(link).then(() => announce(say("share_copied")));
  });
  form.append(line(say("share_link_help")), shown, copy, button(say("share_done"), ""));
  open(dialog);
  shown.select();
}

function newDialog(title: string) {
  const dialog = document.createElement("dialog");
  const form = document.createElement("form");
  form.method = "dialog";
  const heading = document.createElement("h2");
  heading.textContent = title;
  heading.id = "share-title";
  dialog.setAttribute("aria-labelledby", heading.id);
  const problem = document.createElement("p");
  problem.setAttribute("role", "alert");
  form.append(heading);
  dialog.append(form);
  return { dialog, form, problem };
}

function open(dialog: HTMLDialogElement): void {
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
}

function line(text: string): HTMLElement {
  const made = document.createElement("p");
  made.textContent = text;
  return made;
}

function field(name: string, text: string, most: number) {
  const control = document.createElement("input");
  Object.assign(control, { id: `share-${name}`, required: true, maxLength: most });
  control.autocomplete = "off";
  return { control, parts: [labelOf(control, text), control] };
}

function choice(id: string, text: string) {
  const control = document.createElement("select");
  control.id = id;
  for (const count of DAYS) {
    const label = say(count === 1 ? "day" : "days", { count });
    const chosen = count === DAYS_CHOSEN;
    control.add(new Option(label, `${count}`, chosen, chosen));
  }
  return { control, parts: [labelOf(control, text), control] };
}

function labelOf(control: HTMLElement, text: string): HTMLLabelElement {
  const made = document.createElement("label");
  made.htmlFor = control.id;
  made.textContent = text;
  return made;
}
