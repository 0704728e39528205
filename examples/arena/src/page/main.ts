import { createClient } from "@weft/client-sdk";
import { render } from "lit-html";
import { z } from "zod";
import { App } from "./app.ts";
import { describeError } from "./describeError.ts";
import { brokenView } from "./views/brokenView.ts";

// The page's policy forbids making code of text, which zod would like to do.
z.config({ jitless: true });

const canvas = document.getElementById("scene");
const root = document.getElementById("app");
if (!(canvas instanceof HTMLCanvasElement) || root === null) {
  throw new Error("the page has no place for the arena");
}

// Its own server; in development, where Vite serves the page, another one. Elsewhere the page's policy lets it talk to no other.
const url = new URLSearchParams(location.search).get("server") ?? location.origin;

try {
  const app = new App(createClient({ url }), canvas, root);
  await app.resume();
} catch (error) {
  render(brokenView(describeError(error)), root);
}
