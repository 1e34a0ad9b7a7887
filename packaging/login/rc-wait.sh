# shellcheck shell=sh
# Read by shells at a login: says that RackConnect is at work on this server, and otherwise nothing.
# With another RC_WAIT_STATE_DIR in /etc/default/rc-wait, add its folder "under-way" as an argument.
# Empty this file to be told nothing.
#
# /etc/bashrc reads /etc/profile.d in shells that are no login, too; and nothing may be printed into an scp.
# bash has no letter for a login in $-, zsh has one, and other shells read /etc/profile at a login only.
case ${BASH_VERSION:+bash}${ZSH_VERSION:+zsh}/$- in
bash/*i* | zsh/*i*l* | zsh/*l*i* | /*i*)
  # shellcheck disable=SC3044 # only bash gets to shopt
  if [ -x /usr/lib/rc-wait/login-message ] && { [ -z "${BASH_VERSION:-}" ] || shopt -q login_shell; }; then
    /usr/lib/rc-wait/login-message
  fi
  ;;
esac
