import { CodedError } from "@weft/protocol";

export type Step = {
  readonly name: string;
  status: "running" | "done" | "failed";
  readonly startedMs: number;
  ms: number;
  /** How far it is, for people, while it runs. */
  detail: string;
};

/** What failed, for people and for programs. */
export type StepFailure = {
  readonly step: string;
  readonly code: string;
  readonly message: string;
};

/** A step of the story that failed, with what failed in it. */
export class StepError extends CodedError {
  readonly failure: StepFailure;

  constructor(step: string, cause: unknown) {
    const { code = "UNKNOWN", message = String(cause) } = cause as {
      code?: string;
      message?: string;
    };
    super(String(code), `${step}: ${message}`, { cause });
    this.failure = { step, code: String(code), message };
  }
}

/** Runs the story's steps, and keeps how long each took. */
export class Steps {
  readonly all: Step[] = [];
  readonly #onChange: (step: Step) => void;

  constructor(onChange: (step: Step) => void = () => {}) {
    this.#onChange = onChange;
  }

  /** The one that is running. */
  get current(): Step | undefined {
    return this.all.find(({ status }) => status === "running");
  }

  /** @throws StepError */
  async run<T>(name: string, work: () => Promise<T>): Promise<T> {
    const step: Step = { name, status: "running", startedMs: performance.now(), ms: 0, detail: "" };
    this.all.push(step);
    this.#onChange(step);
    try {
      const result = await work();
      step.status = "done";
      return result;
    } catch (error) {
      step.status = "failed";
      throw new StepError(name, error);
    } finally {
      step.detail = "";
      step.ms = Math.round(performance.now() - step.startedMs);
      this.#onChange(step);
    }
  }
}
