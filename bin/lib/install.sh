# shellcheck shell=bash
# Sourced by bin/demo, bin/test, bin/fault-test and bin/bench: installs what a fresh Debian 12 machine lacks.
# Nothing is installed, and no right is needed, on a machine that has everything.

# Prints the names of the packages that are missing here.
missing_packages() {
    local java=${JAVA_HOME:+$JAVA_HOME/bin/}java javac=${JAVA_HOME:+$JAVA_HOME/bin/}javac major
    major=$("$java" -version 2>&1 | sed -n 's/.*version "\([0-9]*\).*/\1/p' || true)
    if ! command -v "$javac" >/dev/null || [ "${major:-0}" -lt 17 ]; then echo openjdk-17-jdk-headless; fi
    command -v mvn >/dev/null || echo maven
    [ -x /usr/lib/postgresql/15/bin/postgres ] || echo postgresql-15
    [ -x /usr/sbin/pgbouncer ] || echo pgbouncer
    command -v ps >/dev/null || echo procps
    command -v setpriv >/dev/null || echo util-linux
    command -v find >/dev/null || echo findutils
    [ -d /etc/ssl/certs ] || echo ca-certificates
    if [ -n "${DROVER_NEEDS_NETWORKS:-}" ]; then
        command -v ip >/dev/null || echo iproute2
        command -v umount >/dev/null || echo mount
    fi
    if [ -n "${DROVER_NEEDS_PACKAGING:-}" ]; then
        command -v lintian >/dev/null || echo lintian
        command -v man >/dev/null || echo man-db
        command -v systemd-analyze >/dev/null || echo systemd
    fi
    if [ -n "${DROVER_NEEDS_ANSIBLE:-}" ]; then
        [ -x /usr/bin/ansible-playbook ] || echo ansible
        [ -x /usr/bin/ansible-lint ] || echo ansible-lint
        [ -x /usr/bin/yamllint ] || echo yamllint
        command -v ssh >/dev/null || echo openssh-client
    fi
    if [ -n "${DROVER_NEEDS_LATENCY:-}" ]; then
        command -v gcc >/dev/null || echo gcc
        [ -e /usr/include/dlfcn.h ] || echo libc6-dev
        [ -e /usr/include/libnetfilter_queue/libnetfilter_queue.h ] || echo libnetfilter-queue-dev
    fi
    if [ -n "${DROVER_NEEDS_EMULATION:-}" ]; then
        command -v gcc >/dev/null || echo gcc
        [ -e /usr/include/dlfcn.h ] || echo libc6-dev
        command -v openssl >/dev/null || echo openssl
    fi
    if [ -n "${DROVER_NEEDS_CLIENTS:-}" ]; then
        [ -x /usr/sbin/haproxy ] || echo haproxy
        # Debian's own interpreter: another one that comes first in PATH does not see Debian's modules
        /usr/bin/python3 -c 'import psycopg2' 2>/dev/null || echo python3-psycopg2
        /usr/bin/python3 -c 'import psycopg' 2>/dev/null || echo python3-psycopg
    fi
}

# Prints the packages that a peer of bin/bench switchover lacks here.
missing_peer_packages() {
    local programs=/usr/lib/postgresql/15
    case "$1" in
        patroni)
            [ -x /usr/bin/patroni ] || echo patroni
            [ -x /usr/bin/etcd ] || echo etcd-server
            /usr/bin/python3 -c 'import etcd' 2>/dev/null || echo python3-etcd
            ;;
        pg_auto_failover)
            [ -x /usr/bin/pg_autoctl ] || echo pg-auto-failover-cli
            [ -e $programs/lib/pgautofailover.so ] || echo postgresql-15-auto-failover
            ;;
        repmgr)
            [ -x $programs/bin/repmgr ] || echo postgresql-15-repmgr
            [ -x /usr/sbin/sshd ] || echo openssh-server
            command -v ssh >/dev/null || echo openssh-client
            ;;
    esac
}

# Installs what the peers lack, each for itself. One that cannot be installed is no error here: the benchmark names it as missing.
install_peers() {
    local peer packages
    for peer in patroni pg_auto_failover repmgr; do
        packages=$(missing_peer_packages "$peer")
        [ -n "$packages" ] || continue
        # one package per word
        # shellcheck disable=SC2086
        install_as_root $packages || true
        packages=$(missing_peer_packages "$peer")
        # shellcheck disable=SC2086
        [ -z "$packages" ] || echo "$peer cannot be measured, still missing:" $packages >&2
    done
    hash -r
}

# Debian's PostgreSQL makes a cluster and starts it when it is installed; its PgBouncer, its HAProxy and the peers' servers are started
# then or at each boot. None of it is wanted: no service may run afterwards that did not run before, and none that runs may be restarted.
install_quietly() (
    set -eu
    cluster_policy=/etc/postgresql-common/createcluster.d/drover-install.conf
    service_policy=/usr/sbin/policy-rc.d
    # a policy of the machine's owner stays in force
    [ ! -e "$service_policy" ] || service_policy=
    trap 'rm -f "$cluster_policy" ${service_policy:+"$service_policy"}' EXIT
    trap 'exit 130' INT TERM
    mkdir -p "$(dirname "$cluster_policy")"
    echo 'create_main_cluster = false' >"$cluster_policy"
    if [ -n "$service_policy" ]; then
        printf '#!/bin/sh\n# Made by a Drover script for the time of one installation.\nexit 101\n' >"$service_policy"
        chmod 755 "$service_policy"
    fi
    # a slim image has no manual directory, and a JDK's alternatives want one
    mkdir -p /usr/share/man/man1
    export DEBIAN_FRONTEND=noninteractive NEEDRESTART_SUSPEND=1
    apt-get -qq -o DPkg::Lock::Timeout=300 update </dev/null
    apt-get -qq -o DPkg::Lock::Timeout=300 -o Dpkg::Use-Pty=0 install -y --no-install-recommends --no-upgrade \
        "$@" </dev/null
    case " $* " in
        # in systemd's way and in the older one, whichever boots this machine
        *" pgbouncer "*) update-rc.d pgbouncer disable ;;
    esac
    case " $* " in
        *" patroni "*) update-rc.d patroni disable ;;
    esac
    case " $* " in
        *" etcd-server "*) update-rc.d etcd disable ;;
    esac
    case " $* " in
        *" openssh-server "*) update-rc.d ssh disable ;;
    esac
    case " $* " in
        # the socket would start the service
        *" docker.io "*)
            update-rc.d docker disable
            if command -v systemctl >/dev/null; then systemctl -q disable docker.service docker.socket containerd.service; fi
            ;;
    esac
    case " $* " in
        *" haproxy "*)
            if command -v systemctl >/dev/null; then
                systemctl -q disable haproxy.service || echo "haproxy.service will be started at the next boot" >&2
            fi
            ;;
    esac
)

# Installs packages; as another user than root it needs sudo for that.
install_as_root() {
    if ! command -v apt-get >/dev/null; then
        echo "missing: $*. Install what gives them on this system (Debian 12's names), then run this again." >&2
        return 1
    fi
    echo "installing $*" >&2
    if [ "$(id -u)" = 0 ]; then
        install_quietly "$@" >&2
    elif command -v sudo >/dev/null; then
        sudo bash -c "$(declare -f install_quietly); install_quietly \"\$@\"" install "$@" >&2
    else
        echo "missing: $*. Run this once as root, or install sudo, or install them by hand." >&2
        return 1
    fi
}

# Installs what is missing.
install_missing() {
    local packages
    packages=$(missing_packages)
    [ -n "$packages" ] || return 0
    # one package per word
    # shellcheck disable=SC2086
    install_as_root $packages
    hash -r
    packages=$(missing_packages)
    if [ -n "$packages" ]; then
        # shellcheck disable=SC2086
        echo "still missing after the installation:" $packages >&2
        return 1
    fi
}
