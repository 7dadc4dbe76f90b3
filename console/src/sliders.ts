// Show what a slider stands at.

import { say } from "./words";

export function sliders(form: HTMLElement): void {
  for (const slider of form.querySelectorAll<HTMLInputElement>("input[type=range]")) {
    const output = document.getElementById(slider.dataset.shows ?? "");
    const show = () => {
      const days = slider.value === "1" ? "day" : "days";
      const text = say(slider.dataset.unit ?? days, { count: slider.value });
      if (output !== null) output.textContent = text;
      slider.setAttribute("aria-valuetext", text);
    };
    slider.addEventListener("input", show);
    show();
  }
}
