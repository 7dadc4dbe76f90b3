// Build the console's scripts and styles into the package, or its tests into `build/`.

import { build } from "esbuild";
import { copyFileSync, mkdirSync, readdirSync, rmSync } from "node:fs";

const INTO = "../src/unhear/web/static";
const common = { bundle: true, format: "esm", target: "es2022", legalComments: "none" };

if (process.argv.includes("--tests")) {
  rmSync("build", { recursive: true, force: true });
  const tests = readdirSync("test").filter((name) => name.endsWith(".test.ts"));
  await build({
    ...common,
    entryPoints: tests.map((name) => `test/${name}`),
    outdir: "build",
    platform: "node",
    outExtension: { ".js": ".mjs" },
  });
} else {
  rmSync(INTO, { recursive: true, force: true });
  mkdirSync(INTO, { recursive: true });
  await build({
    ...common,
    entryPoints: ["main", "shared", "stretch", "unseal", "weigh", "recorder", "sw"].map((name) => `src/${name}.ts`),
    entryNames: "[name]",
    outdir: INTO,
    minify: true,
  });
  for (const name of ["console.css", "icon.svg"]) copyFileSync(`src/${name}`, `${INTO}/${name}`);
}
