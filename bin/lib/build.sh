# shellcheck shell=bash
# Sourced by bin/demo, bin/fault-test and bin/bench, in the project's root: builds what they run when something has changed since.

build_when_changed() {
    local stamp=target/demo-build
    mkdir -p target
    if [ ! -d daemon/target/dist/lib ] || [ ! -d testing/target/lib ] || [ ! -d bench/target/classes ] || [ ! -f "$stamp" ] ||
        [ -n "$(find . \( -name target -o -name .git \) -prune -o -newer "$stamp" -type f \( -path '*/src/main/*' -o -name pom.xml \) -print -quit)" ]; then
        echo "building" >&2
        touch "$stamp.begun"
        mvn -q -B -Pfast -DskipTests package
        mv "$stamp.begun" "$stamp"
    fi
}
