import type { z } from "zod";
import { RoomsError } from "../errors.ts";
import { MAX_BODY_BYTES } from "../limits.ts";

/**
 * A request's JSON body, checked against a schema.
 * @throws RoomsError REQUEST_TOO_LARGE, REQUEST_INVALID
 */
export async function readJson<T>(request: Request, schema: z.ZodType<T>): Promise<T> {
  const text = await readText(request);
  const parsed = schema.safeParse(parseJson(text));
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const where = issue?.path.map(String).join(".") || "body";
  throw new RoomsError("REQUEST_INVALID", `${where}: ${issue?.message ?? "not as expected"}`, {
    details: { path: where },
  });
}

async function readText(request: Request): Promise<string> {
  const chunks: Uint8Array[] = [];
  let sizeBytes = 0;
  for await (const chunk of (request.body ?? []) as AsyncIterable<Uint8Array>) {
    sizeBytes += chunk.length;
    if (sizeBytes > MAX_BODY_BYTES) {
      throw new RoomsError("REQUEST_TOO_LARGE", `a body has ${MAX_BODY_BYTES} bytes at most`);
    }
    chunks.push(chunk);
  }
  return new TextDecoder().decode(Buffer.concat(chunks));
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new RoomsError("REQUEST_INVALID", "the body isn't JSON", { cause });
  }
}
