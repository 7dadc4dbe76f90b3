// Whose screen it is, over what is shown: a picture of the screen says it too.

const COPIES = 24;
const EVERY_MS = 1_000;

export function watermarked(content: HTMLElement, name: string, ticket: string): HTMLElement {
  const whole = document.createElement("div");
  whole.className = "watermarked";
  const mark = document.createElement("div");
  mark.className = "watermark";
  mark.ariaHidden = "true";
  const lines = Array.from({ length: COPIES }, () => document.createElement("span"));
  mark.append(...lines);
  whole.append(content, mark);
  const write = (): void => {
    const now = new Date().toISOString().slice(0, 19).replace("T", " ");
    for (const line of lines) line.textContent = `${name} · ${ticket} · ${now}`;
  };
  write();
  const writing = setInterval(() => {
    if (whole.isConnected) write();
    else clearInterval(writing);
  }, EVERY_MS);
  return whole;
}
