# Sourced by the scripts, in the project's root: installs what the lock file says where that is missing,
# and puts the Node that it pins first on the PATH.
stamp=node_modules/.installed-lock
if ! cmp -s package-lock.json "$stamp"; then
  npm ci --no-audit --no-fund --loglevel=error && cp package-lock.json "$stamp" || exit 1
fi
PATH="$PWD/node_modules/.bin:$PATH"
export PATH
