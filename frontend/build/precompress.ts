import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { brotliCompress, constants, gzip } from "node:zlib";

import type { Plugin } from "vite";

const compressible = /\.(?:js|css|html|svg|json|webmanifest)$/;

/**
 * Leaves a `.br` and a `.gz` beside every text file of the bundle, so that the
 * server answers compressed without compressing, and writes `.keep` back, which
 * lets Go embed the folder before it was ever built.
 */
export function precompress(): Plugin {
  let folder = "dist";
  return {
    name: "quanxi-precompress",
    apply: "build",
    configResolved(config) {
      folder = config.build.outDir;
    },
    async closeBundle() {
      const files = await readdir(folder, { recursive: true });
      for (const file of files) if (compressible.test(file)) await compress(join(folder, file));
      await writeFile(join(folder, ".keep"), "");
    },
  };
}

async function compress(file: string): Promise<void> {
  const body = await readFile(file);
  const params = { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: body.length };
  await writeFile(`${file}.br`, await promisify(brotliCompress)(body, { params }));
  await writeFile(`${file}.gz`, await promisify(gzip)(body, { level: 9 }));
}
