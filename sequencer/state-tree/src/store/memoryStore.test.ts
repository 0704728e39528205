import { createMemoryStore } from "./memoryStore.ts";
import { treeStoreSuite } from "./testStoreSuite.ts";

treeStoreSuite("memory store", createMemoryStore);
