// A worker that opens age files, so that the page stays alive meanwhile. It keeps neither the
// identity nor what it opened.

import { Decrypter } from "age-encryption";

import type { Bytes } from "./bytes";

export interface Unseal {
  number: number;
  file: Bytes;
  identity: string;
}

// `opened` is null for what could not be opened.
export interface Unsealed {
  number: number;
  opened: Bytes | null;
}

addEventListener("message", (event: MessageEvent<Unseal>) => {
  const { number, file, identity } = event.data;
  const decrypter = new Decrypter();
  decrypter.addIdentity(identity);
  void decrypter.decrypt(file).then(
    (opened) => answer({ number, opened: new Uint8Array(opened) }),
    () => answer({ number, opened: null }),
  );
});

function answer(unsealed: Unsealed): void {
  const transfer = unsealed.opened === null ? [] : [unsealed.opened.buffer];
  postMessage(unsealed, { transfer });
}
