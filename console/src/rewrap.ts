// Seal the header of an age file (C2SP age.md, "Header") to somebody else: the file key stays, so
// that the payload opens with the new header as it is.

import { chacha20poly1305 } from "@noble/ciphers/chacha.js";
import { x25519 } from "@noble/curves/ed25519.js";
import { hkdf } from "@noble/hashes/hkdf.js";
import { hmac } from "@noble/hashes/hmac.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { base64nopad, bech32 } from "@scure/base";
import { Decrypter } from "age-encryption";

import { type Bytes, utf8 } from "./bytes";
import { random } from "./identity";
import { Unopenable } from "./problem";

const KEY_BYTES = 32;
// Each key that wraps a file key is used once.
const NONCE = new Uint8Array(12);

// Answer the header for who has `secret` (an X25519 identity's 32 bytes) in place of that for
// `identity`. Throws `Unopenable`.
export async function rewrapped(
  header: Uint8Array,
  identity: string,
  secret: Bytes,
): Promise<Bytes> {
  return rewrappedTo(header, identity, x25519.getPublicKey(secret));
}

// The same for who has the secret of a public key. Throws `Unopenable`.
export async function rewrappedTo(
  header: Uint8Array,
  identity: string,
  recipient: Uint8Array,
): Promise<Bytes> {
  const decrypter = new Decrypter();
  decrypter.addIdentity(identity);
  const fileKey = await decrypter.decryptHeader(header).catch(() => {
    throw new Unopenable();
  });
  return headerFor(fileKey, recipient);
}

// Answer the public key in an age recipient (age1...). Throws where it is none.
export function keyOf(recipient: string): Uint8Array {
  const { prefix, bytes } = bech32.decodeToBytes(recipient);
  if (prefix !== "age" || bytes.length !== KEY_BYTES) throw new Error("no age recipient");
  return bytes;
}

function headerFor(fileKey: Uint8Array, recipient: Uint8Array): Bytes {
  const ephemeral = random(KEY_BYTES);
  const share = x25519.getPublicKey(ephemeral);
  const salt = Uint8Array.from([...share, ...recipient]);
  const shared = x25519.getSharedSecret(ephemeral, recipient);
  const key = hkdf(sha256, shared, salt, utf8("age-encryption.org/v1/X25519"), KEY_BYTES);
  const wrapped = chacha20poly1305(key, NONCE).encrypt(fileKey);
  const stanza = `-> X25519 ${base64nopad.encode(share)}\n${base64nopad.encode(wrapped)}\n`;
  const signed = `age-encryption.org/v1\n${stanza}---`;
  const macKey = hkdf(sha256, fileKey, undefined, utf8("header"), KEY_BYTES);
  return utf8(`${signed} ${base64nopad.encode(hmac(sha256, macKey, utf8(signed)))}\n`);
}
