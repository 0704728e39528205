import { blockStoreSuite } from "./blockStoreSuite.ts";
import { createMemoryStore } from "./memoryStore.ts";

blockStoreSuite("memory store", createMemoryStore);
