// node age.mjs encrypt RECIPIENT | node age.mjs decrypt IDENTITY: standard input to output.
import { Decrypter, Encrypter } from "age-encryption";
import { readFileSync } from "node:fs";

const [, , what, key] = process.argv;
const input = new Uint8Array(readFileSync(0));
if (what === "encrypt") {
  const encrypter = new Encrypter();
  encrypter.addRecipient(key);
  process.stdout.write(await encrypter.encrypt(input));
} else {
  const decrypter = new Decrypter();
  decrypter.addIdentity(key);
  process.stdout.write(await decrypter.decrypt(input));
}
