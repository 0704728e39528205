/** The answering end of `Questioned`, in a process that the benchmark started. */

type Questions = Record<string, { with: unknown; answer: unknown }>;
type Answers<Q extends Questions> = {
  [Name in keyof Q]: (asked: Q[Name]["with"]) => Q[Name]["answer"] | Promise<Q[Name]["answer"]>;
};

export function answerQuestions<Q extends Questions>(answers: Answers<Q>): void {
  // Whoever asks no more needs no process that answers.
  process.once("disconnect", () => process.exit(0));
  process.on("message", async ({ name, asked }: { name: keyof Q; asked: never }) => {
    try {
      process.send?.({ answer: await answers[name](asked) });
    } catch (error) {
      process.send?.({ problem: error instanceof Error ? error.stack : String(error) });
    }
  });
}
