// A worker that stretches a passphrase, so that the page stays alive meanwhile (scrypt, RFC 7914).

import { scrypt } from "@noble/hashes/scrypt.js";

export interface Stretch {
  passphrase: string;
  salt: Uint8Array;
  logN: number;
}

addEventListener("message", (event: MessageEvent<Stretch>) => {
  const { passphrase, salt, logN } = event.data;
  const key = scrypt(passphrase.normalize("NFC"), salt, { N: 2 ** logN, r: 8, p: 1, dkLen: 32 });
  postMessage(key);
});
