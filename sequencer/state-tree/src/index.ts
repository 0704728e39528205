export { hashFields } from "./poseidon2/poseidon2.ts";
