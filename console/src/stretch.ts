// A worker that stretches a passphrase, so that the page stays alive meanwhile (scrypt, RFC 7914).

import { scrypt } from "@noble/hashes/scrypt.js";

export interface Stretch {
  passphrase: string;
  salt: Uint8Array;
  logN: number;
}

const TOLD_STEP = 0.02;

addEventListener("message", (event: MessageEvent<Stretch>) => {
  const { passphrase, salt, logN } = event.data;
  let told = 0;
  const onProgress = (done: number) => {
    if (done >= told + TOLD_STEP) postMessage((told = done));
  };
  const cost = { N: 2 ** logN, r: 8, p: 1, dkLen: 32, onProgress };
  postMessage(scrypt(passphrase.normalize("NFC"), salt, cost));
});
