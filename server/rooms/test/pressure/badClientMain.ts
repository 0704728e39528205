import { Protocol } from "@colyseus/core";
import { Decoder } from "@colyseus/schema";
import { encodeFrame, Message, type Refusal } from "@weft/protocol";
import { Unpackr } from "msgpackr";
import { answerQuestions } from "../../bench/rooms/answering.ts";
import { clientFrame, RawSocket } from "../../bench/rooms/rawSocket.ts";
import { CrowdState, noiseOf } from "./crowdGame.ts";
import type { BadClientQuestions, BadClientStatus } from "./messages.ts";

/** Clients that no SDK would make, on bare sockets, in a process that nobody else is held up by. */

const PONG = 10;
/** More often than the server asks. */
const PONG_MS = 500;
const BATCH_BYTES = 256 * 1024;

const unpackr = new Unpackr({ useRecords: false });
const headOf = (kind: number, name: string) =>
  Buffer.concat([Buffer.from([kind, 0xa0 | name.length]), Buffer.from(name)]);
const FRAME_HEAD = headOf(Protocol.ROOM_DATA_BYTES, Message.frame);
const WELCOME_HEAD = headOf(Protocol.ROOM_DATA, Message.welcome);
const REFUSAL_HEAD = headOf(Protocol.ROOM_DATA, Message.refusal);

class BadClient {
  readonly socket: RawSocket;
  readonly refusals: string[] = [];
  readonly problems: string[] = [];
  closeCode: number | undefined;
  patches = 0;
  noises = 0;
  readonly #decoder = new Decoder(new CrowdState());
  readonly #decodes: boolean;

  constructor(url: URL, decodes: boolean, onWelcome: () => void) {
    this.#decodes = decodes;
    this.socket = new RawSocket(url);
    this.socket.onClose = (code) => {
      this.closeCode = code;
    };
    this.socket.onMessage = (payload) => {
      const kind = payload[0];
      if (kind === Protocol.JOIN_ROOM) {
        this.socket.write(clientFrame(Buffer.from([Protocol.JOIN_ROOM])));
      } else if (kind === Protocol.ROOM_STATE || kind === Protocol.ROOM_STATE_PATCH) {
        this.patches++;
        if (this.#decodes) this.#decode(payload);
      } else if (startsWith(payload, WELCOME_HEAD)) {
        onWelcome();
      } else if (startsWith(payload, REFUSAL_HEAD)) {
        const { code } = unpackr.unpack(payload.subarray(REFUSAL_HEAD.length)) as Refusal;
        this.refusals.push(code);
      }
    };
  }

  #decode(payload: Buffer): void {
    try {
      this.#decoder.decode(payload, { offset: 1 });
    } catch (error) {
      this.problems.push(String(error));
    }
    const { noise, noises } = this.#decoder.state;
    if (noises > 0 && noise !== noiseOf(noises, noise.length)) {
      this.problems.push(`that isn't noise ${noises}`);
    }
    if (noises < this.noises) this.problems.push(`noise ${noises} after ${this.noises}`);
    this.noises = noises;
  }

  /** As fast as the connection takes them. */
  async burst(frames: number): Promise<number> {
    let sent = 0;
    while (sent < frames && this.closeCode === undefined) {
      const batch: Buffer[] = [];
      for (let bytes = 0; bytes < BATCH_BYTES && sent < frames; ) {
        const frame = encodeFrame({ seq: ++sent, action: "move", input: { by: 1 } });
        const wire = clientFrame(Buffer.concat([FRAME_HEAD, frame]));
        bytes += wire.length;
        batch.push(wire);
      }
      this.socket.write(Buffer.concat(batch));
      do await new Promise((resolve) => setImmediate(resolve));
      while (this.socket.unsent > BATCH_BYTES && this.closeCode === undefined);
    }
    while (this.socket.unsent > 0 && this.closeCode === undefined) {
      await new Promise((resolve) => setImmediate(resolve));
    }
    return sent;
  }

  get status(): BadClientStatus {
    const { closeCode, refusals, patches, problems, noises } = this;
    return { closeCode, refusals, patches, problems, noises };
  }
}

function startsWith(payload: Buffer, head: Buffer): boolean {
  return (
    payload.length >= head.length && payload.compare(head, 0, head.length, 0, head.length) === 0
  );
}

const clients: BadClient[] = [];
const clientOf = (index: number): BadClient => {
  const client = clients[index];
  if (client === undefined) throw new Error(`there is no client ${index}`);
  return client;
};

answerQuestions<BadClientQuestions>({
  join: ({ url, path, decodes }) =>
    new Promise((resolve) => {
      const index = clients.length;
      clients.push(new BadClient(new URL(path, url), decodes, () => resolve(index)));
    }),
  pause(index) {
    const { socket } = clientOf(index);
    socket.pause();
    // Nobody asked for them, and they are taken as signs of life all the same.
    const timer = setInterval(() => {
      if (clientOf(index).closeCode === undefined) socket.write(clientFrame(Buffer.of(), PONG));
      else clearInterval(timer);
    }, PONG_MS);
    return null;
  },
  resume(index) {
    clientOf(index).socket.resume();
    return null;
  },
  leave(index) {
    clientOf(index).socket.destroy();
    return null;
  },
  burst: async ({ client, frames }) => ({ sent: await clientOf(client).burst(frames) }),
  status: (index) => clientOf(index).status,
});
