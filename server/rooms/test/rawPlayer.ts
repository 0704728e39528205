import { Client, type Room } from "@colyseus/sdk";
import { coSignMessage, toReportArgs } from "@weft/contracts";
import {
  type Address,
  bytesToHex,
  type ComeBack,
  decodeCoSignRequest,
  type ErrorResponse,
  encodeCoSignature,
  encodeFrame,
  encodeSeal,
  extendLane,
  type FaucetResponse,
  type Finality,
  type FinalityMessage,
  finalityOf,
  type Hash,
  type Hex,
  joinTicketMessage,
  type LaneHead,
  type LoginChallenge,
  type LoginRequest,
  type LoginResponse,
  loginResources,
  Message,
  type Refusal,
  type RoundNews,
  type RoundReport,
  type SealRequest,
  type ServerInfo,
  type StateStamp,
  sealMessage,
  timestampMs,
  type Value,
  type Welcome,
} from "@weft/protocol";
import { testSessionKey } from "@weft/protocol/testing/node";
import { generatePrivateKey, privateKeyToAccount } from "viem/accounts";
import { createSiweMessage } from "viem/siwe";

/** Plays by hand, with the bare Colyseus SDK, so that tests can also send what the client SDK never would. */

export type Answer<T> = { status: number; body: T & Partial<ErrorResponse> };

export async function call<T>(url: string, path: string, body?: unknown): Promise<Answer<T>> {
  const response = await fetch(`${url}${path}`, {
    method: body === undefined ? "GET" : "POST",
    ...(body === undefined
      ? {}
      : { body: JSON.stringify(body), headers: { "content-type": "application/json" } }),
  });
  return { status: response.status, body: (await response.json()) as T & Partial<ErrorResponse> };
}

export class RawPlayer {
  readonly url: string;
  readonly account = privateKeyToAccount(generatePrivateKey());
  readonly #key = testSessionKey();
  readonly sessionKey: Hex = this.#key.sessionKey;
  pass = "0";
  sessionId: Hash = "0x";
  info: ServerInfo | undefined;

  constructor(url: string) {
    this.url = url;
  }

  /** A player with a pass and a session. */
  static async create(url: string): Promise<RawPlayer> {
    const player = new RawPlayer(url);
    await player.visitFaucet();
    const { status, body } = await player.login();
    if (status !== 200) throw new Error(`login failed: ${body.error?.code}`);
    return player;
  }

  get address(): Address {
    return this.account.address.toLowerCase() as Address;
  }

  async visitFaucet(): Promise<void> {
    const { body } = await call<FaucetResponse>(this.url, "/weft/faucet", {
      address: this.address,
    });
    if (body.error !== undefined) throw new Error(`faucet: ${body.error.code}`);
    this.pass = body.pass;
  }

  async getInfo(): Promise<ServerInfo> {
    this.info ??= (await call<ServerInfo>(this.url, "/weft")).body;
    return this.info;
  }

  /** A right login request, and what `change` makes of it. */
  async loginRequest(change: LoginChange = {}) {
    const { zkChainId, nowMs } = await this.getInfo();
    const { body } = await call<LoginChallenge>(this.url, "/weft/login/challenge", {});
    const grant = {
      sessionKey: this.sessionKey,
      game: "tally",
      payout: this.address,
      expiresAtMs: timestampMs(nowMs + 3_600_000),
      ...change.grant,
    };
    const pass = change.pass ?? this.pass;
    const message = createSiweMessage({
      address: this.account.address,
      chainId: zkChainId,
      domain: new URL(this.url).host,
      uri: this.url,
      version: "1",
      nonce: body.nonce,
      issuedAt: new Date(nowMs),
      expirationTime: new Date(body.expiresAtMs),
      resources: [...loginResources(grant, BigInt(pass))],
      ...change.message,
    });
    const signature = await (change.signer ?? this.account).signMessage({ message });
    const owner = change.owner ?? this.address;
    const login = { type: "wallet" as const, message, signature, owner, pass };
    return { grant, login } satisfies LoginRequest;
  }

  async login(change: LoginChange = {}): Promise<Answer<LoginResponse>> {
    const request = await this.loginRequest(change);
    const answer = await call<LoginResponse>(this.url, "/weft/login", request);
    if (answer.status === 200) this.sessionId = answer.body.sessionId;
    return answer;
  }

  sign(message: Uint8Array): Uint8Array {
    return this.#key.sign(message);
  }

  async ticket(change: { issuedAtMs?: number; game?: string; signature?: Hex } = {}) {
    const { fastChainId } = await this.getInfo();
    const ticket = {
      sessionId: this.sessionId,
      game: change.game ?? "tally",
      issuedAtMs: timestampMs(change.issuedAtMs ?? nextMs()),
    };
    const signature = bytesToHex(this.sign(joinTicketMessage(fastChainId, ticket)));
    return { ticket, signature: change.signature ?? signature };
  }

  async join(roomId?: string): Promise<RawRoom> {
    const client = new Client(this.url.replace("http", "ws"));
    const options = { weft: await this.ticket() };
    const room = await (roomId === undefined
      ? client.joinOrCreate("tally", options)
      : client.joinById(roomId, options));
    return RawRoom.open(this, room);
  }

  /** Comes back to a lane over a new connection, as after a restart of the server. */
  async resume(roomId: string, lane: number): Promise<RawRoom> {
    const client = new Client(this.url.replace("http", "ws"));
    const weft = { ...(await this.ticket()), resume: lane };
    return RawRoom.open(this, await client.joinById(roomId, { weft }));
  }
}

export type LoginChange = {
  readonly grant?: Partial<LoginRequest["grant"]>;
  readonly message?: Partial<Parameters<typeof createSiweMessage>[0]>;
  readonly signer?: { signMessage(input: { message: string }): Promise<Hex> };
  readonly owner?: Address;
  readonly pass?: string;
};

let newestMs = 0;
/** Each ticket of a session is later than the one before it. */
function nextMs(): number {
  newestMs = Math.max(Date.now(), newestMs + 1);
  return newestMs;
}

type Received =
  | { type: "welcome"; body: Welcome }
  | { type: "finality"; body: Finality }
  | { type: "refusal"; body: Refusal }
  | { type: "round"; body: RoundNews }
  | { type: "sealRequest"; body: SealRequest }
  | { type: "coSignRequest"; body: Uint8Array }
  | { type: "comeBack"; body: ComeBack }
  | { type: "stamp"; body: StateStamp }
  | { type: "left"; body: number };
type Body<Type extends Received["type"]> = Extract<Received, { type: Type }>["body"];

/** A place in a room: keeps all it receives, so that nothing is missed for want of a listener. */
export class RawRoom {
  readonly player: RawPlayer;
  readonly room: Room;
  head: LaneHead = { seq: 0, hash: "0x" };
  lane = 0;
  /** Seals whenever the server asks. */
  sealsOnRequest = true;
  /** Co-signs whatever the server asks for. */
  coSignsOnRequest = true;
  readonly received: Received[] = [];
  #listeners: (() => void)[] = [];

  static async open(player: RawPlayer, room: Room): Promise<RawRoom> {
    const opened = new RawRoom(player, room);
    await opened.next("welcome");
    return opened;
  }

  private constructor(player: RawPlayer, room: Room) {
    this.player = player;
    this.room = room;
    room.reconnection.minUptime = 0;
    room.onMessage(Message.finality, (message: FinalityMessage) =>
      this.#take({ type: "finality", body: finalityOf(message) }),
    );
    const types = [
      "welcome",
      "refusal",
      "round",
      "sealRequest",
      "coSignRequest",
      "comeBack",
      "stamp",
    ] as const;
    for (const type of types) {
      room.onMessage(Message[type], (body) => this.#take({ type, body } as Received));
    }
    room.onLeave((code) => this.#take({ type: "left", body: code }));
  }

  #take(received: Received): void {
    this.received.push(received);
    if (received.type === "welcome") {
      // At once: what comes right behind it is answered from there on. Later ones may be behind what is on its way.
      if (this.head.hash === "0x") this.head = received.body.head;
      this.lane = received.body.lane;
    }
    if (received.type === "sealRequest" && this.sealsOnRequest) this.seal();
    if (received.type === "coSignRequest" && this.coSignsOnRequest) {
      this.coSign(decodeCoSignRequest(received.body).report);
    }
    for (const listener of [...this.#listeners]) listener();
  }

  /** The first message of a type that fits, received already or to come. */
  next<Type extends Received["type"]>(
    type: Type,
    fits: (body: Body<Type>) => boolean = () => true,
  ): Promise<Body<Type>> {
    const bodies = () =>
      this.received.flatMap((one) => (one.type === type ? [one.body] : [])) as Body<Type>[];
    const found = new Promise<unknown>((resolve) => {
      const look = () => {
        const body = bodies().find(fits);
        if (body === undefined) return;
        this.#listeners = this.#listeners.filter((listener) => listener !== look);
        resolve(body);
      };
      this.#listeners.push(look);
      look();
    });
    return found as Promise<Body<Type>>;
  }

  refusal(code: string): Promise<Refusal> {
    return this.next("refusal", (refusal) => refusal.code === code);
  }

  /** Sends the lane's next frame. */
  act(action: string, input: Value): number {
    const bytes = encodeFrame({ seq: this.head.seq + 1, action, input });
    this.head = extendLane(this.head, bytes);
    this.sendFrame(bytes);
    return this.head.seq;
  }

  sendFrame(bytes: Uint8Array): void {
    this.room.sendBytes(Message.frame, bytes);
  }

  seal(head: LaneHead = this.head): void {
    if (head.seq === 0) return;
    const signature = this.player.sign(sealMessage(head));
    this.sendSeal(encodeSeal({ seq: head.seq, signature }));
  }

  sendSeal(bytes: Uint8Array): void {
    this.room.sendBytes(Message.seal, bytes);
  }

  coSign(report: RoundReport): void {
    const { info } = this.player;
    if (info === undefined) throw new Error("who has joined knows the server's chains");
    const signature = this.player.sign(coSignMessage(info.zkChainId, toReportArgs(report)));
    this.sendCoSignature(encodeCoSignature({ roundId: report.roundId, signature }));
  }

  sendCoSignature(bytes: Uint8Array): void {
    this.room.sendBytes(Message.coSignature, bytes);
  }

  async leave(): Promise<void> {
    await this.room.leave();
  }
}
