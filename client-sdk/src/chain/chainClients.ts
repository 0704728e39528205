import type { Hash, ServerInfo } from "@weft/protocol";
import { type Chain, createPublicClient, custom, defineChain, http, type PublicClient } from "viem";
import { z } from "zod";
import { ClientError } from "../errors.ts";
import { field } from "../fields.ts";
import { FAST_POLL_MS, ZK_POLL_MS } from "../limits.ts";

const nativeCurrency = { name: "ZKPoW", symbol: "ZKPoW", decimals: 18 };

/** Both chains as viem and wallets take them. */
export type WeftChains = { readonly zk: Chain; readonly fast: Chain };

/** The chains of a server, from what `GET /weft` says. Relative addresses are relative to `url`. */
export function weftChains(info: ServerInfo, url: URL): WeftChains {
  const chain = (id: number, name: string, rpcUrl: string) =>
    defineChain({
      id,
      name,
      nativeCurrency,
      rpcUrls: { default: { http: [new URL(rpcUrl, url).href] } },
    });
  return {
    zk: chain(info.zkChainId, "Weft ZK chain", info.zkRpcUrl),
    fast: chain(info.fastChainId, "Weft fast chain", info.fastRpcUrl),
  };
}

export type ChainClients = {
  readonly zk: PublicClient;
  readonly fast: PublicClient;
  /** The chain definitions, once the server has told them. */
  chains(): Promise<WeftChains>;
  /** A block of either chain, by its hash. @throws ClientError RESPONSE_INVALID for an unknown one. */
  ledgerBlock(hash: Hash): Promise<LedgerBlock>;
  /** Up to 100 ledger blocks from a height on, as far as they are on disk. */
  ledgerBlocks(fromHeight: number): Promise<readonly LedgerBlock[]>;
};

/** What `weft_getBlock` says of a block, as far as it is used here. */
const ledgerBlockSchema = z.object({
  height: field.uint,
  chainId: field.chainId,
  transactions: z.array(z.object({ hash: field.hash, kind: z.string() })),
});
export type LedgerBlock = z.output<typeof ledgerBlockSchema>;

/** Clients that can be used at once: they learn where the chains are with their first call. */
export function createChainClients(info: () => Promise<ServerInfo>, url: URL): ChainClients {
  let known: Promise<WeftChains> | undefined;
  const chains = () => {
    known ??= info().then(
      (answer) => weftChains(answer, url),
      (error: unknown) => {
        known = undefined;
        throw error;
      },
    );
    return known;
  };
  const zk = createPublicClient({
    transport: lazyHttp(async () => (await chains()).zk),
    pollingInterval: ZK_POLL_MS,
  });
  const fast = createPublicClient({
    transport: lazyHttp(async () => (await chains()).fast),
    pollingInterval: FAST_POLL_MS,
  });
  const ask = (method: string, params: unknown[]): Promise<unknown> =>
    zk.request({ method, params } as never);
  return {
    zk,
    fast,
    chains,
    async ledgerBlock(hash) {
      return readAnswer(ledgerBlockSchema, await ask("weft_getBlock", [hash]));
    },
    async ledgerBlocks(fromHeight) {
      return readAnswer(z.array(ledgerBlockSchema), await ask("weft_getBlocks", [{ fromHeight }]));
    },
  };
}

function readAnswer<T>(schema: z.ZodType<T>, answer: unknown): T {
  const parsed = schema.safeParse(answer);
  if (parsed.success) return parsed.data;
  throw new ClientError("RESPONSE_INVALID", "not the ledger's blocks", { cause: parsed.error });
}

function lazyHttp(chain: () => Promise<Chain>) {
  return custom(
    {
      async request(call) {
        const transport = http((await chain()).rpcUrls.default.http[0]);
        return transport({}).request(call);
      },
    },
    // http tries again by itself
    { retryCount: 0 },
  );
}
