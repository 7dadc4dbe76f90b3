// Check a receipt in the browser: the page that verifies opens beside this one, with the receipt in
// its address behind the #, which browsers send to nobody.

import { api } from "./api";
import { toText, utf8 } from "./bytes";
import { told } from "./navigate";

export function receipts(list: HTMLElement): void {
  const key = list.dataset.key ?? "";
  for (const item of list.querySelectorAll<HTMLElement>("[data-entry]")) {
    item.querySelector("[data-verify]")!.addEventListener("click", () => {
      const beside = window.open("about:blank");
      api
        .receipt(item.dataset.entry!)
        .then((receipt) => {
          const asked = new URLSearchParams({
            receipt: toText(utf8(JSON.stringify(receipt))),
            key,
          });
          if (beside !== null) beside.location.href = `/verify.html#${asked}`;
        })
        .catch((error: unknown) => {
          beside?.close();
          told(error);
        });
    });
  }
}
