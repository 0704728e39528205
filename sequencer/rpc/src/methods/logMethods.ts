import { z } from "zod";
import type { ChainEvents } from "../chainEvents.ts";
import { defineMethod } from "../method.ts";
import { logFilter } from "../params.ts";

export function logMethods(events: ChainEvents) {
  return {
    eth_getLogs: defineMethod(z.tuple([logFilter]), ([filter]) => events.findLogs(filter)),
  };
}
