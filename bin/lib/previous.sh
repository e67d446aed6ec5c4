# shellcheck shell=bash
# Sourced by bin/test, in the project's root: builds the version before this one out of the project's history, for the tests of versions
# that live together.

# build_previous: prints the directory of its jars, of the daemons and of the client kit; nothing where the checkout lacks the history.
build_previous() {
    local commit built
    commit=$(sed -n 's/^commit //p' testing/previous-version)
    built=$PWD/target/previous/$commit
    if [ ! -d "$built/testing/target/lib" ]; then
        if ! git cat-file -e "$commit^{commit}" 2>/dev/null; then
            echo "not tested: that versions live together. This checkout has no history with $commit in it" >&2
            return 0
        fi
        rm -rf target/previous
        mkdir -p "$built"
        git archive "$commit" | tar -x -C "$built"
        (cd "$built" && mvn -q -B --no-transfer-progress -Pfast -Dmaven.test.skip=true package -pl testing -am) >&2
    fi
    echo "$built/testing/target/lib"
}
