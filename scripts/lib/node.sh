# Sourced by the scripts in the project's root. Installs the packages of the lock file if they are missing,
# and puts the locked Node first on the PATH.
stamp=node_modules/.installed-lock
if ! cmp -s package-lock.json "$stamp"; then
  npm ci --no-audit --no-fund --loglevel=error && cp package-lock.json "$stamp" || exit 1
fi
PATH="$PWD/node_modules/.bin:$PATH"
export PATH
