import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { Server as ColyseusServer, createRouter, type Transport } from "@colyseus/core";
import { startNode, type WeftNode } from "@weft/node";
import { type ServerInfo, timestampMs } from "@weft/protocol";
import manifest from "../package.json" with { type: "json" };
import { type ChosenTransport, chooseTransport } from "./chooseTransport.ts";
import { colyseusLogger } from "./colyseusLogger.ts";
import { changeGames } from "./development/changeGames.ts";
import { GameWatcher } from "./development/gameWatcher.ts";
import { RoomsError } from "./errors.ts";
import { Artifacts, findArtifacts } from "./http/artifacts.ts";
import { Faucet } from "./http/faucet.ts";
import { weftEndpoints } from "./http/weftEndpoints.ts";
import { DRAIN_POLL_MS, MAX_STOP_MS } from "./limits.ts";
import { ExpiredSessions } from "./login/expiredSessions.ts";
import { LoginService } from "./login/loginService.ts";
import { Nonces } from "./login/nonces.ts";
import { createOwnershipLogin } from "./login/ownershipLogin.ts";
import { readPassOwner } from "./login/passOwner.ts";
import { createWalletLogin } from "./login/walletLogin.ts";
import { resumeRooms } from "./room/resumeRooms.ts";
import { RoomHost } from "./room/roomHost.ts";
import { RoomSnapshots } from "./room/roomSnapshots.ts";
import { bindRoom, WeftRoom } from "./room/WeftRoom.ts";
import { gameCapsOf } from "./round/gameCaps.ts";
import { RoundReports } from "./round/roundReports.ts";
import { checkGames, parsePublicUrl, roomSettings, serverDomains } from "./settings.ts";
import type {
  AnyGame,
  GameServer,
  GameServerOptions,
  RoomSummary,
  RoundUpdate,
  StopOptions,
} from "./types.ts";

/** Colyseus's matchmaker keeps its rooms in its module: two servers would share them. */
let serverExists = false;

/**
 * Starts a game server, and a node unless it is given one; registers the games with the ZK chain.
 * @throws RoomsError SERVER_EXISTS, OPTIONS_INVALID, TRANSPORT_UNAVAILABLE, GAME_NOT_REGISTERED; NodeError
 */
export async function createGameServer(options: GameServerOptions): Promise<GameServer> {
  checkGames(options);
  if (options.publicUrl !== undefined) parsePublicUrl(options.publicUrl);
  roomSettings(options.settings);
  if (serverExists) {
    throw new RoomsError("SERVER_EXISTS", "one game server per process: stop the other one first");
  }
  serverExists = true;
  let node: WeftNode | undefined;
  try {
    node = options.node ?? (await startNode(options));
    const faucet = createFaucet(options, node);
    const watcher = createWatcher(options, node);
    const games = new Map(Object.entries(options.games));
    for (const game of (await watcher?.load())?.games ?? []) games.set(game.name, game);
    const chosen = await chooseTransport(options, node.logger);
    const reports = new RoundReports(node, (ms) => wait(ms));
    for (const { name, round } of games.values()) {
      if (round !== undefined) await reports.registerGame(name, gameCapsOf(round));
    }
    const artifacts = await createArtifacts(options, node);
    return new RunningServer({ options, node, games, watcher, chosen, reports, faucet, artifacts });
  } catch (error) {
    serverExists = false;
    if (options.node === undefined) await node?.stop();
    throw error;
  }
}

/** @throws RoomsError OPTIONS_INVALID where one is wanted, and the node can't mint passes */
function createFaucet({ faucet }: GameServerOptions, node: WeftNode): Faucet | undefined {
  if (!(faucet ?? (node.development && node.owner !== undefined))) return undefined;
  if (node.owner === undefined) {
    const needed =
      "faucet: only the contracts' owner mints passes, and the node doesn't have its key";
    throw new RoomsError("OPTIONS_INVALID", needed);
  }
  return new Faucet(node.owner, () => Date.now());
}

/** @throws RoomsError OPTIONS_INVALID for a server that isn't for development */
function createWatcher(options: GameServerOptions, node: WeftNode): GameWatcher | undefined {
  const { watch: files, games, dataDir } = options;
  if (files === undefined) return undefined;
  if (!node.development) {
    throw new RoomsError("OPTIONS_INVALID", "watch: games change on development nodes only");
  }
  const names = new Set(Object.keys(games));
  return new GameWatcher({ files, names, dataDir, logger: node.logger });
}

/** In the data directory: a folder for each room. */
const SNAPSHOT_DIR = join("snapshots", "rooms");

function createSnapshots({ dataDir }: GameServerOptions, { logger }: WeftNode) {
  return dataDir === undefined ? undefined : new RoomSnapshots(join(dataDir, SNAPSHOT_DIR), logger);
}

async function createArtifacts(
  options: GameServerOptions,
  { fastChain, logger }: WeftNode,
): Promise<Artifacts | undefined> {
  const files = await findArtifacts(options, fastChain.genesis.ownershipKey);
  return files === undefined ? undefined : new Artifacts(files, logger, () => Date.now());
}

type Parts = {
  readonly options: GameServerOptions;
  readonly node: WeftNode;
  readonly games: Map<string, AnyGame>;
  readonly watcher: GameWatcher | undefined;
  readonly chosen: ChosenTransport;
  readonly reports: RoundReports;
  readonly faucet: Faucet | undefined;
  readonly artifacts: Artifacts | undefined;
};

class RunningServer implements GameServer {
  readonly node: WeftNode;
  readonly #options: GameServerOptions;
  /** By name. In development they change while the server runs. */
  readonly #games: Map<string, AnyGame>;
  readonly #watcher: GameWatcher | undefined;
  readonly #chosen: ChosenTransport;
  readonly #faucet: Faucet | undefined;
  readonly #artifacts: Artifacts | undefined;
  readonly #host: RoomHost;
  readonly #login: LoginService;
  readonly #expired: ExpiredSessions;
  readonly #colyseus: ColyseusServer;
  readonly #listeners = new Set<(update: RoundUpdate) => void>();
  readonly #nowMs = () => Date.now();
  #domains: ReadonlySet<string> = new Set();
  #stopping: Promise<void> | undefined;
  /** Ends the wait of a server that drains. */
  readonly #drained = new AbortController();

  constructor({ options, node, games, watcher, chosen, reports, faucet, artifacts }: Parts) {
    this.node = node;
    this.#games = games;
    this.#watcher = watcher;
    this.#faucet = faucet;
    this.#artifacts = artifacts;
    this.#options = options;
    this.#chosen = chosen;
    this.#host = new RoomHost({
      node,
      reports,
      settings: roomSettings(options.settings),
      nowMs: this.#nowMs,
      onRound: (update) => this.#tell(update),
      receive: () => chosen.receive?.(),
      snapshots: createSnapshots(options, node),
      sealVerifier: node.sealVerifier,
    });
    this.#login = this.#createLogin();
    this.#expired = new ExpiredSessions({
      fastChain: node.fastChain,
      isPlaying: (sessionId) => this.#host.isPlaying(sessionId),
      nowMs: this.#nowMs,
      logger: node.logger,
    });
    this.#colyseus = this.#createColyseus(chosen.transport);
    node.failed.then((error) => {
      node.logger.error("the node failed, the game server stops", { error });
      return this.stop();
    });
    chosen.failed?.then((error) => {
      node.logger.error("the network thread failed, the game server stops", { error });
      return this.stop();
    });
  }

  rooms(): readonly RoomSummary[] {
    return this.#host.rooms;
  }

  onRound(listener: (update: RoundUpdate) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async listen(port: number, host = "127.0.0.1"): Promise<{ port: number; url: string }> {
    if (this.#stopping) throw new RoomsError("SERVER_STOPPED", "the server was stopped");
    // Before anybody can ask for them.
    await resumeRooms(this.#host, Object.fromEntries(this.#games));
    await this.#colyseus.listen(port, host).catch((cause: unknown) => {
      throw new RoomsError("LISTEN_FAILED", `can't listen on ${host}:${port}`, {
        details: { host, port },
        cause,
      });
    });
    this.#chosen.secure();
    this.#expired.start();
    const bound = this.#chosen.port();
    this.#domains = serverDomains(this.#options.publicUrl, bound);
    const url = this.#options.publicUrl ?? `http://${loopbackOf(host)}:${bound}`;
    this.node.logger.info("players can connect", { url, transport: this.#chosen.name });
    const define = (game: AnyGame) => this.#define(game);
    this.#watcher?.start(({ games: changed }) =>
      changeGames(changed, { games: this.#games, host: this.#host, define }),
    );
    return { port: bound, url };
  }

  stop({ drain = false }: StopOptions = {}): Promise<void> {
    if (!drain) this.#drained.abort();
    this.#stopping ??= this.#drain().then(() => this.#stop());
    return this.#stopping;
  }

  /** Lets rounds that are under way come to their end, and nobody new in. */
  async #drain(): Promise<void> {
    const { signal } = this.#drained;
    if (signal.aborted) return;
    const { drainSeconds } = this.#host.settings;
    const untilMs = this.#nowMs() + drainSeconds * 1000;
    const rounds = this.#host.roundsUnderWay;
    this.node.logger.info("the server stops when its rounds are over", { rounds, drainSeconds });
    this.#host.draining = true;
    while (this.#host.roundsUnderWay > 0 && this.#nowMs() < untilMs && !signal.aborted) {
      await wait(DRAIN_POLL_MS, undefined, { signal }).catch(() => {});
    }
  }

  async #stop(): Promise<void> {
    try {
      this.#expired.stop();
      await this.#watcher?.stop();
      // Rooms say goodbye and reports on their way arrive; but nobody waits for ever.
      await Promise.race([
        this.#colyseus.gracefullyShutdown(false),
        wait(MAX_STOP_MS, undefined, { ref: false }),
      ]);
      for (const name of this.#games.keys()) this.#colyseus.removeRoomType(name);
      await this.#chosen.close();
      this.#host.stop();
    } finally {
      serverExists = false;
      if (this.#options.node === undefined) await this.node.stop();
    }
  }

  #createLogin(): LoginService {
    const { node } = this;
    const nonces = new Nonces();
    const wallet = createWalletLogin({
      nonces,
      domains: () => this.#domains,
      ownerOf: (pass) => readPassOwner(node.zkClient, node.contracts.gamePass, pass),
      nowMs: this.#nowMs,
    });
    const ownership = createOwnershipLogin({
      fastChain: node.fastChain,
      ledger: node.ledger,
      loginProofs: node.loginProofs,
      seasonOf: (game) => this.#games.get(game)?.season ?? 0,
      nowMs: this.#nowMs,
    });
    return new LoginService({
      fastChain: node.fastChain,
      fastChainId: node.fastChainId,
      games: this.#games,
      nonces,
      verifiers: [wallet, ownership],
      nowMs: this.#nowMs,
    });
  }

  #createColyseus(transport: Transport): ColyseusServer {
    const { express } = this.#options;
    const { logger } = this.node;
    const colyseus = new ColyseusServer({
      transport,
      greet: false,
      // Signals are the application's: it calls `stop`.
      gracefullyShutdown: false,
      logger: colyseusLogger(logger),
      express: (app) => {
        this.#artifacts?.mount(app);
        return express?.(app);
      },
    });
    const faucet = this.#faucet;
    const info = () => this.#info();
    const isDraining = () => this.#host.draining;
    const endpoints = weftEndpoints({ info, login: this.#login, faucet, isDraining, logger });
    colyseus.router = createRouter(endpoints, { openapi: { disabled: true } });
    for (const game of this.#games.values()) this.#define(game, colyseus);
    return colyseus;
  }

  /** Rooms that are made from now on are of this game. */
  #define(game: AnyGame, colyseus = this.#colyseus): void {
    const { rooms = {} } = this.#options;
    const { name } = game;
    colyseus.define(name, bindRoom(rooms[name] ?? WeftRoom, { host: this.#host, game }));
  }

  #info(): ServerInfo {
    const { fastChainId, zkChainId, rpc } = this.node;
    return {
      version: manifest.version,
      fastChainId,
      zkChainId,
      fastRpcUrl: rpc.fastUrl,
      zkRpcUrl: rpc.zkUrl,
      games: [...this.#games.keys()],
      logins: this.#login.types,
      gameLogins: this.#gameLogins,
      ownership: this.#ownership,
      faucet: this.#faucet !== undefined,
      nowMs: timestampMs(this.#nowMs()),
    };
  }

  get #ownership(): ServerInfo["ownership"] {
    const games = [...this.#games.values()];
    if (!games.some(({ login }) => login.includes("ownership"))) return undefined;
    const artifacts = this.#artifacts?.info;
    return { contract: this.node.fastChain.genesis.gamePass, artifacts };
  }

  /** What each game takes, of what the server can check. */
  get #gameLogins(): ServerInfo["gameLogins"] {
    const games = [...this.#games.values()].map(({ name, login, season }) => {
      const logins = login.filter((type) => this.#login.types.includes(type));
      return [name, { logins, season }] as const;
    });
    return Object.fromEntries(games);
  }

  #tell(update: RoundUpdate): void {
    for (const listener of this.#listeners) {
      try {
        listener(update);
      } catch (error) {
        this.node.logger.error("a listener for rounds failed", { error });
      }
    }
  }
}

/** An address that a client on this machine can connect to. */
function loopbackOf(host: string): string {
  if (host === "0.0.0.0" || host === "::" || host === "127.0.0.1") return "127.0.0.1";
  return host.includes(":") ? `[${host}]` : host;
}
