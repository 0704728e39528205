import { once } from "node:events";
import { createServer } from "node:net";

/** Below what systems give to whoever asks for any port. */
const FIRST_PORT = 20_000;
const PORTS = 12_000;
const MAX_ATTEMPTS = 100;

/** For tests: a port for a server that is ended and started again. Nobody is given it while the server is down. */
export async function reservePort(): Promise<number> {
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
    const port = FIRST_PORT + Math.floor(Math.random() * PORTS);
    const probe = createServer();
    try {
      probe.listen(port);
      await once(probe, "listening");
    } catch {
      continue;
    }
    probe.close();
    await once(probe, "close");
    return port;
  }
  throw new Error(`${MAX_ATTEMPTS} ports were in use`);
}
