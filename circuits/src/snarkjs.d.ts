// What is used of snarkjs, which has no types of its own.
declare module "snarkjs" {
  /** A file's path, its content, or a place in memory for it. */
  export type SnarkjsFile = string | Uint8Array | SnarkjsMemory;
  /** `data` is there once it was written. */
  export type SnarkjsMemory = { readonly type: "mem"; data?: Uint8Array };

  /** Called with progress; messages are made for people. */
  export type SnarkjsLogger = Readonly<
    Record<"debug" | "info" | "warn" | "error", (message: string) => void>
  >;

  /** Projective, in decimal. */
  export type SnarkjsG1 = readonly [string, string, string];
  /** Projective, in decimal, each coordinate the real part first. */
  export type SnarkjsG2 = readonly [
    readonly [string, string],
    readonly [string, string],
    readonly [string, string],
  ];
  export type SnarkjsProof = {
    readonly pi_a: SnarkjsG1;
    readonly pi_b: SnarkjsG2;
    readonly pi_c: SnarkjsG1;
    readonly protocol: "groth16";
    readonly curve: "bn128";
  };
  export type SnarkjsVerificationKey = {
    readonly protocol: "groth16";
    readonly curve: "bn128";
    readonly nPublic: number;
    readonly vk_alpha_1: SnarkjsG1;
    readonly vk_beta_2: SnarkjsG2;
    readonly vk_gamma_2: SnarkjsG2;
    readonly vk_delta_2: SnarkjsG2;
    readonly IC: readonly SnarkjsG1[];
  };
  export type SnarkjsInputs = Readonly<Record<string, bigint | readonly bigint[]>>;

  export const groth16: {
    prove(
      zkey: SnarkjsFile,
      witness: SnarkjsFile,
      logger?: SnarkjsLogger,
      options?: { readonly singleThread?: boolean },
    ): Promise<{ readonly proof: SnarkjsProof; readonly publicSignals: readonly string[] }>;
    verify(
      key: SnarkjsVerificationKey,
      publicSignals: readonly string[],
      proof: SnarkjsProof,
      logger?: SnarkjsLogger,
    ): Promise<boolean>;
  };

  export const wtns: {
    calculate(inputs: SnarkjsInputs, wasm: SnarkjsFile, witness: SnarkjsFile): Promise<void>;
    check(r1cs: SnarkjsFile, witness: SnarkjsFile, logger?: SnarkjsLogger): Promise<boolean>;
    exportJson(witness: SnarkjsFile): Promise<bigint[]>;
  };

  /** Constraints as A · B = C, each side a sum: coefficients by wire, in decimal. */
  export type SnarkjsConstraint = readonly [SnarkjsSum, SnarkjsSum, SnarkjsSum];
  export type SnarkjsSum = Readonly<Record<string, string>>;
  export const r1cs: {
    exportJson(r1cs: SnarkjsFile): Promise<{
      readonly nVars: number;
      readonly nOutputs: number;
      readonly nPubInputs: number;
      readonly nPrvInputs: number;
      readonly nConstraints: number;
      readonly constraints: readonly SnarkjsConstraint[];
    }>;
  };

  export const powersOfTau: {
    newAccumulator(
      curve: SnarkjsCurve,
      power: number,
      ptau: string,
      logger?: SnarkjsLogger,
    ): Promise<unknown>;
    /** @param entropy is hashed with 64 bytes of the system's randomness */
    contribute(
      from: string,
      to: string,
      name: string,
      entropy: string,
      logger?: SnarkjsLogger,
    ): Promise<unknown>;
    /** @param rounds of hashing, as a power of two */
    beacon(
      from: string,
      to: string,
      name: string,
      beaconHex: string,
      rounds: number,
      logger?: SnarkjsLogger,
    ): Promise<unknown>;
    preparePhase2(from: string, to: string, logger?: SnarkjsLogger): Promise<unknown>;
    verify(ptau: string, logger?: SnarkjsLogger): Promise<boolean>;
  };

  /** What some functions give back instead of a hash, or an exception, when they have failed: false or -1. */
  type SnarkjsHash = Uint8Array | false | -1 | undefined;
  export const zKey: {
    newZKey(r1cs: string, ptau: string, zkey: string, logger?: SnarkjsLogger): Promise<SnarkjsHash>;
    contribute(
      from: string,
      to: string,
      name: string,
      entropy: string,
      logger?: SnarkjsLogger,
    ): Promise<SnarkjsHash>;
    beacon(
      from: string,
      to: string,
      name: string,
      beaconHex: string,
      rounds: number,
      logger?: SnarkjsLogger,
    ): Promise<SnarkjsHash>;
    verifyFromR1cs(
      r1cs: string,
      ptau: string,
      zkey: string,
      logger?: SnarkjsLogger,
    ): Promise<boolean>;
    exportVerificationKey(zkey: SnarkjsFile): Promise<SnarkjsVerificationKey>;
  };

  /** A curve and, unless it was asked for with `singleThread`, the threads that compute on it. */
  export type SnarkjsCurve = { readonly name: "bn128"; terminate(): Promise<void> };
  export const curves: {
    getCurveFromName(
      name: "bn128",
      options?: { readonly singleThread?: boolean },
    ): Promise<SnarkjsCurve>;
  };
}
