import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { text } from "node:stream/consumers";
import { expect, test } from "vitest";
import { endBadConnection } from "./endBadConnection.ts";

/** What a client gets to hear that has sent this before the server gave up. */
async function heardAfter(sent: string, code: string): Promise<string> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const client = connect((server.address() as AddressInfo).port, "127.0.0.1");
  const [socket] = (await once(server, "connection")) as [Socket];
  if (sent !== "") {
    client.write(sent);
    await once(socket, "data");
  }
  const heard = text(client);
  endBadConnection(Object.assign(new Error(code), { code }), socket);
  server.close();
  return heard;
}

test("what can't be read is 400, and what comes too slowly 408", async () => {
  expect(await heardAfter("nonsense", "HPE_INVALID_METHOD")).toMatch(/^HTTP\/1\.1 400 /);
  expect(await heardAfter("POST /zk", "ERR_HTTP_REQUEST_TIMEOUT")).toMatch(/^HTTP\/1\.1 408 /);
});

test("a connection that nothing was asked on is closed without a word", async () => {
  expect(await heardAfter("", "ERR_HTTP_REQUEST_TIMEOUT")).toBe("");
});
