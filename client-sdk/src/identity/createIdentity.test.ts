import { FIELD_MODULUS, fieldToHash, identityCommitment } from "@weft/protocol";
import { generatePrivateKey, privateKeyToAccount } from "viem/accounts";
import { expect, test } from "vitest";
import { createIdentity, restoreIdentity } from "./createIdentity.ts";
import { deriveIdentity, identitySeed } from "./deriveIdentity.ts";
import { identityMessage } from "./identity.ts";

/** A key that everybody knows: what it makes is fixed below. */
const account = privateKeyToAccount(`0x${"11".repeat(32)}`);
const ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;

test("the text, and what comes of it, never change: identities would be lost", async () => {
  expect(identityMessage(account.address)).toMatchInlineSnapshot(`
    "Weft identity, version 1

    Signing this makes the secret that you log in with, and the account that your prizes go to.
    Sign it only where you play: whoever gets this signature can play with your passes and take your prizes.

    Wallet: 0x19e7e376e7c213b7e7e7e46cc70a5dd086daff2a"
  `);
  const identity = await createIdentity(account);
  expect({
    commitment: identity.commitment,
    secret: identity.secret,
    payout: identity.payoutAccount.address,
  }).toMatchInlineSnapshot(`
    {
      "commitment": "0x173baddc3e3352d8211f627ac9aaa6f2245e0a461d9f82b40d5a46d3bcef37c3",
      "payout": "0x126e6f9358D87BC35aa4465b6d77df80c9502802",
      "secret": 9524760878821703662849092328225174887572837856692026372330194502742338022106n,
    }
  `);
});

test("the same wallet, the same identity, however it is asked; another wallet, another one", async () => {
  const identity = await createIdentity(account);
  const client = {
    account,
    signMessage: ({ message }: { message: string }) => account.signMessage({ message }),
  };
  const again = await createIdentity(client);
  const restored = await restoreIdentity(identity.seed);
  for (const { secret, commitment, payoutAccount } of [again, restored]) {
    expect({ secret, commitment }).toEqual({
      secret: identity.secret,
      commitment: identity.commitment,
    });
    expect(payoutAccount.address).toBe(identity.payoutAccount.address);
  }
  const other = await createIdentity(privateKeyToAccount(generatePrivateKey()));
  expect(other.commitment).not.toBe(identity.commitment);
  expect(identity.payoutAccount.address).not.toBe(account.address);
});

test("the commitment is the secret's, and a canonical number", async () => {
  const { secret, commitment } = await createIdentity(account);
  expect(secret < FIELD_MODULUS).toBe(true);
  expect(commitment).toBe(fieldToHash(identityCommitment(secret)));
});

test("a signature written the other way, with a high s, is the same seed", async () => {
  const low = new Uint8Array(65).fill(1);
  const high = Uint8Array.from(low);
  const s = BigInt(`0x${Buffer.from(low.subarray(32, 64)).toString("hex")}`);
  high.set(Buffer.from((ORDER - s).toString(16).padStart(64, "0"), "hex"), 32);
  high[64] = 28;
  expect(identitySeed(high)).toEqual(identitySeed(low));
  expect((await deriveIdentity(identitySeed(high))).secret).toBe(
    (await deriveIdentity(identitySeed(low))).secret,
  );
});

test("WALLET_SIGNATURE_FAILED when the wallet says no, is a contract, or signs with another key", async () => {
  const { address } = account;
  const other = privateKeyToAccount(generatePrivateKey());
  for (const signMessage of [
    () => Promise.reject(new Error("rejected by the user")),
    async () => `0x${"00".repeat(96)}` as const,
    async () => `0x${"00".repeat(65)}` as const,
    other.signMessage,
  ]) {
    await expect(createIdentity({ address, signMessage })).rejects.toMatchObject({
      code: "WALLET_SIGNATURE_FAILED",
    });
  }
});

test("OPTIONS_INVALID for what is no seed", async () => {
  await expect(restoreIdentity("0x1234")).rejects.toMatchObject({ code: "OPTIONS_INVALID" });
});
