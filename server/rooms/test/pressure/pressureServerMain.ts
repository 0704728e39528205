import { installSlowDisk } from "./slowDisk.ts";

/** What `PressureWorld` runs. */
installSlowDisk();
// Not before: the ledger's store must find its commits slowed when it is loaded.
await import("./pressureServer.ts");
