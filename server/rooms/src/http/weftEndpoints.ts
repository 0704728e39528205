import { createEndpoint } from "@colyseus/core";
import type { Logger } from "@weft/node";
import type { ServerInfo } from "@weft/protocol";
import { RoomsError } from "../errors.ts";
import { faucetBody, loginBody, logoutBody } from "../login/loginBodies.ts";
import type { LoginService } from "../login/loginService.ts";
import { errorAnswer, json } from "./answer.ts";
import type { Faucet } from "./faucet.ts";
import { readJson } from "./readJson.ts";

export type WeftEndpointsOptions = {
  readonly info: () => ServerInfo;
  readonly login: LoginService;
  readonly faucet: Faucet | undefined;
  /** The server is about to stop, and takes nobody new. */
  readonly isDraining: () => boolean;
  readonly logger: Logger;
};

/** The endpoints under `/weft`, for Colyseus's router, which serves them on either transport. */
export function weftEndpoints(options: WeftEndpointsOptions) {
  const { info, login, faucet, isDraining, logger } = options;
  const refuseWhenDraining = () => {
    if (!isDraining()) return;
    throw new RoomsError("SERVER_STOPPING", "the server is about to stop: come back later");
  };
  /** Whatever goes wrong becomes an `ErrorResponse`; bodies are read here, to bound and check them. */
  const endpoint = (
    method: "GET" | "POST",
    path: string,
    answer: (request: Request) => Promise<unknown>,
  ) =>
    createEndpoint(path, { method, disableBody: true }, async ({ request }) => {
      try {
        return json(await answer(request as Request));
      } catch (error) {
        const { status, body } = errorAnswer(error, logger);
        return json(body, status);
      }
    });
  return {
    weftInfo: endpoint("GET", "/weft", async () => info()),
    weftChallenge: endpoint("POST", "/weft/login/challenge", async () => {
      refuseWhenDraining();
      return login.challenge();
    }),
    weftLogin: endpoint("POST", "/weft/login", async (request) => {
      refuseWhenDraining();
      return login.login(await readJson(request, loginBody));
    }),
    weftLogout: endpoint("POST", "/weft/logout", async (request) => {
      await login.logout(await readJson(request, logoutBody));
      return {};
    }),
    weftFaucet: endpoint("POST", "/weft/faucet", async (request) => {
      if (faucet === undefined) {
        throw new RoomsError("FAUCET_DISABLED", "this server gives nothing away");
      }
      const { address } = await readJson(request, faucetBody);
      return faucet.give(address);
    }),
  };
}
