// Get the household's identity, and prove who one is: by passkey, passphrase or recovery phrase.

import { type SignedInAs, api } from "./api";
import { type Bytes, fromText, toText } from "./bytes";
import {
  type Way,
  entropyOf,
  passkeyKey,
  passphraseProof,
  recipientOf,
  recoveryKey,
  recoveryProof,
  unwrap,
} from "./identity";
import { askPasskey } from "./passkey";
import { Problem } from "./problem";
import { unlock } from "./session";
import { stretched } from "./stretching";
import { say } from "./words";

// Sign in with a passkey; answers whether it opens recordings too. Throws `Problem`.
export async function signInWithPasskey(): Promise<boolean> {
  const { options } = await api.beginPasskey();
  const { credential, prf } = await askPasskey(options);
  const signed = await api.finishPasskey(credential);
  if (signed.wrapped === null || prf === null) return false;
  return opened(signed, passkeyKey(prf), "passkey");
}

// Throws `Problem`.
export async function signInWithPassphrase(guardian: string, passphrase: string): Promise<boolean> {
  const key = await passphraseKey(passphrase);
  const signed = await api.withPassphrase(guardian, toText(passphraseProof(key)));
  return opened(signed, key, "passphrase");
}

// Throws `Problem`.
export async function signInWithRecovery(guardian: string, phrase: string): Promise<boolean> {
  const entropy = entropyOf(phrase);
  if (entropy === null) throw new Problem(0, "phrase", say("phrase_unusable"));
  const signed = await api.withRecovery(guardian, toText(recoveryProof(entropy)));
  return opened(signed, recoveryKey(entropy), "recovery");
}

async function passphraseKey(passphrase: string): Promise<Bytes> {
  const { passphrase: cost } = await api.lock();
  if (cost === null) throw new Problem(0, "no_passphrase", say("no_passphrase"));
  return stretched(passphrase, fromText(cost.salt), cost.log_n);
}

// Prove again with a passkey of one's own, and unlock what is locked. Throws `Problem`.
export async function proveWithPasskey(): Promise<void> {
  const { options } = await api.beginStepUp();
  const { credential, prf } = await askPasskey(options);
  const signed = await api.finishStepUp(credential);
  if (prf !== null) await opened(signed, passkeyKey(prf), "passkey");
}

// Prove again with the passphrase or the recovery phrase, whichever it is, and unlock what is
// locked. Throws `Problem`.
export async function proveWithWords(words: string): Promise<void> {
  const entropy = entropyOf(words);
  if (entropy !== null) {
    const signed = await api.stepUpBy("recovery", toText(recoveryProof(entropy)));
    await opened(signed, recoveryKey(entropy), "recovery");
    return;
  }
  const key = await passphraseKey(words);
  const signed = await api.stepUpBy("passphrase", toText(passphraseProof(key)));
  await opened(signed, key, "passphrase");
}

// Throws `Problem` where what was unwrapped is not what recordings are sealed to.
async function opened(signed: SignedInAs, key: Bytes, way: Way): Promise<boolean> {
  if (signed.wrapped === null) return false;
  const secret = unwrap(fromText(signed.wrapped), key, signed.household, way);
  if (secret === null) return false;
  const { recipient } = await api.lock();
  const own = (await recipientOf(secret)) === recipient;
  if (!own) throw new Problem(0, "other_key", say("other_key"));
  unlock(secret);
  return true;
}
