# Two images. `server` is a cloud server with systemd as PID 1, Debian's two network stacks, cloud-init and rc-wait: what
# test/system/ boots. scripts/image builds it; by hand: scripts/build && docker build .
# `remote` is the program alone, for `rc-wait remote`: scripts/image --remote; by hand: docker build --target remote .
#
# `server` comes first: the classic builder makes every stage before the one that it is asked for.
#
# BASE is an image from a registry or one that mmdebstrap made (scripts/image makes it
# where no registry can be reached). ALSO names further packages, such as another network stack.
ARG BASE=debian:bookworm-slim
FROM ${BASE} AS server

RUN apt-get update \
  && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends \
    ca-certificates cloud-init curl dbus ifupdown iproute2 iputils-ping netplan.io procps systemd systemd-sysv udev \
  && rm -rf /var/lib/apt/lists/*

ARG ALSO=
RUN [ -z "${ALSO}" ] || { apt-get update \
  && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends ${ALSO} \
  && rm -rf /var/lib/apt/lists/*; }

# What a first boot does once after an update of /usr is not for these servers (ConditionNeedsUpdate= of systemd.unit(5)):
# the catalogue of the journal, the cache of ldconfig. And udev is asked of the network's devices alone: the kernel sends
# the events of all others to every container that runs udev, so that each boot would slow the servers beside it.
RUN touch /etc/.updated /var/.updated \
  && mkdir -p /etc/systemd/system/systemd-udev-trigger.service.d \
  && printf '[Service]\nExecStart=\nExecStart=udevadm trigger --action=add --subsystem-match=net\n' \
    >/etc/systemd/system/systemd-udev-trigger.service.d/network-only.conf

# cloud-init is switched off by its own file: it would search for a data source at each boot.
# The masked units reach for hardware or the internet, and a failed one makes the boot "degraded".
RUN touch /etc/cloud/cloud-init.disabled \
  && systemctl mask apt-daily.timer apt-daily-upgrade.timer e2scrub_all.timer fstrim.timer getty.target \
    systemd-networkd-wait-online.service \
  && systemctl set-default multi-user.target

COPY systemd/*.service systemd/*.target systemd/*.timer /usr/lib/systemd/system/
COPY systemd/rc-wait-generator /usr/lib/systemd/system-generators/
# As the package does where /lib is a folder of its own: systemd looks for generators there and in /etc alone.
RUN [ -e /lib/systemd/system-generators/rc-wait-generator ] || { mkdir -p /etc/systemd/system-generators \
  && ln -s /usr/lib/systemd/system-generators/rc-wait-generator /etc/systemd/system-generators/; }
# Last, since it is what changes from build to build.
COPY systemd/dependents systemd/on-rackspace dist/ /usr/lib/rc-wait/
RUN ln -s /usr/lib/rc-wait/rc-wait /usr/bin/rc-wait && systemctl enable rc-wait.service

# systemd-udevd and `netplan apply` write to /sys, which the engine mounts read-only.
CMD ["sh", "-c", "mount -o remount,rw /sys && exec /sbin/init"]
STOPSIGNAL SIGRTMIN+3

# What the program needs of Debian, and nothing else: what its Node is linked to (scripts/packaging/needs.ts reads that), what
# glibc loads to resolve names (a part of libc.so.6 from glibc 2.34 on), and the shell that its launcher is written for.
# What is missing here, test/system/package/image.test.ts finds.
FROM ${BASE} AS remote-base
RUN set -eu; mkdir /files; cd /files; mkdir -p bin tmp etc usr/bin home/rc-wait; chmod 1777 tmp \
  && cp --parents -L /lib*/ld-linux-*.so.? . \
  && for library in libc.so.6 libm.so.6 libdl.so.2 libpthread.so.0 librt.so.1 libresolv.so.2 libnss_files.so.2 libnss_dns.so.2 \
    libstdc++.so.6 libgcc_s.so.1; do \
    file=$(find /lib/*-linux-gnu /usr/lib/*-linux-gnu -maxdepth 1 -name "$library" | head -n 1); \
    case $file in ?*) cp --parents -L "$file" . ;; *) echo "the base has no $library" >&2; exit 1 ;; esac; \
  done \
  && cp -L /bin/dash bin/sh && ln -s ../lib/rc-wait/rc-wait usr/bin/rc-wait \
  && echo 'hosts: files dns' >etc/nsswitch.conf \
  && echo 'rc-wait:x:65532:65532::/home/rc-wait:/bin/sh' >etc/passwd && echo 'rc-wait:x:65532:' >etc/group

FROM scratch AS remote
COPY --from=remote-base /files/ /
COPY dist/ /usr/lib/rc-wait/
ENV PATH=/usr/bin:/bin
USER 65532:65532
WORKDIR /home/rc-wait
ENTRYPOINT ["/usr/lib/rc-wait/rc-wait"]
CMD ["remote", "--help"]

# The last stage is what is built where no target is named.
FROM server
