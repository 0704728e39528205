import { type Client, ClientState } from "@colyseus/core";
import { Decoder, type SchemaType, schema, t } from "@colyseus/schema";
import { expect, test } from "vitest";
import { PatchSerializer } from "./patchSerializer.ts";

const Word = schema({ text: t.string().default("") }, "Word");

/** A connection that takes nothing at once: what it is given must still be right when it does. */
function slowClient() {
  const given: Uint8Array[] = [];
  const raw = (bytes: Uint8Array) => void given.push(bytes);
  return { given, client: { state: ClientState.JOINED, raw } as unknown as Client };
}

function decode(decoder: Decoder<SchemaType<typeof Word>>, bytes: Uint8Array | undefined): string {
  decoder.decode(bytes ?? new Uint8Array(), { offset: 1 });
  return decoder.state.text;
}

test("what was given to a connection stays as it was, whatever is encoded later", () => {
  const state = new Word();
  const serializer = new PatchSerializer<SchemaType<typeof Word>>();
  serializer.reset(state);
  const { given, client } = slowClient();
  const words = ["first", "second", "third, and longer than those before"];
  given.push(serializer.getFullState(client));
  for (const word of words) {
    state.text = word;
    serializer.applyPatches([client]);
    serializer.getFullState(client);
  }
  const decoder = new Decoder(new Word());
  expect(given.map((bytes) => decode(decoder, bytes))).toEqual(["", ...words]);
});

test("all clients are given the same bytes", () => {
  const state = new Word();
  const serializer = new PatchSerializer<SchemaType<typeof Word>>();
  serializer.reset(state);
  const [one, two] = [slowClient(), slowClient()];
  state.text = "once";
  serializer.applyPatches([one.client, two.client]);
  expect(one.given).toHaveLength(1);
  expect(one.given[0]).toBe(two.given[0]);
});
