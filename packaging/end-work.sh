# Before the program is removed: ends its work and leaves the network as it is.
end_work() {
  if [ -d /run/systemd/system ]; then
    systemctl stop rc-wait-network-check.timer rc-wait-network-check.service 2>/dev/null || true
    # A wait under way ends; a change of the network that it has begun is finished or rolled back first.
    # A finished wait stays: stopping it would stop everything that requires rackconnect-deployed.target.
    if [ "$(systemctl is-active rc-wait.service)" = activating ]; then
      systemctl stop rc-wait.service || true
    fi
  fi
  # Otherwise a change that a killed rc-wait has left half done would stay so for good.
  if [ -d /var/lib/rc-wait/network ]; then
    rc-wait network recover >/dev/null || echo 'rc-wait: a change of the network could not be put back' >&2
  fi
  if [ -d /run/systemd/system ]; then
    systemctl stop rc-wait-network-recover.timer 2>/dev/null || true
  fi
}
