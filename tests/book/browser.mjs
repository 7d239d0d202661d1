// What the tests share: the browser, the pages of the book, and the fixtures.
import { chromium } from "playwright-core";
import { readFileSync, readdirSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
export const root = resolve(here, "../..");
// The book under test, written by `dropout-oracle book --out DIR`.
export const book = resolve(process.env.BOOK ?? join(root, "book"));
export const pages = readdirSync(book).filter((name) => name.endsWith(".html"));
export const address = (page) => pathToFileURL(join(book, page)).href;
export const axe = readFileSync(join(here, "node_modules/axe-core/axe.min.js"), "utf8");

const flags = "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync";

export const open = () =>
  chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: flags.split(" ") });

// A page of the browser that collects what goes wrong on it: messages, exceptions and requests to anywhere but the book.
export async function visit(browser, name, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  const page = await context.newPage();
  const faults = [];
  page.on("console", (message) => faults.push(`${name}: ${message.type()}: ${message.text()}`));
  page.on("pageerror", (error) => faults.push(`${name}: ${error.message}`));
  page.on("requestfailed", (request) => faults.push(`${name}: ${request.url()} failed`));
  page.on("request", (request) => {
    if (!request.url().startsWith(address(""))) faults.push(`${name}: asks for ${request.url()}`);
  });
  await page.goto(address(name));
  return { context, page, faults };
}

// All committed step cases.
export function cases() {
  const folder = join(root, "fixtures/cases");
  const families = readdirSync(folder).filter((family) => family !== "sampler");
  const files = families.flatMap((family) => readdirSync(join(folder, family)).map((name) => join(folder, family, name)));
  return files.map((file) => JSON.parse(readFileSync(file, "utf8")));
}
