import type { BlockHeader, Hash } from "@weft/protocol";
import type { Random } from "../core/random.ts";
import type { ZkState } from "./zkState.ts";

export type ZkRecord = {
  readonly header: BlockHeader;
  readonly hash: Hash;
  readonly state: ZkState;
};

/** Newest records that a crash may take: a ZK chain writes its state without waiting for the disk. */
const MAX_LOST_RECORDS = 4;

/** Where the model ZK chain keeps its state, block by block. After a crash it may be behind the ledger, or ahead of it. */
export class ZkDisk {
  records: ZkRecord[] = [];
  readonly #random: Random;

  constructor(random: Random) {
    this.#random = random;
  }

  crash(): void {
    const lost = this.#random.chance(0.5) ? this.#random.int(0, MAX_LOST_RECORDS) : 0;
    this.records = this.records.slice(0, Math.max(0, this.records.length - lost));
  }
}
