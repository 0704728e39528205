import { chainId } from "@weft/protocol";
import { bytesToHex, getContract, numberToHex, parseEventLogs } from "viem";
import { beforeAll, beforeEach, describe, expect, test } from "vitest";
import { roundReportsAbi } from "../index.ts";
import {
  coSignMessage,
  MAX_CO_SIGNATURES,
  MAX_PLAYERS_PER_ROUND,
  playerIdOf,
  quorumOf,
  toCoSignatureArgs,
} from "../roundReport.ts";
import { expectRevert } from "./support/expectRevert.ts";
import { game, registration, reportOf, roundActions, roundId } from "./support/roundActions.ts";
import { coSign, createPlayers } from "./support/roundPlayers.ts";
import { accounts, receiptOf } from "./support/startTestChain.ts";
import { useTestChain } from "./support/useTestChain.ts";

const { alice, bob, operator } = accounts;
/** Order of P-256's base point. */
const ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;

const running = useTestChain();
let rounds: ReturnType<typeof roundActions>;
beforeAll(() => {
  rounds = roundActions(running());
});
beforeEach(async () => {
  await rounds.register();
  await rounds.open();
});

const report = reportOf([alice, bob, alice]);

/** The first of the players' co-signatures, and what `change` makes of it. */
function changed(change: Partial<ReturnType<typeof rounds.signed>[number]>) {
  const [first] = rounds.signed(report, 0);
  if (first === undefined) throw new Error("there is a first player");
  return [{ ...first, ...change }];
}

describe("a quorum", () => {
  test("is more than half of the players, on and off the chain", async () => {
    for (const players of [1, 2, 3, 4, 5, 63, 64]) {
      expect(await rounds.read.quorumOf([BigInt(players)])).toBe(BigInt(quorumOf(players)));
      expect(quorumOf(players) * 2).toBeGreaterThan(players);
      expect((quorumOf(players) - 1) * 2).toBeLessThanOrEqual(players);
    }
    expect(await rounds.read.MAX_PLAYERS_PER_ROUND()).toBe(BigInt(MAX_PLAYERS_PER_ROUND));
    expect(await rounds.read.MAX_CO_SIGNATURES()).toBe(BigInt(MAX_CO_SIGNATURES));
  });

  test("mints the whole report", async () => {
    const receipt = await rounds.report(report, rounds.signed(report, 0, 2, 4));
    expect(rounds.mintedBy(receipt)).toEqual([alice, bob, alice]);
    const round = await rounds.read.round([roundId]);
    expect(round).toMatchObject({ coSigners: 0b10101n, coSigned: 3, minted: 3 });
  });

  test("that isn't reached leaves the first prizes, as many as the game allows", async () => {
    const receipt = await rounds.report(report, rounds.signed(report, 1, 3));
    expect(rounds.mintedBy(receipt)).toEqual([alice]);
    const round = await rounds.read.round([roundId]);
    expect(round).toMatchObject({ coSigners: 0b1010n, coSigned: 2, minted: 1 });
  });

  test("reached later, by attestation of anybody, mints the rest in order, once", async () => {
    await rounds.report(report, rounds.signed(report, 1));
    expect(rounds.mintedBy(await rounds.attest(report, rounds.signed(report, 0)))).toEqual([]);
    const receipt = await rounds.attest(report, rounds.signed(report, 4));
    expect(rounds.mintedBy(receipt)).toEqual([bob, alice]);
    const { logs } = receipt;
    const [event] = parseEventLogs({ abi: roundReportsAbi, logs, eventName: "RoundAttested" });
    expect(event?.args).toEqual({ roundId, coSigners: 0b10011n, minted: 3 });
    // More than a quorum is counted, and mints nothing more.
    expect(rounds.mintedBy(await rounds.attest(report, rounds.signed(report, 2)))).toEqual([]);
  });

  test("of 64 players takes several transactions", async () => {
    const id = numberToHex(2, { size: 32 });
    const players = createPlayers(MAX_PLAYERS_PER_ROUND);
    await rounds.open({ id, by: players });
    const said = reportOf([alice, bob], id);
    const here = chainId(running().client.chain.id);
    // From the back: the last index is the highest bit.
    const indices = Array.from({ length: 40 }, (_, index) => 63 - index);
    const chunk = (number: number) =>
      coSign(players, indices.slice(number * 8, (number + 1) * 8), said, here);
    await rounds.report(said, chunk(0), players);
    for (const number of [1, 2, 3]) await rounds.attest(said, chunk(number), players);
    expect(await rounds.read.round([id])).toMatchObject({ coSigned: 32, minted: 1 });
    const receipt = await rounds.attest(said, chunk(4), players);
    expect(rounds.mintedBy(receipt)).toEqual([bob]);
  });

  test("is that of the opening: a game that allows more later changes nothing", async () => {
    await rounds.register({ capWithoutQuorum: 3 });
    expect(rounds.mintedBy(await rounds.report(report))).toEqual([alice]);
  });

  test("of nobody mints nothing where the game says so", async () => {
    const id = numberToHex(2, { size: 32 });
    await rounds.register({ capWithoutQuorum: 0 });
    await rounds.open({ id });
    expect(rounds.mintedBy(await rounds.report(reportOf([alice], id)))).toEqual([]);
  });
});

describe("a player counts once", () => {
  test("however often they sign", async () => {
    const twice = [...rounds.signed(report, 0, 0), ...rounds.signed(report, 1, 0)];
    await rounds.report(report, twice);
    expect(await rounds.read.round([roundId])).toMatchObject({ coSigned: 2, minted: 1 });
  });

  test("so what somebody else sent first stops nobody's attestation", async () => {
    await rounds.report(report);
    await rounds.attest(report, rounds.signed(report, 0));
    // The first is passed over, unchecked; the others are new.
    const [again] = changed({ r: numberToHex(1, { size: 32 }) });
    if (again === undefined) throw new Error("there is one");
    const receipt = await rounds.attest(report, [again, ...rounds.signed(report, 1, 2)]);
    expect(rounds.mintedBy(receipt)).toEqual([bob, alice]);
  });

  test("and an attestation without anything new is refused: NothingToAttest", async () => {
    await rounds.report(report, rounds.signed(report, 0));
    const call = rounds.simulateAttest(report, rounds.signed(report, 0));
    await expectRevert(call, "NothingToAttest", [roundId]);
    await expectRevert(rounds.simulateAttest(report), "NothingToAttest", [roundId]);
  });
});

describe("a co-signature is refused", () => {
  const invalid = async (coSignatures: ReturnType<typeof rounds.signed>) => {
    const call = rounds.simulateReport(report, coSignatures);
    await expectRevert(call, "CoSignatureInvalid", [roundId, 0]);
  };

  test("that is garbage: CoSignatureInvalid", async () => {
    const zero = numberToHex(0, { size: 32 });
    const most = numberToHex(2n ** 256n - 1n, { size: 32 });
    for (const value of [zero, most]) {
      await invalid(changed({ r: value }));
      await invalid(changed({ s: value }));
    }
  });

  test("with the greater of s's two values, which has a second form: CoSignatureInvalid", async () => {
    const [first] = rounds.signed(report, 0);
    await rounds.simulateReport(report, rounds.signed(report, 0));
    await invalid(changed({ s: numberToHex(ORDER - BigInt(first?.s ?? 0), { size: 32 }) }));
  });

  test("of another report of the round: CoSignatureInvalid", async () => {
    const other = reportOf([bob, bob, bob]);
    await invalid(rounds.signed(other, 0));
    await rounds.report(other);
    const call = rounds.simulateAttest(other, rounds.signed(report, 0));
    await expectRevert(call, "CoSignatureInvalid", [roundId, 0]);
  });

  test("for another chain: CoSignatureInvalid", async () => {
    await invalid(coSign(rounds.players, [0], report, chainId(1)));
  });

  test("for another contract: CoSignatureInvalid", async () => {
    const { client, mined } = running();
    // The same code under another address, with the storage that the deployed one has.
    const address = numberToHex(0xc0de, { size: 20 });
    const bytecode = await client.getCode({ address: rounds.address });
    await client.setCode({ address, bytecode: bytecode ?? "0x" });
    const owner = numberToHex(BigInt(operator), { size: 32 });
    await client.setStorageAt({ address, index: 0, value: owner });
    const elsewhere = getContract({ abi: roundReportsAbi, address, client });
    const by = { account: operator };
    await mined(elsewhere.write.registerGame([game, registration], by));
    const players = rounds.ids.slice(0, 1);
    const args = [roundId, game, 3, await rounds.deadline(), players] as const;
    await mined(elsewhere.write.openRound(args, by));
    const call = elsewhere.simulate.report([report, players, rounds.signed(report, 0)], by);
    await expectRevert(call, "CoSignatureInvalid", [roundId, 0]);
  });

  test("by another player's key, by a stranger's, for nobody: NotAPlayer", async () => {
    const [other] = rounds.signed(report, 1);
    const asFirst = rounds.simulateReport(report, [
      { ...changed({})[0], ...other, player: 0 } as never,
    ]);
    await expectRevert(asFirst, "NotAPlayer", [roundId, 0]);
    const strangers = coSign(createPlayers(1), [0], report, chainId(running().client.chain.id));
    await expectRevert(rounds.simulateReport(report, strangers), "NotAPlayer", [roundId, 0]);
    for (const player of [5, 64, 255]) {
      const call = rounds.simulateReport(report, changed({ player }));
      await expectRevert(call, "NotAPlayer", [roundId, player]);
    }
  });

  test("where the list of players is another: PlayersMismatch", async () => {
    const { ids } = rounds;
    const one = rounds.signed(report, 0);
    for (const players of [[], ids.slice(0, 4), ids.toReversed()]) {
      const call = rounds.simulate.report([report, players, one], { account: operator });
      await expectRevert(call, "PlayersMismatch", [roundId]);
    }
  });

  test("beyond the eighth: TooManyCoSignatures", async () => {
    const one = rounds.signed(report, 0);
    const nine = Array.from({ length: 9 }, () => one).flat();
    await expectRevert(rounds.simulateReport(report, nine), "TooManyCoSignatures", [8n, 9n]);
    await rounds.simulateReport(report, nine.slice(1));
  });

  test("without burning the gas that was sent along", async () => {
    const { client } = running();
    const hash = await client.writeContract({
      abi: roundReportsAbi,
      address: rounds.address,
      functionName: "report",
      args: [report, rounds.ids, changed({ r: numberToHex(0, { size: 32 }) })],
      account: operator,
      gas: 10_000_000n,
    });
    const { status, gasUsed } = await receiptOf(client, hash);
    expect(status).toBe("reverted");
    expect(gasUsed).toBeLessThan(150_000n);
  });
});

describe("attest refuses", () => {
  test("what isn't reported yet: RoundNotReported", async () => {
    const call = rounds.simulateAttest(report, rounds.signed(report, 0));
    await expectRevert(call, "RoundNotReported", [roundId]);
  });

  test("another report than the one that was made: ReportMismatch", async () => {
    await rounds.report(report);
    const other = reportOf([bob, bob, bob]);
    const call = rounds.simulateAttest(other, rounds.signed(other, 0, 1, 2));
    await expectRevert(call, "ReportMismatch", [roundId]);
  });

  test("what comes after the deadline: DeadlinePassed", async () => {
    const { deadline } = await rounds.read.round([roundId]);
    await rounds.report(report);
    await rounds.moveTo(deadline + 1n);
    const call = rounds.simulateAttest(report, rounds.signed(report, 0));
    await expectRevert(call, "DeadlinePassed");
  });
});

test("a WebCrypto key's signatures fit, whichever s it makes", async () => {
  const { subtle } = globalThis.crypto;
  const algorithm = { name: "ECDSA", namedCurve: "P-256" };
  const pair = await subtle.generateKey(algorithm, false, ["sign", "verify"]);
  const raw = new Uint8Array(await subtle.exportKey("raw", pair.publicKey));
  const sessionKey = bytesToHex(raw.subarray(1));
  const id = numberToHex(2, { size: 32 });
  const players = [{ id: playerIdOf(sessionKey) }] as const;
  await rounds.open({ id, by: players });
  const said = reportOf([alice, bob], id);
  const message = Uint8Array.from(coSignMessage(chainId(running().client.chain.id), said));
  for (let i = 0; i < 8; i++) {
    const signed = await subtle.sign({ name: "ECDSA", hash: "SHA-256" }, pair.privateKey, message);
    const coSignature = toCoSignatureArgs(0, sessionKey, new Uint8Array(signed));
    const call = [said, [players[0].id], [coSignature]] as const;
    await rounds.simulate.report(call, { account: operator });
  }
});
