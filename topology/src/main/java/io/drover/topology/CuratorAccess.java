/* SPDX-License-Identifier: Apache-2.0 */
package io.drover.topology;

import java.util.Collection;
import java.util.List;
import org.apache.curator.framework.AuthInfo;
import org.apache.curator.framework.api.ACLProvider;
import org.apache.zookeeper.ZooDefs;
import org.apache.zookeeper.data.ACL;
import org.apache.zookeeper.data.Id;
import org.jspecify.annotations.Nullable;

/**
 * Access lists in ZooKeeper's own words.
 *
 * @param rules null when what is made is open to everybody
 */
record CuratorAccess(@Nullable AccessRules rules) implements ACLProvider {
    private static final String DIGEST = "digest";

    /** What the connection logs in with. */
    List<AuthInfo> logins() {
        return rules == null
                ? List.of()
                : rules.credentials().secrets().stream()
                        .map(secret -> new AuthInfo(DIGEST, secret))
                        .toList();
    }

    @Override
    public List<ACL> getDefaultAcl() {
        return getAclForPath("/");
    }

    @Override
    public List<ACL> getAclForPath(String path) {
        return rules == null ? ZooDefs.Ids.OPEN_ACL_UNSAFE : acls(rules.of(path));
    }

    static List<ACL> acls(Collection<Grant> grants) {
        return grants.stream()
                .map(grant -> new ACL(bits(grant.rights()), new Id(grant.scheme(), grant.id())))
                .toList();
    }

    static List<Grant> grants(List<ACL> acls) {
        return acls.stream()
                .map(acl -> new Grant(acl.getId().getScheme(), acl.getId().getId(), letters(acl.getPerms())))
                .toList();
    }

    private static int bits(String rights) {
        return rights.chars().map(CuratorAccess::bit).reduce(0, (one, other) -> one | other);
    }

    private static String letters(int bits) {
        StringBuilder letters = new StringBuilder();
        Grant.ALL.chars().filter(letter -> (bits & bit(letter)) != 0).forEach(letters::appendCodePoint);
        return letters.toString();
    }

    private static int bit(int letter) {
        return switch (letter) {
            case 'c' -> ZooDefs.Perms.CREATE;
            case 'd' -> ZooDefs.Perms.DELETE;
            case 'r' -> ZooDefs.Perms.READ;
            case 'w' -> ZooDefs.Perms.WRITE;
            case 'a' -> ZooDefs.Perms.ADMIN;
            default -> throw new IllegalArgumentException("BUG: no right is called " + Character.toString(letter));
        };
    }
}
