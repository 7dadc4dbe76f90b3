// The household's identity, made, wrapped and unwrapped here. What is wrapped is for the server to
// keep; what opens it is for people and their passkeys to keep. The same formats as the house's own.

import { chacha20poly1305 } from "@noble/ciphers/chacha.js";
import { hkdf } from "@noble/hashes/hkdf.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { entropyToMnemonic, mnemonicToEntropy, validateMnemonic } from "@scure/bip39";
import { wordlist } from "@scure/bip39/wordlists/english.js";
import { bech32 } from "@scure/base";
import { identityToRecipient } from "age-encryption";

import { type Bytes, fromHex, utf8 } from "./bytes";

export type Way = "passphrase" | "recovery" | "passkey";

export interface Lock {
  wrapped: Bytes;
  verifier: Bytes;
}

const NONCE_BYTES = 12;
const SECRET_BYTES = 32;
const ENTROPY_BYTES = 16;
const PREFIX = "age-secret-key-";

export function newSecret(): Bytes {
  return random(SECRET_BYTES);
}

// AGE-SECRET-KEY-1..., as age programs write it.
export function identityOf(secret: Bytes): string {
  return bech32.encodeFromBytes(PREFIX, secret).toUpperCase();
}

export function recipientOf(secret: Bytes): Promise<string> {
  return identityToRecipient(identityOf(secret));
}

export function wrap(secret: Bytes, key: Bytes, household: string, way: Way): Bytes {
  const nonce = random(NONCE_BYTES);
  const sealed = chacha20poly1305(key, nonce, boundTo(household, way)).encrypt(secret);
  return Uint8Array.from([...nonce, ...sealed]);
}

// Null where the key is another one.
export function unwrap(wrapped: Bytes, key: Bytes, household: string, way: Way): Bytes | null {
  const nonce = wrapped.subarray(0, NONCE_BYTES);
  try {
    const cipher = chacha20poly1305(key, nonce, boundTo(household, way));
    return Uint8Array.from(cipher.decrypt(wrapped.subarray(NONCE_BYTES)));
  } catch {
    return null;
  }
}

export function passkeyKey(prf: Bytes): Bytes {
  return derived(prf, "unhear/passkey/v1");
}

// The secret of a member of an operator's staff, whose passkey alone makes it; nobody wraps it.
export function staffSecret(prf: Bytes): Bytes {
  return derived(prf, "unhear/staff/v1");
}

export function passphraseProof(stretched: Bytes): Bytes {
  return derived(stretched, "unhear/passphrase/proof/v1");
}

export function recoveryKey(entropy: Bytes): Bytes {
  return derived(entropy, "unhear/recovery/v1");
}

export function recoveryProof(entropy: Bytes): Bytes {
  return derived(entropy, "unhear/recovery/proof/v1");
}

export function verifierOf(proof: Bytes): Bytes {
  return Uint8Array.from(sha256(proof));
}

export function newEntropy(): Bytes {
  return random(ENTROPY_BYTES);
}

export function phraseOf(entropy: Bytes): string {
  return entropyToMnemonic(entropy, wordlist);
}

// Null for what is no recovery phrase; letter case and spaces do not matter.
export function entropyOf(phrase: string): Bytes | null {
  const words = phrase.trim().toLowerCase().split(/\s+/).join(" ");
  return validateMnemonic(words, wordlist)
    ? Uint8Array.from(mnemonicToEntropy(words, wordlist))
    : null;
}

export function random(count: number): Bytes {
  return crypto.getRandomValues(new Uint8Array(count));
}

function derived(secret: Bytes, what: string): Bytes {
  return Uint8Array.from(hkdf(sha256, secret, undefined, utf8(what), SECRET_BYTES));
}

function boundTo(household: string, way: Way): Bytes {
  return Uint8Array.from([...utf8(`unhear/identity/v1/${way}/`), ...fromHex(household)]);
}
