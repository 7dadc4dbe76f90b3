import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { fromHex, fromText, toHex, toText } from "../src/bytes";
import {
  entropyOf,
  identityOf,
  newEntropy,
  newSecret,
  passkeyKey,
  passphraseProof,
  phraseOf,
  recipientOf,
  recoveryKey,
  recoveryProof,
  staffSecret,
  unwrap,
  verifierOf,
  wrap,
} from "../src/identity";

// Made by the house's own code; a test there makes them anew and compares.
const vectors = JSON.parse(readFileSync("test/identity-vectors.json", "utf8"));

test("what the house wraps is unwrapped here", async () => {
  const { household, recipient, secret, recovery, passphrase } = vectors;
  const entropy = entropyOf(recovery.phrase)!;
  const byRecovery = unwrap(fromHex(recovery.wrapped), recoveryKey(entropy), household, "recovery");
  assert.equal(toHex(byRecovery!), secret);
  const key = fromHex(passphrase.stretched);
  const byPassphrase = unwrap(fromHex(passphrase.wrapped), key, household, "passphrase");
  assert.equal(toHex(byPassphrase!), secret);
  assert.equal(await recipientOf(fromHex(secret)), recipient);
  assert.equal(identityOf(fromHex(secret)), vectors.identity);
});

test("proofs are those that the house recognises", () => {
  const { recovery, passphrase } = vectors;
  const proof = passphraseProof(fromHex(passphrase.stretched));
  assert.equal(toHex(verifierOf(proof)), passphrase.verifier);
  const entropy = entropyOf(recovery.phrase)!;
  assert.equal(toHex(verifierOf(recoveryProof(entropy))), recovery.verifier);
});

test("nothing opens with another key, for another household, or another way", () => {
  const secret = newSecret();
  const household = "00".repeat(16);
  const wrapped = wrap(secret, passkeyKey(newSecret()), household, "passkey");
  assert.equal(unwrap(wrapped, passkeyKey(newSecret()), household, "passkey"), null);
  const key = passkeyKey(newSecret());
  const sealed = wrap(secret, key, household, "passkey");
  assert.deepEqual(unwrap(sealed, key, household, "passkey"), secret);
  assert.equal(unwrap(sealed, key, "11".repeat(16), "passkey"), null);
  assert.equal(unwrap(sealed, key, household, "recovery"), null);
});

test("a recovery phrase is read however it is written", () => {
  const entropy = newEntropy();
  const phrase = phraseOf(entropy);
  assert.deepEqual(entropyOf(`  ${phrase.toUpperCase().replaceAll(" ", "\n ")} `), entropy);
  assert.equal(entropyOf(phrase.split(" ").slice(1).join(" ")), null);
  assert.equal(entropyOf("these are no such words"), null);
});

test("bytes are written as the operations write them", () => {
  for (const length of [0, 1, 2, 3, 16, 255]) {
    const bytes = crypto.getRandomValues(new Uint8Array(length));
    assert.deepEqual(fromText(toText(bytes)), bytes);
    assert.match(toText(bytes), /^[\w-]*$/);
    assert.deepEqual(fromHex(toHex(bytes)), bytes);
  }
});

test("a passkey makes a member of staff one identity, which is no key of guardians", async () => {
  // HKDF-SHA-256 (RFC 5869) without salt, by Python's cryptography; the recipient by the house's age.
  const prf = Uint8Array.from({ length: 32 }, (_, index) => index);
  const secret = staffSecret(prf);
  assert.equal(toHex(secret), "38d2c5e949dc238f0f2841d29f78d8d2beec766c0deed1b0fef6cc5dc1bfa3d9");
  assert.equal(
    await recipientOf(secret),
    "age1yn5vrv3gwjmuapyhadtv4xhf7gztx4fc4jk8epwyhvxfk7nlwfus69xt0n",
  );
  assert.notEqual(toHex(secret), toHex(passkeyKey(prf)));
});
