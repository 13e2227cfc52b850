#!/usr/bin/env node
// The compiler that contracts/ pins, under the command line that forge speaks to one.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const solc = createRequire(new URL("../../contracts/", import.meta.url))("solc-0.8.37");

if (process.argv.includes("--version")) {
  const [version] = /^\d+\.\d+\.\d+\+commit\.[0-9a-f]+/.exec(solc.version());
  console.log(`solc, the solidity compiler commandline interface\nVersion: ${version}.Linux.g++`);
} else {
  process.stdout.write(solc.compile(readFileSync(0, "utf8")));
}
