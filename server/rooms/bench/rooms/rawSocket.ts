/** The socket of load tests' players: what is measured here is what studios measure. */
export { clientFrame, RawSocket } from "@weft/client-sdk/load";
