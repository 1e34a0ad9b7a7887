import { allowedVariables, heldBackPrefix, ignoredVariable } from '../../src/system/environment.ts';

/**
 * The program dist/rc-wait. It runs on the Node beside it, whatever Node the server has. The shell alone does
 * what must happen before Node starts; the only program that it runs is readlink(1), and only for a symbolic
 * link that is not the package's.
 */
export const launcher = `#!/bin/sh
# rc-wait, on its own Node.

# Where sh is bash, functions come with the environment, too; these are not special ones, which nobody can replace.
unset -f read readlink echo '['

# Node reads more than a hundred variables, and OpenSSL, V8 and the C library others: they load code, trust anybody or
# write files, in a process that runs as root. What is on the list comes through. All else is kept under another name,
# for the programs that a person has run with --exec.
rcwait_hold() {
  rcwait_name=\${1#export }
  rcwait_name=\${rcwait_name%%=*}
  case $rcwait_name in
  # A line of a value of several lines; what the shell itself holds fast; and what it needs below.
  '' | [0-9]* | *[!A-Za-z0-9_]* | SHELLOPTS | BASHOPTS | BASH_VERSINFO | UID | EUID | PPID | IFS) ;;
  ${allowedVariables.join(' | ')}) ;;
  *)
    eval "[ -z \\"\\\${$rcwait_name+set}\\" ] || export ${heldBackPrefix}$rcwait_name=\\"\\$$rcwait_name\\""
    unset "$rcwait_name"
    ;;
  esac
}
set -f
IFS='
'
for rcwait_line in $(export -p); do
  case $rcwait_line in
  'export '*) rcwait_hold "$rcwait_line" ;;
  esac
done
set +f

# Node puts every signal back to what it is by default: "nohup" and "trap '' HUP" would count for nothing.
rcwait_ignored=
if [ -r /proc/self/status ]; then
  while read -r rcwait_line; do
    case $rcwait_line in
    SigIgn:*)
      # Hexadecimal: HUP is bit 0, INT bit 1, TERM bit 14.
      case $rcwait_line in *[13579bdf]) rcwait_ignored="$rcwait_ignored HUP" ;; esac
      case $rcwait_line in *[2367abef]) rcwait_ignored="$rcwait_ignored INT" ;; esac
      case $rcwait_line in *[4567cdef]???) rcwait_ignored="$rcwait_ignored TERM" ;; esac
      break
      ;;
    esac
  done </proc/self/status
fi
[ -z "$rcwait_ignored" ] || export ${ignoredVariable}="$rcwait_ignored"

rcwait_self=$0
if [ -L "$rcwait_self" ]; then
  # /usr/bin/rc-wait of the package: known without another process, which would cost a tenth of a start.
  if [ "$rcwait_self" -ef /usr/lib/rc-wait/rc-wait ] 2>/dev/null; then
    rcwait_self=/usr/lib/rc-wait/rc-wait
  else
    # The PATH of the caller may be empty, or lead anywhere.
    rcwait_self=$(PATH=/usr/bin:/bin:$PATH readlink -f -- "$rcwait_self") || exit 70
  fi
fi
case $rcwait_self in
*/*) rcwait_lib=\${rcwait_self%/*}/lib ;;
*) rcwait_lib=lib ;;
esac
# Node ends well with a program that a power cut has emptied, and with 1, which means FAILED, where there is none.
rcwait_line=
[ ! -r "$rcwait_lib/start.cjs" ] || read -r rcwait_line <"$rcwait_lib/start.cjs" 2>/dev/null
if [ "$rcwait_line" != '// rc-wait' ] || [ ! -x "$rcwait_lib/node" ]; then
  echo "rc-wait: cannot start: $rcwait_lib is damaged, or this user may not run what is in it" >&2
  echo '         install the package anew' >&2
  exit 70
fi
# The young objects of V8 grow to 48 MB otherwise before it looks which of them are still in use (three semi-spaces of 16 MB).
# Warnings of Node and of libraries would quote what they warn of, which may be a secret.
# At SIGUSR1 Node would open a debugger on port 9229, by which every user of the machine can run code in this process.
exec "$rcwait_lib/node" --disable-sigusr1 --max-semi-space-size=4 --no-warnings --openssl-config=/dev/null "$rcwait_lib/start.cjs" "$@"
`;
