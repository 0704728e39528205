import type { LoginRequest, ServerInfo, SessionGrant } from "@weft/protocol";
import type { ServerApi } from "../serverApi.ts";

/** What a login has to prove something about, and what it can do it with. */
export type LoginContext = {
  readonly grant: SessionGrant;
  readonly info: ServerInfo;
  readonly api: ServerApi;
  /** Where the server is, as the player knows it. */
  readonly url: URL;
  /** The server's clock. */
  readonly nowMs: number;
};

/** A way to show that one owns a pass. */
export type LoginMethod = {
  readonly type: LoginRequest["login"]["type"];
  /** Where prizes go unless the player says otherwise. */
  readonly defaultPayout: SessionGrant["payout"];
  prove(context: LoginContext): Promise<LoginRequest["login"]>;
};
