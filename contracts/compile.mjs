// Compiles contracts/src and contracts/harness, each file by the compiler that its pragma names, to contracts/build.
//
//   node compile.mjs [--overlay DIR] [--out DIR] [NAME ...]     NAME: a file's stem; without any, all files
//
// What DIR of --overlay holds under a source unit's path is read instead of that unit, ours or an original's: a fault that
// is planted, a constant that is changed. It takes an --out of its own, so that contracts/build is of the sources as they are.
//
// A file whose sources, compiler and settings are as in its artifacts is left alone. Each file is compiled on its own:
// solc-js passes its input through the JavaScript stack, which a hundred files at once would overflow.

import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, realpathSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { basename, dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = dirname(fileURLToPath(import.meta.url));
const FORMAT = 1; // of the artifacts; raise it when what they hold changes
const require = createRequire(import.meta.url);
const compilers = new Map();
const contents = new Map();
const folders = [ROOT, join(ROOT, "node_modules")]; // where source units are looked for, in this order

function sha256(text) {
  return createHash("sha256").update(text).digest("hex");
}

/** The text of a source unit, ours by its path or an original by its package, or undefined. */
function read(unit) {
  if (!contents.has(unit)) {
    const path = folders.map((folder) => join(folder, unit)).find((candidate) => existsSync(candidate));
    contents.set(unit, path === undefined ? undefined : readFileSync(path, "utf8"));
  }
  return contents.get(unit);
}

function solidityFiles(folder, base = ROOT) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(".sol"))
    .map((entry) => relative(base, join(entry.parentPath ?? entry.path, entry.name)))
    .sort();
}

/** Has a folder's files read instead of those of the same paths, all of which must be there: another path would do nothing. */
function lay(overlay) {
  const units = solidityFiles(overlay, overlay);
  if (units.length === 0) throw new Error(`${overlay}: there is no .sol file in it to read instead of another`);
  const unknown = units.filter((unit) => read(unit) === undefined);
  if (unknown.length > 0) throw new Error(`${overlay}: nothing is read from ${unknown.join(", ")}`);
  contents.clear();
  folders.unshift(overlay);
}

/** The value of an option, which is taken out of the arguments. */
function option(args, name) {
  const at = args.indexOf(name);
  if (at < 0) return undefined;
  const [, value] = args.splice(at, 2);
  if (value === undefined) throw new Error(`${name} needs a folder`);
  return resolve(value);
}

function compilerOf(unit) {
  const match = /^\s*pragma solidity =(\d+\.\d+\.\d+);/m.exec(read(unit));
  if (match === null) throw new Error(`${unit}: name one compiler, as in \`pragma solidity =0.8.37;\``);
  return match[1];
}

/** Loads a compiler once; each is half a second and tens of megabytes. */
function load(version) {
  if (!compilers.has(version)) {
    try {
      compilers.set(version, require(`solc-${version}`));
    } catch (error) {
      if (error.code !== "MODULE_NOT_FOUND") throw error;
      const known = readdirSync(join(ROOT, "node_modules")).filter((name) => name.startsWith("solc-"));
      throw new Error(`solc ${version} is not installed (there are ${known.join(", ")}): run npm ci, or add it to package.json`);
    }
  }
  return compilers.get(version);
}

/** A file of structs, errors or constants only has nothing to compile by itself. */
function holdsContracts(unit) {
  return /^(abstract contract|contract|library|interface) /m.test(read(unit));
}

/** Our own margin contracts go through the intermediate representation: what they compute has many operands at a time. */
function viaIr(unit) {
  return /^(src|harness)\/(margin|house)\//.test(unit);
}

/** The same settings for all, as far as each compiler knows them: paris came with 0.8.18, as did appendCBOR. */
function settingsOf(unit, version) {
  const [, minor, patch] = version.split(".").map(Number);
  const since = (m, p) => minor > m || (minor === m && patch >= p);
  const evmVersion = since(8, 18) ? "paris" : since(8, 7) ? "london" : since(8, 5) ? "berlin" : "istanbul";
  const metadata = { bytecodeHash: "none", ...(since(8, 18) ? { appendCBOR: false } : {}) };
  return { evmVersion, optimizer: { enabled: true, runs: 200 }, metadata, ...(viaIr(unit) ? { viaIR: true } : {}) };
}

function artifactsOf(unit, built) {
  return built.filter((artifact) => artifact.source === unit);
}

function isCurrent(unit, settings, version, artifacts) {
  return (
    artifacts.length > 0 &&
    artifacts.every(
      (artifact) =>
        artifact.format === FORMAT &&
        artifact.compiler.startsWith(`${version}+`) &&
        JSON.stringify(artifact.settings) === JSON.stringify(settings) &&
        artifact.sources.every(({ path, sha256: hash }) => read(path) !== undefined && sha256(read(path)) === hash),
    )
  );
}

/** Members of each enum by the name that an ABI's internalType gives it: the ABI itself does not say how many. */
function enumsOf(output) {
  const enums = {};
  const visit = (node) => {
    if (node.nodeType === "EnumDefinition") enums[node.canonicalName] = node.members.length;
    for (const child of node.nodes ?? []) visit(child);
  };
  for (const { ast } of Object.values(output.sources)) visit(ast);
  return enums;
}

function compile(unit, version, settings) {
  const solc = load(version);
  const selection = ["abi", "evm.bytecode", "evm.deployedBytecode", "evm.methodIdentifiers", "storageLayout"];
  const input = {
    language: "Solidity",
    sources: { [unit]: { content: read(unit) } },
    settings: { ...settings, outputSelection: { "*": { "*": selection, "": ["ast"] } } },
  };
  const findImport = (path) => {
    const text = read(path);
    return text === undefined ? { error: `${path} is neither under contracts/ nor in node_modules` } : { contents: text };
  };
  const output = JSON.parse(solc.compile(JSON.stringify(input), { import: findImport }));
  const problems = (output.errors ?? []).filter(({ severity }) => severity === "error");
  if (problems.length > 0) throw new Error(problems.map(({ formattedMessage }) => formattedMessage).join("\n"));

  const sources = Object.entries(output.sources)
    .sort(([, a], [, b]) => a.id - b.id)
    .map(([path]) => ({ path, sha256: sha256(read(path)) }));
  return Object.entries(output.contracts[unit] ?? {}).map(([name, { abi, evm, storageLayout }]) => ({
    format: FORMAT,
    name,
    source: unit,
    compiler: /^\d+\.\d+\.\d+\+commit\.[0-9a-f]+/.exec(solc.version())[0],
    settings,
    abi,
    bytecode: `0x${evm.bytecode.object}`,
    deployedBytecode: `0x${evm.deployedBytecode.object}`,
    sourceMap: evm.bytecode.sourceMap,
    deployedSourceMap: evm.deployedBytecode.sourceMap,
    methodIdentifiers: evm.methodIdentifiers,
    storageLayout,
    enums: enumsOf(output),
    sources,
  }));
}

/** Written whole or not at all: another process may be reading. */
function write(out, artifact) {
  const path = join(out, `${artifact.name}.json`);
  writeFileSync(`${path}.${process.pid}`, `${JSON.stringify(artifact, null, 1)}\n`);
  renameSync(`${path}.${process.pid}`, path);
}

function main(args) {
  const build = join(ROOT, "build");
  const overlay = option(args, "--overlay");
  const out = option(args, "--out") ?? build;
  if (overlay !== undefined) {
    if (out === build) throw new Error("--overlay needs an --out other than contracts/build: other sources make other artifacts");
    lay(overlay);
  }
  mkdirSync(out, { recursive: true });

  const all = ["src", "harness"].flatMap((folder) => solidityFiles(join(ROOT, folder))).filter(holdsContracts);
  const wanted = all.filter((unit) => args.length === 0 || args.includes(basename(unit, ".sol")));
  const unknown = args.filter((name) => !all.some((unit) => basename(unit, ".sol") === name));
  if (unknown.length > 0) throw new Error(`no such file under src/ or harness/: ${unknown.join(", ")}`);

  const built = readdirSync(out)
    .filter((name) => name.endsWith(".json"))
    .map((name) => JSON.parse(readFileSync(join(out, name), "utf8")));
  const owner = new Map();
  let fresh = 0;
  let failed = 0;
  for (const unit of wanted) {
    try {
      const version = compilerOf(unit);
      const settings = settingsOf(unit, version);
      let artifacts = artifactsOf(unit, built);
      if (!isCurrent(unit, settings, version, artifacts)) {
        artifacts = compile(unit, version, settings);
        fresh += 1;
      }
      for (const artifact of artifacts) {
        if (owner.has(artifact.name)) {
          throw new Error(`${unit}: ${artifact.name} is also in ${owner.get(artifact.name)}: rename one`);
        }
        owner.set(artifact.name, unit);
        if (!built.includes(artifact)) write(out, artifact);
      }
    } catch (error) {
      failed += 1;
      console.error(error.message);
    }
  }
  if (args.length === 0 && failed === 0) {
    for (const { name } of built) if (!owner.has(name)) rmSync(join(out, `${name}.json`), { force: true });
  }
  console.log(`contracts: ${fresh} of ${wanted.length} files compiled, ${wanted.length - fresh - failed} unchanged, ${failed} failed`);
  return failed === 0 ? 0 : 1;
}

if (realpathSync(process.argv[1]) === realpathSync(fileURLToPath(import.meta.url))) {
  try {
    process.exitCode = main(process.argv.slice(2));
  } catch (error) {
    console.error(error.message);
    process.exitCode = 1;
  }
}
