import { bytesToHex, chainId, hexToBytes, keccak256 } from "@weft/protocol";
import fc from "fast-check";
import { parseTransaction, serializeTransaction, type TransactionSerializable } from "viem";
import { privateKeyToAccount } from "viem/accounts";
import { describe, expect, it } from "vitest";
import { createCommon } from "./createCommon.ts";
import { EthereumError } from "./errors.ts";
import {
  MAX_INIT_CODE_BYTES,
  MAX_SIGNED_TRANSACTION_BYTES,
  MAX_TRANSACTION_GAS,
  parseSignedTransaction,
} from "./parseSignedTransaction.ts";

const CHAIN = chainId(84_231);
const common = createCommon(CHAIN);
const account = privateKeyToAccount(keccak256(Uint8Array.of(1)));
const to = account.address;

async function sign(transaction: TransactionSerializable): Promise<Uint8Array> {
  return hexToBytes(await account.signTransaction(transaction));
}

const eip1559 = {
  type: "eip1559",
  chainId: CHAIN,
  to,
  nonce: 7,
  gas: 21_000n,
  value: 5n,
  maxFeePerGas: 9n,
  maxPriorityFeePerGas: 2n,
} as const;

const refusal = (raw: Uint8Array) => {
  try {
    parseSignedTransaction(raw, common);
    return "accepted";
  } catch (error) {
    return error instanceof EthereumError ? error.code : error;
  }
};

describe("parseSignedTransaction", () => {
  it.each<[string, TransactionSerializable]>([
    ["legacy", { type: "legacy", chainId: CHAIN, to, nonce: 1, gas: 21_000n, gasPrice: 9n }],
    [
      "eip2930",
      {
        type: "eip2930",
        chainId: CHAIN,
        gas: 50_000n,
        gasPrice: 9n,
        data: "0x60006000f3",
        accessList: [{ address: to, storageKeys: [keccak256(Uint8Array.of(2))] }],
      },
    ],
    ["eip1559", eip1559],
  ])("reads %s as viem signed it", async (_, transaction) => {
    const raw = await sign(transaction);
    const parsed = parseSignedTransaction(raw, common);
    expect(parsed.sender).toBe(account.address.toLowerCase());
    expect(parsed.hash).toBe(keccak256(raw));
    expect(parsed.tx.nonce).toBe(BigInt(transaction.nonce ?? 0));
    expect(parsed.tx.gasLimit).toBe(transaction.gas);
    expect(parsed.tx.to?.toString()).toBe(transaction.to?.toLowerCase());
  });

  it("refuses transactions for another chain, and legacy ones for any chain", async () => {
    const legacy = { type: "legacy", to, gas: 21_000n, gasPrice: 9n } as const;
    expect(refusal(await sign({ ...eip1559, chainId: 1 }))).toBe("TX_WRONG_CHAIN");
    expect(refusal(await sign({ ...legacy, chainId: 1 }))).toBe("TX_WRONG_CHAIN");
    expect(refusal(await sign(legacy))).toBe("TX_WRONG_CHAIN");
  });

  it("refuses types that are not supported", async () => {
    const authorization = await account.signAuthorization({
      address: to,
      chainId: CHAIN,
      nonce: 0,
    });
    const setCode = await sign({ ...eip1559, type: "eip7702", authorizationList: [authorization] });
    expect(refusal(setCode)).toBe("TX_TYPE_UNSUPPORTED");
    expect(refusal(Uint8Array.of(3, 0xc0))).toBe("TX_TYPE_UNSUPPORTED");
    expect(refusal(Uint8Array.of(0x57, 0xc0))).toBe("TX_TYPE_UNSUPPORTED");
  });

  it("refuses what is over a limit", async () => {
    expect(refusal(new Uint8Array(MAX_SIGNED_TRANSACTION_BYTES + 1))).toBe("TX_TOO_LARGE");
    const gas = MAX_TRANSACTION_GAS + 1n;
    expect(refusal(await sign({ ...eip1559, gas }))).toBe("GAS_LIMIT_EXCEEDED");
    const data = bytesToHex(new Uint8Array(MAX_INIT_CODE_BYTES + 1));
    expect(refusal(await sign({ ...eip1559, data }))).toBe("accepted");
    expect(refusal(await sign({ ...eip1559, to: null, data }))).toBe("INIT_CODE_TOO_LARGE");
  });

  it("refuses bytes that are no signed transaction", async () => {
    expect(refusal(new Uint8Array())).toBe("TX_MALFORMED");
    expect(refusal(Uint8Array.of(2))).toBe("TX_MALFORMED");
    expect(refusal(Uint8Array.of(2, 0xc0))).toBe("TX_MALFORMED");
    expect(refusal(new Uint8Array(100_000).fill(0xf8))).toBe("TX_MALFORMED");
    expect(refusal(Uint8Array.of(...(await sign(eip1559)), 0))).toBe("TX_MALFORMED");
  });

  it("refuses the second signature that every signature has (high s, EIP-2)", async () => {
    const order = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;
    const raw = await sign(eip1559);
    const { r, s, yParity, ...transaction } = parseTransaction(bytesToHex(raw) as `0x02${string}`);
    const otherS = `0x${(order - BigInt(s ?? 0)).toString(16)}` as const;
    const signature = { r: r ?? "0x", s: otherS, yParity: yParity === 0 ? 1 : 0 };
    const malleated = serializeTransaction(transaction, signature);
    expect(refusal(hexToBytes(malleated))).toBe("TX_SIGNATURE_INVALID");
  });

  it("never fails without a code, whatever the bytes", async () => {
    const originals = await Promise.all([
      sign(eip1559),
      sign({ type: "legacy", chainId: CHAIN, to, gas: 21_000n, gasPrice: 9n }),
      sign({
        ...eip1559,
        type: "eip1559",
        accessList: [{ address: to, storageKeys: [keccak256(Uint8Array.of(2))] }],
      }),
    ]);
    const edit = fc.record({ at: fc.nat(), byte: fc.nat(255), kind: fc.nat(2) });
    fc.assert(
      fc.property(
        fc.constantFrom(...originals),
        fc.array(edit, { minLength: 1, maxLength: 4 }),
        (original, edits) => {
          const bytes = [...original];
          for (const { at, byte, kind } of edits) {
            bytes.splice(at % bytes.length, kind === 0 ? 0 : 1, ...(kind === 1 ? [] : [byte]));
          }
          const mutated = Uint8Array.from(bytes);
          const outcome = refusal(mutated);
          expect(outcome).toBeTypeOf("string");
          // Whatever is accepted is named by its hash.
          if (outcome === "accepted") {
            expect(parseSignedTransaction(mutated, common).hash).toBe(keccak256(mutated));
          }
        },
      ),
      { numRuns: 500 },
    );
  });
});
