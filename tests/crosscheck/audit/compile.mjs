// Compiles one source unit given on stdin as {"solc": "0.8.37", "text": "…"}; prints its contracts as an artifact each.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const { solc, text, root } = JSON.parse(readFileSync(0, "utf8"));
const compiler = createRequire(`${root}/contracts/compile.mjs`)(`solc-${solc}`);
const settings = { metadata: { bytecodeHash: "none" } };
const outputSelection = { "*": { "*": ["abi", "evm.bytecode", "evm.deployedBytecode"] } };
const input = { language: "Solidity", sources: { "Unit.sol": { content: text } }, settings: { ...settings, outputSelection } };
const output = JSON.parse(compiler.compile(JSON.stringify(input)));
const artifacts = Object.entries(output.contracts?.["Unit.sol"] ?? {}).map(([name, { abi, evm }]) => ({
  name,
  abi,
  bytecode: `0x${evm.bytecode.object}`,
  deployedBytecode: `0x${evm.deployedBytecode.object}`,
}));
console.log(JSON.stringify({ artifacts, problems: (output.errors ?? []).map((e) => e.formattedMessage) }));
