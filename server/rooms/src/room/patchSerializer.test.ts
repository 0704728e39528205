import { type Client, ClientState } from "@colyseus/core";
import { Decoder, Encoder, type SchemaType, schema, t } from "@colyseus/schema";
import { expect, onTestFinished, test, vi } from "vitest";
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
  const serializer = new PatchSerializer<SchemaType<typeof Word>>(() => {});
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

const Coin = schema({ at: t.uint8() }, "Coin");
const Field = schema({ coins: t.array(Coin), byName: t.map(Coin) }, "Field");

test("a state that was run before it had clients: what comes into it later is not taken for what was there", () => {
  const state = new Field();
  for (let at = 0; at < 3; at++) state.coins.push(new Coin({ at }));
  state.byName.set("first", new Coin({ at: 9 }));
  // As a replay does, so that changes don't pile up.
  new Encoder(state).discardChanges();

  const serializer = new PatchSerializer<SchemaType<typeof Field>>(() => {});
  serializer.reset(state);
  const { given, client } = slowClient();
  const decoder = new Decoder(new Field());
  const expectSame = () => {
    for (const bytes of given.splice(0)) decoder.decode(bytes, { offset: 1 });
    expect(decoder.state.toJSON()).toEqual(state.toJSON());
  };
  given.push(serializer.getFullState(client));
  expectSame();
  for (let round = 0; round < 5; round++) {
    for (let at = 0; at < 4; at++) state.coins.push(new Coin({ at: 10 * round + at }));
    state.byName.set(`round ${round}`, new Coin({ at: round }));
    serializer.applyPatches([client]);
    expectSame();
    state.coins.clear();
    serializer.applyPatches([client]);
    expectSame();
    for (const coin of state.byName.values()) coin.at++;
    serializer.applyPatches([client]);
    expectSame();
  }
});

test("a state that was changed right before it had clients: they see what changes after", () => {
  const state = new Field();
  state.coins.push(new Coin({ at: 1 }));
  state.byName.set("first", new Coin({ at: 1 }));
  // A replay that ends in the middle of a tick leaves changes that nobody has encoded.
  new Encoder(state).discardChanges();
  state.coins.push(new Coin({ at: 2 }));
  state.byName.set("second", new Coin({ at: 2 }));
  for (const coin of state.byName.values()) coin.at++;

  const serializer = new PatchSerializer<SchemaType<typeof Field>>(() => {});
  serializer.reset(state);
  const { given, client } = slowClient();
  const decoder = new Decoder(new Field());
  given.push(serializer.getFullState(client));
  for (let round = 0; round < 3; round++) {
    for (const bytes of given.splice(0)) decoder.decode(bytes, { offset: 1 });
    expect(decoder.state.toJSON()).toEqual(state.toJSON());
    state.coins.push(new Coin({ at: round }));
    state.byName.set(`round ${round}`, new Coin({ at: round }));
    for (const coin of state.byName.values()) coin.at++;
    serializer.applyPatches([client]);
  }
});

test("who comes between two patches sees entries of arrays come and go once", () => {
  const state = new Field();
  const there = slowClient();
  const serializer = new PatchSerializer<SchemaType<typeof Field>>(() =>
    serializer.applyPatches(views.map(({ client }) => client)),
  );
  serializer.reset(state);
  const views = [{ ...there, decoder: new Decoder(new Field()) }];
  there.given.push(serializer.getFullState(there.client));
  let at = 0;
  const change = () => {
    state.coins.push(new Coin({ at: at++ }));
    if (state.coins.length > 3) state.coins.shift();
  };
  for (let round = 0; round < 20; round++) {
    change();
    if (round % 5 === 4) {
      const newcomer = slowClient();
      newcomer.given.push(serializer.getFullState(newcomer.client));
      views.push({ ...newcomer, decoder: new Decoder(new Field()) });
    }
    change();
    serializer.applyPatches(views.map(({ client }) => client));
    for (const { given, decoder } of views) {
      for (const bytes of given.splice(0)) decoder.decode(bytes, { offset: 1 });
      expect(decoder.state.toJSON()).toEqual(state.toJSON());
    }
  }
});

test("all clients are given the same bytes", () => {
  const state = new Word();
  const serializer = new PatchSerializer<SchemaType<typeof Word>>(() => {});
  serializer.reset(state);
  const [one, two] = [slowClient(), slowClient()];
  state.text = "once";
  serializer.applyPatches([one.client, two.client]);
  expect(one.given).toHaveLength(1);
  expect(one.given[0]).toBe(two.given[0]);
});

test("a state that outgrows Colyseus's buffer is whole, and the log says so a few times at most", () => {
  const warn = vi.spyOn(console, "warn").mockImplementation(() => {});
  onTestFinished(() => warn.mockRestore());
  const state = new Field();
  const serializer = new PatchSerializer<SchemaType<typeof Field>>(() => {});
  serializer.reset(state);
  const newcomers = 30;
  for (let round = 0; round < newcomers; round++) {
    const name = `${round} ${"x".repeat(Encoder.BUFFER_SIZE / 8)}`;
    state.byName.set(name, new Coin({ at: round }));
    const { client } = slowClient();
    const decoder = new Decoder(new Field());
    decoder.decode(serializer.getFullState(client), { offset: 1 });
    expect(decoder.state.toJSON()).toEqual(state.toJSON());
    serializer.applyPatches([client]);
  }
  // Four times the buffer: it grew twice.
  expect(warn.mock.calls.length).toBeLessThanOrEqual(2);
  expect(warn.mock.calls.length).toBeGreaterThan(0);
});
