// Passkeys (WebAuthn Level 3): made and asked here. Their PRF output opens the household's identity
// and stays in the browser; what goes to the server never holds it.

import { type Bytes, fromText, toText, utf8 } from "./bytes";

export interface Asked {
  credential: Record<string, unknown>;
  prf: Bytes | null;
}

type Options = Record<string, unknown>;
interface PrfResults {
  prf?: { enabled?: boolean; results?: { first?: BufferSource } };
}

const PRF_INPUT = utf8("unhear/passkey/v1");

// Make a passkey; one whose key is not told at once is asked for it. Throws `DOMException`.
export async function makePasskey(options: Options): Promise<Asked> {
  const publicKey = creation(options);
  const made = (await navigator.credentials.create({ publicKey })) as PublicKeyCredential | null;
  if (made === null) throw new DOMException("no passkey", "NotAllowedError");
  const seen = resultsOf(made);
  const prf = seen.prf?.results?.first ?? (seen.prf?.enabled ? await askedAgain(made, publicKey) : null);
  return { credential: attestation(made), prf: prf === null ? null : bytesOf(prf) };
}

// Ask for one of these passkeys, or for any. Throws `DOMException`.
export async function askPasskey(options: Options): Promise<Asked> {
  const publicKey = request(options);
  const got = (await navigator.credentials.get({ publicKey })) as PublicKeyCredential | null;
  if (got === null) throw new DOMException("no passkey", "NotAllowedError");
  const prf = resultsOf(got).prf?.results?.first ?? null;
  return { credential: assertion(got), prf: prf === null ? null : bytesOf(prf) };
}

// Let whatever keeps passkeys know that nobody took this one, where the browser can.
export async function forsake(credential: Record<string, unknown>): Promise<void> {
  const credentialId = String(credential.id);
  const signal = PublicKeyCredential.signalUnknownCredential?.bind(PublicKeyCredential);
  await signal?.({ rpId: location.hostname, credentialId }).catch(() => undefined);
}

function creation(options: Options): PublicKeyCredentialCreationOptions {
  const given = structuredClone(options) as Record<string, any>;
  return {
    ...given,
    challenge: fromText(given.challenge),
    user: { ...given.user, id: fromText(given.user.id) },
    excludeCredentials: (given.excludeCredentials ?? []).map(described),
    extensions: { prf: { eval: { first: PRF_INPUT } } },
  } as unknown as PublicKeyCredentialCreationOptions;
}

function request(options: Options): PublicKeyCredentialRequestOptions {
  const given = structuredClone(options) as Record<string, any>;
  return {
    ...given,
    challenge: fromText(given.challenge),
    allowCredentials: (given.allowCredentials ?? []).map(described),
    extensions: { prf: { eval: { first: PRF_INPUT } } },
  } as unknown as PublicKeyCredentialRequestOptions;
}

async function askedAgain(
  made: PublicKeyCredential,
  from: PublicKeyCredentialCreationOptions,
): Promise<BufferSource | null> {
  const publicKey = {
    challenge: crypto.getRandomValues(new Uint8Array(32)),
    rpId: from.rp.id,
    allowCredentials: [{ id: made.rawId, type: "public-key" }],
    userVerification: "required",
    extensions: { prf: { eval: { first: PRF_INPUT } } },
  } as unknown as PublicKeyCredentialRequestOptions;
  try {
    const got = (await navigator.credentials.get({ publicKey })) as PublicKeyCredential | null;
    return (got && resultsOf(got).prf?.results?.first) ?? null;
  } catch {
    return null; // the passkey is made; refused a second time, it opens nothing
  }
}

function described(one: { id: string; type: string }): PublicKeyCredentialDescriptor {
  return { ...one, id: fromText(one.id), type: "public-key" };
}

function resultsOf(credential: PublicKeyCredential): PrfResults {
  return credential.getClientExtensionResults() as PrfResults;
}

function attestation(made: PublicKeyCredential): Record<string, unknown> {
  const response = made.response as AuthenticatorAttestationResponse;
  return whole(made, {
    clientDataJSON: text(response.clientDataJSON),
    attestationObject: text(response.attestationObject),
    transports: response.getTransports(),
  });
}

function assertion(got: PublicKeyCredential): Record<string, unknown> {
  const response = got.response as AuthenticatorAssertionResponse;
  return whole(got, {
    clientDataJSON: text(response.clientDataJSON),
    authenticatorData: text(response.authenticatorData),
    signature: text(response.signature),
    userHandle: response.userHandle === null ? null : text(response.userHandle),
  });
}

function whole(
  credential: PublicKeyCredential,
  response: Record<string, unknown>,
): Record<string, unknown> {
  const id = text(credential.rawId);
  return { id, rawId: id, type: "public-key", clientExtensionResults: {}, response };
}

function text(content: ArrayBuffer): string {
  return toText(new Uint8Array(content));
}

function bytesOf(source: BufferSource): Bytes {
  return source instanceof ArrayBuffer
    ? new Uint8Array(source.slice(0))
    : Uint8Array.from(new Uint8Array(source.buffer, source.byteOffset, source.byteLength));
}
