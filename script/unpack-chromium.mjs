// Unpack the Chromium of npm's @sparticuz/chromium: node script/unpack-chromium.mjs FOLDER
// Its own loader is made for one cloud's functions and unpacks into /tmp; a checkout keeps its own.
import { createReadStream, createWriteStream } from "node:fs";
import { chmod, mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { pipeline } from "node:stream/promises";
import { fileURLToPath } from "node:url";
import { createBrotliDecompress } from "node:zlib";

import { extract } from "tar-fs";

const folder = path.resolve(process.argv[2]);
const packed = fileURLToPath(new URL("../bin/", import.meta.resolve("@sparticuz/chromium")));

const unpack = (name, target) =>
  pipeline(createReadStream(path.join(packed, name)), createBrotliDecompress(), target);

await mkdir(folder, { recursive: true });
await unpack("chromium.br", createWriteStream(path.join(folder, "chromium")));
await unpack("swiftshader.tar.br", extract(folder));
await unpack("al2023.tar.br", extract(path.join(folder, "libraries")));
await unpack("fonts.tar.br", extract(path.join(folder, "fonts")));
await writeFile(
  path.join(folder, "fonts", "fonts.conf"),
  `<?xml version="1.0"?><fontconfig><dir>${folder}/fonts</dir></fontconfig>\n`,
);
await chmod(path.join(folder, "chromium"), 0o755);

// A small machine may lack the libraries and fonts that a browser needs. Its own come first where
// it has them: LD_LIBRARY_PATH would put ours before them, so it is set only when one is missing.
const launcher = `#!/usr/bin/env bash
here=$(cd "$(dirname "\${BASH_SOURCE[0]}")" && pwd)
if ldd "$here/chromium" | grep -q "not found"; then
  export LD_LIBRARY_PATH="$here/libraries/lib\${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}"
fi
[ -e /etc/fonts/fonts.conf ] || export FONTCONFIG_PATH="$here/fonts"
exec "$here/chromium" "$@"
`;
await writeFile(path.join(folder, "launch"), launcher, { mode: 0o755 });
