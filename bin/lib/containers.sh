# shellcheck shell=bash
# Sourced after install.sh, in the project's root, by what runs tests in containers: sees to an engine and to Debian's base images, and
# tells Testcontainers what it cannot find out by itself. Where an engine runs and its registry answers, next to nothing is left to do.

PATH=$PATH:/usr/sbin:/sbin
container_label=io.drover.run
dockerd_pid=

# The engine, its socket and debootstrap are root's.
as_root() {
    if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi
}

engine_answers() { docker version --format '{{.Server.Version}}' >/dev/null 2>&1; }

# containers_up SUITE...: afterwards an engine runs and has the image debian:SUITE-slim of each; sets the array container_options, for
# Maven. Whoever calls this calls containers_down at the end.
containers_up() {
    local suite
    engine_answers || start_engine || return
    for suite in "$@"; do
        base_image "$suite" || return
    done
    # what this run has started is known by it, and removed at the end
    export DROVER_CONTAINER_RUN=$$.$RANDOM
    tell_testcontainers "debian:$1-slim"
}

# Removes what is left of this run's containers, and stops the engine if this script has started it. The images stay: the next run has
# them at once. `docker rmi` removes them.
containers_down() {
    local left i
    if [ -n "${DROVER_CONTAINER_RUN:-}" ] && engine_answers; then
        left=$(docker ps -aq --filter "label=$container_label=$DROVER_CONTAINER_RUN")
        # one id per word
        # shellcheck disable=SC2086
        [ -z "$left" ] || docker rm --force --volumes $left >/dev/null
        unset DROVER_CONTAINER_RUN
    fi
    [ -n "$dockerd_pid" ] || return 0
    if [ -n "$(docker ps -q 2>/dev/null)" ]; then
        echo "dockerd, process $dockerd_pid, goes on: others have containers in it" >&2
    else
        as_root kill -TERM "$dockerd_pid"
        for ((i = 0; i < 150; i++)); do
            [ -d "/proc/$dockerd_pid" ] || break
            sleep 0.2
        done
        [ ! -d "/proc/$dockerd_pid" ] || echo "dockerd, process $dockerd_pid, has not ended within 30 s" >&2
    fi
    dockerd_pid=
}

# Starts Docker's daemon where no engine answers. Without a service manager, and for the time of the tests only.
start_engine() {
    local log=target/dockerd.log pid_file=/run/drover-dockerd.pid starter i
    if [ -n "${DOCKER_HOST:-}" ]; then
        echo "no container engine answers at DOCKER_HOST=$DOCKER_HOST" >&2
        return 1
    fi
    if [ -S /var/run/docker.sock ] && [ ! -w /var/run/docker.sock ]; then
        echo "$(id -un) may not use /var/run/docker.sock: join its group, $(stat -c %G /var/run/docker.sock), or be root" >&2
        return 1
    fi
    install_engine || return
    mkdir -p target
    echo "starting dockerd, log in $log" >&2
    # the socket is the caller's group's
    as_root dockerd --group "$(id -gn)" --pidfile "$pid_file" >"$log" 2>&1 &
    starter=$!
    for ((i = 0; i < 300; i++)); do
        if engine_answers; then
            dockerd_pid=$(cat "$pid_file")
            return
        fi
        [ -d "/proc/$starter" ] || break
        sleep 0.2
    done
    echo "no container engine: dockerd does not answer. The end of $log:" >&2
    tail -n 5 "$log" >&2
    return 1
}

# Debian's packages of the engine start it, at once and at each boot: neither is wanted.
install_engine() {
    local missing=()
    command -v dockerd >/dev/null || missing+=(docker.io)
    command -v iptables >/dev/null || missing+=(iptables)
    [ "${#missing[@]}" = 0 ] || install_as_root "${missing[@]}" || return
    hash -r
    # newer Debians have the command in a package of its own
    command -v docker >/dev/null || install_as_root docker-cli || return
    hash -r
}

# base_image SUITE: pulls it, or makes one of the same name where it cannot be pulled.
base_image() {
    local suite=$1 image=debian:$1-slim
    docker image inspect "$image" >/dev/null 2>&1 && return
    timeout 300 docker pull --quiet "$image" 2>/dev/null && return
    echo "$image cannot be pulled: making it of Debian's packages" >&2
    command -v debootstrap >/dev/null || install_as_root debootstrap || return
    bootstrap_image "$suite" "$image"
}

# From the mirrors that this machine's own apt uses.
bootstrap_image() (
    set -euo pipefail
    suite=$1 image=$2
    mirror=$(apt_mirror Debian)
    [ -n "$mirror" ] || as_root apt-get -qq update
    mirror=$(apt_mirror Debian)
    if [ -z "$mirror" ]; then
        echo "no archive of Debian among this machine's apt sources: $image has to be pulled or made by hand" >&2
        exit 1
    fi
    directory=$(mktemp -d /var/tmp/drover-image.XXXXXX)
    trap 'as_root rm -rf "$directory"' EXIT
    trap 'exit 130' INT TERM
    as_root debootstrap --variant=minbase "$suite" "$directory/root" "$mirror" >"$directory/log" 2>&1 || {
        tail -n 5 "$directory/log" >&2
        exit 1
    }
    apt_sources "$suite" "$mirror" "$(apt_mirror Debian-Security)" | as_root tee "$directory/root/etc/apt/sources.list" >/dev/null
    as_root find "$directory/root/var/cache/apt/archives" "$directory/root/var/lib/apt/lists" -type f -delete
    as_root tar -C "$directory/root" --numeric-owner -c . |
        docker import --change 'CMD ["bash"]' --message "made of Debian's packages by a Drover script" - "$image" >/dev/null
)

# apt_mirror LABEL: where this machine has packages with that label from.
apt_mirror() {
    # apt's own variables
    # shellcheck disable=SC2016
    apt-get indextargets --format '$(LABEL)|$(REPO_URI)' 'Identifier: Packages' | sed -n "s/^$1|//p" | head -n 1
}

# apt_sources SUITE MIRROR SECURITY
apt_sources() {
    echo "deb $2 $1 main"
    [ "$1" != sid ] || return 0
    echo "deb $2 $1-updates main"
    [ -z "$3" ] || echo "deb $3 $1-security main"
}

# Testcontainers begins with a newer version of the engine's interface than older engines speak, and with images of its own: one that
# removes what a killed test has left, which containers_down does as well, and one by which it looks around.
tell_testcontainers() {
    local image=$1 api newest=1.44
    container_options=(-Pcontainers)
    api=$(docker version --format '{{.Server.APIVersion}}') || return
    if [ "$(printf '%s\n' "$api" "$newest" | sort -V | head -n 1)" = "$api" ]; then
        container_options+=("-Dapi.version=$api")
    fi
    if ! timeout 60 docker manifest inspect "$image" >/dev/null 2>&1; then
        export TESTCONTAINERS_RYUK_DISABLED=true TESTCONTAINERS_CHECKS_DISABLE=true
        # it finds the way out of a container by one of its own
        [ ! -e /.dockerenv ] || export TESTCONTAINERS_TINYIMAGE_CONTAINER_IMAGE=$image
    fi
}
