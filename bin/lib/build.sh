# shellcheck shell=bash
# Sourced by bin/demo, bin/fault-test, bin/bench and bin/test, in the project's root: builds what they run when something has
# changed since.

built_from=target/demo-build

# building COMMAND...: runs one that builds everything, and notes when its sources were read.
building() {
    mkdir -p target
    touch "$built_from.begun"
    "$@"
    mv "$built_from.begun" "$built_from"
}

build_when_changed() {
    if [ ! -d daemon/target/dist/lib ] || [ ! -d testing/target/lib ] || [ ! -d bench/target/lib ] || [ ! -f "$built_from" ] ||
        [ -n "$(find . \( -name target -o -name .git \) -prune -o -newer "$built_from" -type f \( -path '*/src/main/*' -o -name pom.xml \) -print -quit)" ]; then
        echo "building" >&2
        building mvn -q -B -Pfast -DskipTests package
    fi
}
